using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Homeostat.Ledger.Merkle;

/// <summary>
/// SHA-256 of inputs of a few kilobytes, by the three functions of OpenSSL that need no object of their own. The runtime's way to the same code costs more
/// than hashing a node does. Where the functions are not there, or do not agree with the runtime's, the runtime's are used.
/// </summary>
internal static unsafe class ShortSha256
{
    /// <summary>Longer inputs would hold up the runtime's garbage collector, and gain nothing.</summary>
    public const int MaxBytes = 4096;

    private const string Library = "libcrypto.so.3";

    // SHA256_CTX has 112 bytes.
    private const int StateBytes = 128;

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int> s_init;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int> s_update;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int> s_final;

    static ShortSha256()
    {
        if (
            NativeLibrary.TryLoad(Library, out var library)
            && NativeLibrary.TryGetExport(library, "SHA256_Init", out var init)
            && NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
            && NativeLibrary.TryGetExport(library, "SHA256_Final", out var final)
        )
        {
            s_init = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int>)init;
            s_update = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nuint, int>)update;
            s_final = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int>)final;
            IsAvailable = Agrees();
        }
    }

    public static bool IsAvailable { get; }

    [SkipLocalsInit]
    public static Digest Hash(ReadOnlySpan<byte> content)
    {
        var state = stackalloc byte[StateBytes];
        Digest digest;
        fixed (byte* bytes = content)
        {
            var done = s_init(state) & s_update(state, bytes, (nuint)content.Length) & s_final((byte*)&digest, state);
            return done == 1 ? digest : throw new CryptographicException("OpenSSL could not compute a SHA-256");
        }
    }

    private static bool Agrees()
    {
        Span<byte> content = stackalloc byte[129];
        for (var i = 0; i < content.Length; i++)
        {
            content[i] = (byte)i;
            if (Hash(content[..i]) != Digest.Of(content[..i]))
            {
                return false;
            }
        }

        return true;
    }
}
