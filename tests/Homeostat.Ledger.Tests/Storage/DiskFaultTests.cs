using System.Collections.Concurrent;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>The fault table of a log store: any operation fails at any time, and the log denies, recovers or ends, but never lies.</summary>
public sealed class DiskFaultTests
{
    [Theory]
    [InlineData("write segments")]
    [InlineData("preallocate segments", "create tile")]
    [InlineData("create tile")]
    [InlineData("rename tile")]
    [InlineData("create checkpoint")]
    [InlineData("rename checkpoint")]
    [InlineData("delete tile")]
    public async Task A_full_disk_denies_or_delays_and_the_log_goes_on_when_there_is_room(params string[] operations)
    {
        using var key = Samples.Key();
        var full = false;
        var failed = 0;
        var disk = new SimulatedDisk();
        var options = new LedgerOptions
        {
            PublishEvery = TimeSpan.Zero,
            SegmentBytes = 64 * 1024,
            OnFatal = Fatal,
        };
        var log = LedgerLog.Open(disk, Samples.Origin, key, options);
        disk.Before = (_, name) =>
        {
            if (full && operations.Contains(name))
            {
                failed += name == operations[0] ? 1 : 0;
                throw new IOException("no space left on device");
            }
        };
        var receipts = new List<Receipt>();
        for (var round = 0; round < 400; round++)
        {
            full = round is > 50 and < 350;
            try
            {
                receipts.Add(await log.AppendAsync(Samples.Entry(key, round), TestContext.Current.CancellationToken));
            }
            catch (AppendRefusedException e)
            {
                Assert.Equal(AppendRefusal.StorageFailed, e.Refusal);
                Assert.True(full, "refused although there is room");
            }
        }

        Assert.True(failed > 0, $"'{operations[0]}' was never reached");
        await log.PublishedAsync(log.Size, TestContext.Current.CancellationToken);
        log.Dispose();
        CheckAll(disk.Reopened(), receipts);
    }

    [Theory]
    [InlineData("fsync segments")]
    [InlineData("fsync head")]
    [InlineData("fsync tile")]
    [InlineData("fsync checkpoint")]
    [InlineData("fsync folder tile")]
    public async Task A_failed_fsync_ends_the_log_and_is_not_tried_again(string operation)
    {
        using var key = Samples.Key();
        var ended = new ConcurrentQueue<string>();
        var failures = 0;
        var disk = new SimulatedDisk();
        var log = LedgerLog.Open(
            disk,
            Samples.Origin,
            key,
            new LedgerOptions
            {
                PublishEvery = TimeSpan.Zero,
                SegmentBytes = 64 * 1024,
                OnFatal = ended.Enqueue,
            }
        );
        disk.Before = (number, name) =>
        {
            if (number > 60 && name == operation)
            {
                failures++;
                throw new SyncFailedException("a file", new IOException("input/output error"));
            }
        };
        var receipts = new List<Receipt>();
        for (var round = 0; round < 1000 && ended.IsEmpty; round++)
        {
            try
            {
                receipts.Add(await log.AppendAsync(Samples.Entry(key, round), TestContext.Current.CancellationToken));
            }
            catch (AppendRefusedException e)
            {
                Assert.Equal(AppendRefusal.Closed, e.Refusal);
            }
        }

        Assert.Single(ended);
        Assert.Equal(1, failures);
        var refused = await Assert.ThrowsAsync<AppendRefusedException>(async () =>
            await log.AppendAsync(Samples.Entry(key, 0), TestContext.Current.CancellationToken)
        );
        Assert.Contains("no longer knows what is on disk", refused.Message, StringComparison.Ordinal);
        log.Dispose();
        CheckAll(disk.AfterPowerLoss(new Random(1)), receipts);
    }

    [Fact]
    public async Task Whoever_waits_for_tiles_hears_that_the_disk_failed_and_so_does_who_comes_later()
    {
        using var key = Samples.Key();
        var ended = new ConcurrentQueue<string>();
        var disk = new SimulatedDisk();
        using var log = LedgerLog.Open(disk, Samples.Origin, key, new LedgerOptions { OnFatal = ended.Enqueue });
        disk.Before = (_, name) =>
        {
            if (name == "fsync tile")
            {
                throw new SyncFailedException("a file", new IOException("input/output error"));
            }
        };
        var receipt = await log.AppendAsync(Samples.Entry(key, 1), TestContext.Current.CancellationToken);
        for (var round = 0; round < 2; round++)
        {
            var told = await Assert.ThrowsAsync<IOException>(() =>
                log.PublishedAsync(receipt.TreeSize, TestContext.Current.CancellationToken)
                    .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)
            );
            Assert.Contains("no longer knows what is on disk", told.Message, StringComparison.Ordinal);
        }

        Assert.Single(ended);
    }

    [Fact]
    public async Task Whoever_waits_for_entries_that_never_come_hears_that_the_log_is_closed()
    {
        using var key = Samples.Key();
        var log = LedgerLog.Open(new SimulatedDisk(), Samples.Origin, key, new LedgerOptions { OnFatal = Fatal });
        var waiting = log.PublishedAsync(5, TestContext.Current.CancellationToken);
        log.Dispose();
        await Assert.ThrowsAsync<IOException>(() =>
            waiting.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_restored_backup_does_not_sign_a_second_history()
    {
        using var key = Samples.Key();
        using var folder = new TestFolder();
        using (var head = FileHeadStore.Open(folder.File("second"), folder.File("log")))
        {
            using var log = LedgerLog.Open(
                folder.File("log"),
                Samples.Origin,
                key,
                TimeProvider.System,
                new() { SecondHead = head }
            );
            var receipt = await log.AppendAsync(Samples.Entry(key, 1), TestContext.Current.CancellationToken);

            // Both are on one device here, and the receipt does not claim otherwise.
            Assert.Equal(ForkProtection.None, receipt.ForkProtection);
        }

        Copy(folder.File("log"), folder.File("backup"));
        using (var head = FileHeadStore.Open(folder.File("second"), folder.File("log")))
        {
            using var log = LedgerLog.Open(
                folder.File("log"),
                Samples.Origin,
                key,
                TimeProvider.System,
                new() { SecondHead = head }
            );
            await log.AppendAsync(Samples.Entry(key, 2), TestContext.Current.CancellationToken);
        }

        using var kept = FileHeadStore.Open(folder.File("second"), folder.File("backup"));
        var refused = Assert.Throws<LedgerOpenException>(() =>
            LedgerLog.Open(folder.File("backup"), Samples.Origin, key, TimeProvider.System, new() { SecondHead = kept })
        );
        Assert.Contains(
            "signed a checkpoint of size 2, and only 1 entries are here",
            refused.Message,
            StringComparison.Ordinal
        );
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static void CheckAll(SimulatedDisk disk, List<Receipt> receipts)
    {
        using var key = Samples.Key();
        var opened = Recovery.Open(disk, Samples.Origin, key, new LedgerOptions());
        var prover = new TileProver(new TileReader(new StoreTiles(disk)), opened.Committer.Size);
        Assert.All(receipts, receipt => Assert.Equal(receipt.Root, prover.Root(receipt.TreeSize)));
        Assert.All(
            receipts,
            receipt =>
                Assert.True(
                    MerkleProof.VerifyInclusion(
                        receipt.Index,
                        receipt.TreeSize,
                        receipt.LeafHash,
                        prover.Inclusion(receipt.Index, receipt.TreeSize),
                        receipt.Root
                    )
                )
        );
    }

    private static void Fatal(string message) => Assert.Fail(message);
}
