using System.Security.Cryptography;
using System.Text;

namespace Homeostat.SystemTests.Postgres.Wire;

/// <summary>The client's side of SCRAM-SHA-256 (RFC 5802), written from the specification and from nothing of the product's.</summary>
internal sealed class ScramLogin(string password)
{
    private readonly string _bare = $"n=,r={Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";
    private byte[] _serverSignature = [];

    /// <summary>SASLInitialResponse.</summary>
    public byte[] First()
    {
        var first = Encoding.UTF8.GetBytes($"n,,{_bare}");
        return [.. "SCRAM-SHA-256\0"u8, .. Frames.Int32(first.Length), .. first];
    }

    /// <summary>SASLResponse.</summary>
    public byte[] Final(byte[] challenge)
    {
        var said = Encoding.UTF8.GetString(challenge);
        var parts = said.Split(',').ToDictionary(part => part[0], part => part[2..]);
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            password,
            Convert.FromBase64String(parts['s']),
            int.Parse(parts['i']),
            HashAlgorithmName.SHA256,
            32
        );
        var key = HMACSHA256.HashData(salted, "Client Key"u8);
        var last = $"c=biws,r={parts['r']}";
        var all = Encoding.UTF8.GetBytes($"{_bare},{said},{last}");
        var proof = HMACSHA256.HashData(SHA256.HashData(key), all);
        for (var at = 0; at < proof.Length; at++)
        {
            proof[at] ^= key[at];
        }

        _serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), all);
        return Encoding.UTF8.GetBytes($"{last},p={Convert.ToBase64String(proof)}");
    }

    public void Verify(byte[] final) =>
        Assert.Equal($"v={Convert.ToBase64String(_serverSignature)}", Encoding.UTF8.GetString(final));
}
