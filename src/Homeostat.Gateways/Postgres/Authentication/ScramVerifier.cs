using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>
/// What a server keeps instead of a password: enough to recognize who knows it, not enough to be it.
/// https://www.postgresql.org/docs/current/catalog-pg-authid.html
/// </summary>
public sealed class ScramVerifier
{
    private const int SaltBytes = 16;
    private const int MaxSaltBytes = 1024;

    private readonly byte[] _salt;
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey)
    {
        Iterations = iterations;
        _salt = salt;
        _storedKey = storedKey;
        _serverKey = serverKey;
    }

    public int Iterations { get; }

    public ReadOnlySpan<byte> Salt => _salt;

    public ReadOnlySpan<byte> StoredKey => _storedKey;

    public ReadOnlySpan<byte> ServerKey => _serverKey;

    /// <summary>A verifier with a fresh salt.</summary>
    /// <exception cref="ArgumentException">The password holds anything but printable ASCII characters.</exception>
    public static ScramVerifier Create(string password) =>
        Create(password, RandomNumberGenerator.GetBytes(SaltBytes), Limits.ScramIterations);

    /// <summary>Takes as many HMACs as there are iterations.</summary>
    /// <exception cref="ArgumentException">The password holds anything but printable ASCII characters, or the salt is empty.</exception>
    public static ScramVerifier Create(string password, ReadOnlySpan<byte> salt, int iterations)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, Limits.ScramIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, Limits.MaxScramIterations);
        ArgumentOutOfRangeException.ThrowIfZero(salt.Length, nameof(salt));
        var salted = ScramMath.SaltedPassword(password, salt, iterations);
        return new ScramVerifier(
            iterations,
            salt.ToArray(),
            SHA256.HashData(ScramMath.ClientKey(salted)),
            ScramMath.ServerKey(salted)
        );
    }

    /// <summary>
    /// A verifier that nobody's password satisfies and that looks like any other: for a name that does not exist. The same
    /// key and name give the same salt.
    /// </summary>
    public static ScramVerifier CreateMock(ReadOnlySpan<byte> key, string name) =>
        new(
            Limits.ScramIterations,
            Derived(key, "salt", name)[..SaltBytes],
            Derived(key, "stored key", name),
            Derived(key, "server key", name)
        );

    /// <summary>Reads <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ScramVerifier? verifier)
    {
        verifier = null;
        if (
            text?.Split('$') is not [ScramMath.Mechanism, var cost, var keys]
            || cost.Split(':') is not [var iterations, var salt]
            || keys.Split(':') is not [var storedKey, var serverKey]
            || !int.TryParse(iterations, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < Limits.ScramIterations or > Limits.MaxScramIterations
            || !TryDecode(salt, out var saltBytes)
            || saltBytes.Length is 0 or > MaxSaltBytes
            || !TryDecode(storedKey, out var storedBytes)
            || storedBytes.Length != ScramMath.KeyBytes
            || !TryDecode(serverKey, out var serverBytes)
            || serverBytes.Length != ScramMath.KeyBytes
        )
        {
            return false;
        }

        verifier = new ScramVerifier(count, saltBytes, storedBytes, serverBytes);
        return true;
    }

    public override string ToString() =>
        $"{ScramMath.Mechanism}${Iterations}:{Convert.ToBase64String(_salt)}"
        + $"${Convert.ToBase64String(_storedKey)}:{Convert.ToBase64String(_serverKey)}";

    private static byte[] Derived(ReadOnlySpan<byte> key, string what, string name) =>
        HMACSHA256.HashData(key, System.Text.Encoding.UTF8.GetBytes($"{what}\0{name}"));

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var isBase64 = Convert.TryFromBase64String(text, bytes, out var written);
        bytes = bytes[..written];
        return isBase64;
    }
}
