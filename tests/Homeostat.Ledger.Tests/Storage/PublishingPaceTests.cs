using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>Publishing costs the disk that appends wait for: it is done now and then, unless somebody waits for it.</summary>
public sealed class PublishingPaceTests
{
    private const int Appends = 60;

    [Fact]
    public async Task Appends_are_not_published_one_by_one_and_whoever_asks_does_not_wait()
    {
        using var key = Samples.Key();
        var disk = new SimulatedDisk();
        var published = 0;
        disk.Before = (_, name) =>
        {
            if (name == "rename checkpoint")
            {
                Interlocked.Increment(ref published);
            }
        };
        var options = new LedgerOptions { PublishEvery = TimeSpan.FromHours(1), OnFatal = Assert.Fail };
        var log = LedgerLog.Open(disk, Samples.Origin, key, options);
        for (var round = 0; round < Appends; round++)
        {
            await log.AppendAsync(Samples.Entry(key, round), TestContext.Current.CancellationToken);
        }

        Assert.InRange(Volatile.Read(ref published), 0, 3);
        await log.PublishedAsync(log.Size, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(Appends, log.PublishedSize);

        await log.AppendAsync(Samples.Entry(key, Appends), TestContext.Current.CancellationToken);
        await Task.Run(log.Dispose, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(Appends + 1, log.PublishedSize);
    }
}
