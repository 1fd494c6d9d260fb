using System.Security.Cryptography;
using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>Secrets are planted where the log works with them, and looked for in every file that it writes.</summary>
public sealed class SecretTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task Neither_keys_nor_salted_values_are_in_any_file_of_a_log()
    {
        byte[] seed = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];
        var salt = RandomNumberGenerator.GetBytes(32);
        var value = "hunter2-the-planted-password"u8.ToArray();
        using var key = SigningKey.FromSeed(Samples.Origin, seed);
        key.Save(_folder.File("key"));
        using (var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System))
        {
            var payload = new byte[34];
            (payload[0], payload[1]) = (0x58, 32);
            SHA256.HashData([.. salt, .. value], payload.AsSpan(2));
            var entry = Statement.Sign(key, new StatementHeader("gateway", "orders", "application/cbor"), payload);
            await log.AppendAsync(entry, TestContext.Current.CancellationToken);
            await log.PublishedAsync(1, TestContext.Current.CancellationToken);
            Search([seed, salt, value]);
        }

        Search([seed, salt, value]);
        KeyFileIsItsOwnersAlone(key);
    }

    private void KeyFileIsItsOwnersAlone(SigningKey key)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var path = _folder.File("key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using var again = SigningKey.Load(path);
        Assert.Equal(key.VerifierKey.ToString(), again.VerifierKey.ToString());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Throws<FormatException>(() => SigningKey.Load(path));
    }

    public void Dispose() => _folder.Dispose();

    private void Search(byte[][] secrets)
    {
        var spellings = secrets
            .SelectMany(secret =>
                new[]
                {
                    secret,
                    Encoding.ASCII.GetBytes(Convert.ToHexString(secret)),
                    Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)),
                    Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)),
                }
            )
            .ToArray();
        var files = Directory
            .GetFiles(_folder.File("log"), "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("lock", StringComparison.Ordinal))
            .ToArray();
        Assert.True(files.Length >= 6);
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            Assert.All(
                spellings,
                spelling => Assert.True(bytes.AsSpan().IndexOf(spelling) < 0, $"a secret is in {file}")
            );
        }
    }
}
