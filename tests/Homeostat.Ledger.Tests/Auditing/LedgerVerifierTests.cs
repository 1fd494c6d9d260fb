using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Auditing;

public sealed class LedgerVerifierTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    public async Task A_log_as_written_is_good(int entries)
    {
        await Write(entries);
        var report = LedgerVerifier.Verify(_folder.File("log"), Samples.Key().VerifierKey.ToString());
        Assert.Empty(report.Findings);
        Assert.Equal((entries, entries, entries), (report.Size, report.Entries, report.Signatures));
    }

    [Fact]
    public async Task The_first_bad_entry_is_named()
    {
        await Write(600);
        var bundle = _folder.File("log", "tile", "entries", "001");
        var bytes = await File.ReadAllBytesAsync(bundle, TestContext.Current.CancellationToken);
        var size = bytes.Length / 256;
        bytes[(size * 100) + 50] ^= 1;
        await File.WriteAllBytesAsync(bundle, bytes, TestContext.Current.CancellationToken);
        var report = LedgerVerifier.Verify(_folder.File("log"), Samples.Key().VerifierKey.ToString());
        Assert.InRange(report.First!.Entry!.Value, 355, 357);
        Assert.Equal("tile/entries/001", report.First.Path);
    }

    [Fact]
    public async Task A_log_of_another_key_is_not_good()
    {
        await Write(3);
        var report = LedgerVerifier.Verify(_folder.File("log"), Samples.Key(9).VerifierKey.ToString());
        Assert.Contains("not signed by", report.First!.Problem, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task Write(int entries)
    {
        using var key = Samples.Key();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        await Task.WhenAll(
            Enumerable
                .Range(0, entries)
                .Select(i => log.AppendAsync(Samples.Entry(key, i), TestContext.Current.CancellationToken).AsTask())
        );
    }
}
