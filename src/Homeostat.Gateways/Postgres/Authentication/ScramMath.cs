using System.Security.Cryptography;
using System.Text;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>
/// The functions of SCRAM-SHA-256.
/// https://www.rfc-editor.org/rfc/rfc5802#section-3, https://www.rfc-editor.org/rfc/rfc7677
/// </summary>
/// <remarks>Own code on .NET's primitives: the SASL libraries for .NET bring no server side.</remarks>
internal static class ScramMath
{
    public const string Mechanism = "SCRAM-SHA-256";
    public const int KeyBytes = SHA256.HashSizeInBytes;

    public static byte[] SaltedPassword(string password, ReadOnlySpan<byte> salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Prepared(password), salt, iterations, HashAlgorithmName.SHA256, KeyBytes);

    public static byte[] ClientKey(ReadOnlySpan<byte> saltedPassword) =>
        HMACSHA256.HashData(saltedPassword, "Client Key"u8);

    public static byte[] ServerKey(ReadOnlySpan<byte> saltedPassword) =>
        HMACSHA256.HashData(saltedPassword, "Server Key"u8);

    public static byte[] Signature(ReadOnlySpan<byte> key, string authMessage) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(authMessage));

    public static byte[] Xor(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var result = new byte[KeyBytes];
        for (var at = 0; at < KeyBytes; at++)
        {
            result[at] = (byte)(left[at] ^ right[at]);
        }

        return result;
    }

    /// <summary>18 random bytes in base64, as PostgreSQL's own are.</summary>
    public static string Nonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

    /// <summary>RFC 5802, section 5.1: printable ASCII without a comma.</summary>
    public static bool IsNonce(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange('\x21', '\x7E') && !text.Contains(',');

    /// <summary>
    /// SASLprep (RFC 4013) leaves printable ASCII as it is; other passwords are refused, because preparing them takes
    /// tables that we do not have.
    /// </summary>
    private static byte[] Prepared(string password) =>
        password.AsSpan().ContainsAnyExceptInRange('\x20', '\x7E')
            ? throw new ArgumentException(
                "a password for SCRAM may hold printable ASCII characters only",
                nameof(password)
            )
            : Encoding.ASCII.GetBytes(password);
}
