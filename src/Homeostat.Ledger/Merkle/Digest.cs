using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Homeostat.Ledger.Merkle;

/// <summary>A SHA-256 digest: a leaf's hash, an inner node's or a tree's root.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = Bytes)]
public readonly record struct Digest
{
    public const int Bytes = 32;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes exactly 32 bytes.</summary>
    public static Digest From(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Bytes
            ? MemoryMarshal.Read<Digest>(bytes)
            : throw new ArgumentException($"a digest is {Bytes} bytes, not {bytes.Length}", nameof(bytes));

    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        SHA256.HashData(content, bytes);
        return From(bytes);
    }

    /// <summary>Reads canonical base64 of 32 bytes.</summary>
    public static bool TryParseBase64(ReadOnlySpan<char> text, out Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Bytes + 1];
        var ok =
            text.Length == 44
            && Convert.TryFromBase64Chars(text, bytes, out var written)
            && written == Bytes
            && text.SequenceEqual(Convert.ToBase64String(bytes[..Bytes]));
        digest = ok ? From(bytes[..Bytes]) : default;
        return ok;
    }

    public void CopyTo(Span<byte> target) => MemoryMarshal.Write(target, this);

    public byte[] ToArray()
    {
        var bytes = new byte[Bytes];
        CopyTo(bytes);
        return bytes;
    }

    public string ToBase64() => Convert.ToBase64String(MemoryMarshal.AsBytes(new ReadOnlySpan<Digest>(in this)));

    public override string ToString() =>
        Convert.ToHexStringLower(MemoryMarshal.AsBytes(new ReadOnlySpan<Digest>(in this)));
}
