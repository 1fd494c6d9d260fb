using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>The power is lost before every single operation of the write path, and what was acknowledged is always found again.</summary>
public sealed class PowerLossTests
{
    private const int SegmentBytes = 64 * 1024;
    private static readonly SigningKey Key = Samples.Key();
    private static readonly byte[][] Entries = [.. Enumerable.Range(0, 560).Select(i => Samples.Entry(Key, i))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_the_step_nothing_acknowledged_is_lost(int seed)
    {
        var whole = new SimulatedDisk();
        Run(whole, new List<Receipt>());
        var kinds = whole.Operations.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "create checkpoint",
                "create log",
                "create sessions",
                "create tile",
                "delete segments",
                "delete tile",
                "fsync checkpoint",
                "fsync folder ",
                "fsync folder tile",
                "fsync head",
                "fsync log",
                "fsync segments",
                "fsync sessions",
                "fsync tile",
                "preallocate head",
                "preallocate segments",
                "rename checkpoint",
                "rename log",
                "rename sessions",
                "rename tile",
                "write head",
                "write segments",
            ],
            kinds
        );
        for (var step = 1; step <= whole.Operations.Count; step++)
        {
            LoseAndRecover(step, new Random((seed * 100_000) + step));
        }
    }

    private static void LoseAndRecover(int step, Random random)
    {
        var disk = new SimulatedDisk { Before = (number, _) => Lose(number == step) };
        var receipts = new List<Receipt>();
        Assert.Throws<PowerLostException>(() => Run(disk, receipts));
        var back = disk.AfterPowerLoss(random);
        CheckAll(back, receipts);

        // And the power goes once more while the log is being recovered.
        var again = disk.AfterPowerLoss(random);
        var at = random.Next(1, 12);
        again.Before = (number, _) => Lose(number == at);
        try
        {
            Recovery.Open(again, Samples.Origin, Key, Options());
        }
        catch (PowerLostException)
        {
            CheckAll(again.AfterPowerLoss(random), receipts);
        }
    }

    private static void CheckAll(SimulatedDisk disk, List<Receipt> receipts)
    {
        var opened = Recovery.Open(disk, Samples.Origin, Key, Options());
        var size = opened.Committer.Size;
        var reader = new TileReader(new StoreTiles(disk));
        var prover = new TileProver(reader, size);
        foreach (var receipt in receipts)
        {
            Assert.True(receipt.Index < size, $"entry {receipt.Index} was acknowledged, and {size} are left");
            Assert.Equal(receipt.Root, prover.Root(receipt.TreeSize));
        }

        for (var i = 0L; i < size; i++)
        {
            var width = (int)Math.Min(256, size - (i / 256 * 256));
            Assert.Equal(Entries[i], reader.Entries(i / 256, width)[(int)(i % 256)].ToArray());
        }

        Commit(opened, size < Entries.Length ? [Entries[size]] : [Entries[0]]);
        Assert.Equal(size + 1, opened.Committer.Size);
    }

    private static void Run(SimulatedDisk disk, List<Receipt> receipts)
    {
        var opened = Recovery.Open(disk, Samples.Origin, Key, Options());
        var next = 0;
        var random = new Random(7);
        while (next < Entries.Length)
        {
            var count = Math.Min(random.Next(1, 90), Entries.Length - next);
            receipts.AddRange(Commit(opened, Entries[next..(next + count)]));
            next += count;
            if (random.Next(3) == 0)
            {
                opened.Publisher.PublishOnce();
                opened.Journal.Release(opened.Publisher.Published);
            }
        }

        opened.Publisher.PublishOnce();
        opened.Close(clean: true);
    }

    private static Receipt[] Commit(OpenedLog opened, byte[][] entries)
    {
        var append = new PendingAppend(
            [.. entries.Select(entry => (ReadOnlyMemory<byte>)entry)],
            [.. entries.Select(entry => Statement.Parse(entry))]
        );
        opened.Committer.Commit([append]);
        Assert.True(append.Done.Task.IsCompletedSuccessfully);
        return [.. append.Done.Task.Result.Select(outcome => outcome.Receipt!)];
    }

    private static LedgerOptions Options() =>
        new() { SegmentBytes = SegmentBytes, FillRandom = new Random(1).NextBytes };

    private static void Lose(bool now)
    {
        if (now)
        {
            throw new PowerLostException();
        }
    }
}
