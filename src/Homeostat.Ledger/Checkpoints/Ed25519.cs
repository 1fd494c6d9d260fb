using System.Diagnostics.CodeAnalysis;
using NSec.Cryptography;

namespace Homeostat.Ledger.Checkpoints;

/// <summary>
/// The one verification policy for Ed25519 everywhere in the log: S below the group order, a canonically encoded public key, neither key nor
/// R of small order, and the equation without cofactor compared byte for byte (libsodium's; RFC 8032 section 5.1.7 made strict).
/// Whoever holds the log can therefore never read one signature in two ways.
/// </summary>
internal static class Ed25519
{
    public const int SignatureBytes = 64;

    public static bool TryImport(ReadOnlySpan<byte> publicKey, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return publicKey.Length == VerifierKey.PublicKeyBytes
            && PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out key);
    }

    public static bool Verify(PublicKey key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureBytes && SignatureAlgorithm.Ed25519.Verify(key, message, signature);

    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        TryImport(publicKey, out var key) && Verify(key, message, signature);
}
