using System.Security.Cryptography;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>
/// Verifiers for names that do not exist, each the same as long as the process lives, so that asking tells nobody which
/// names do.
/// </summary>
internal sealed class MockVerifiers
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(ScramMath.KeyBytes);

    public ScramVerifier For(string name) => ScramVerifier.CreateMock(_key, name);
}
