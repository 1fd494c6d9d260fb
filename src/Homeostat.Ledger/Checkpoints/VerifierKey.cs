using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Homeostat.Ledger.Checkpoints;

/// <summary>What a note's key signs: the note itself, or a cosignature with a time (C2SP tlog-cosignature).</summary>
public enum KeyKind
{
    Ed25519 = 0x01,
    CosignatureV1 = 0x04,
}

/// <summary>A named public key as signed notes know it: <c>name+hex8(keyID)+base64(type ‖ public key)</c> (C2SP signed-note).</summary>
public sealed class VerifierKey
{
    public const int PublicKeyBytes = 32;

    private readonly PublicKey _key;
    private readonly byte[] _publicKey;

    private VerifierKey(string name, KeyKind kind, PublicKey key, byte[] publicKey)
    {
        Name = name;
        Kind = kind;
        _key = key;
        _publicKey = publicKey;
        Id = KeyId(name, kind, publicKey);
    }

    public string Name { get; }

    public KeyKind Kind { get; }

    /// <summary>The first four bytes, big-endian, of SHA-256(name ‖ 0x0A ‖ type ‖ public key).</summary>
    public uint Id { get; }

    public ReadOnlySpan<byte> PublicKeyBytesSpan => _publicKey;

    /// <summary>Takes a raw Ed25519 public key; refuses a name that a note could not carry and a key that is no point.</summary>
    public static VerifierKey FromPublicKey(string name, KeyKind kind, ReadOnlySpan<byte> publicKey)
    {
        if (!IsName(name))
        {
            throw new FormatException(
                $"'{name}' cannot name a key: use 1 to {Limits.NameChars} characters without spaces or '+'"
            );
        }

        if (!Ed25519.TryImport(publicKey, out var key))
        {
            throw new FormatException($"the key of '{name}' is not an Ed25519 public key that this log accepts");
        }

        return new VerifierKey(name, kind, key, publicKey.ToArray());
    }

    /// <summary>Reads a verifier key; a wrong key id, type, or length is a <see cref="FormatException"/> that says which.</summary>
    public static VerifierKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().Split('+', 3);
        if (
            parts.Length != 3
            || parts[1].Length != 8
            || !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
        )
        {
            throw new FormatException("a verifier key is written name+8 hex digits+base64");
        }

        if (!StrictBase64.TryDecode(parts[2], out var bytes) || bytes.Length != 1 + PublicKeyBytes)
        {
            throw new FormatException(
                $"the verifier key of '{parts[0]}' does not hold a type and {PublicKeyBytes} bytes in base64"
            );
        }

        if (bytes[0] is not ((byte)KeyKind.Ed25519 or (byte)KeyKind.CosignatureV1))
        {
            throw new FormatException(
                $"the verifier key of '{parts[0]}' has type {bytes[0]}; types 1 and 4 are understood"
            );
        }

        var key = FromPublicKey(parts[0], (KeyKind)bytes[0], bytes.AsSpan(1));
        return key.Id == id
            ? key
            : throw new FormatException($"the key id of '{parts[0]}' should be {key.Id:x8}, not {id:x8}");
    }

    /// <summary>Strict verification: see <see cref="Ed25519"/>.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Ed25519.Verify(_key, message, signature);

    public override string ToString() => $"{Name}+{Id:x8}+{Convert.ToBase64String([(byte)Kind, .. _publicKey])}";

    /// <summary>May this text name a key or an origin?</summary>
    internal static bool IsName(string name) =>
        name.Length is > 0 and <= Limits.NameChars
        && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '+' or '\uFFFD' || char.IsSurrogate(c));

    private static uint KeyId(string name, KeyKind kind, byte[] publicKey)
    {
        var hash = SHA256.HashData([.. Encoding.UTF8.GetBytes(name), 0x0A, (byte)kind, .. publicKey]);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(hash);
    }
}
