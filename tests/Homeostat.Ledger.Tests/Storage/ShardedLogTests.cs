using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;
using Microsoft.Extensions.Time.Testing;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>Shards that rotate, stay verifiable and can be moved away.</summary>
public sealed class ShardedLogTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SigningKey _key = Samples.Key();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    [Fact]
    public async Task Shards_rotate_by_size_under_load_and_each_verifies_alone_and_continues_the_one_before()
    {
        using (var log = Open(new ShardLimits(100, TimeSpan.FromDays(1))))
        {
            var receipts = await Crowd(log, 0);

            // A shard ends with the append after the one that filled it, so that a second crowd finds it full.
            receipts = [.. receipts, .. await Crowd(log, 350)];
            Assert.All(
                receipts,
                pair =>
                    Assert.Null(
                        pair.Receipt.Receipt.Verify(
                            Samples.Entry(_key, pair.Number),
                            pair.Receipt.Origin,
                            _key.VerifierKey
                        )
                    )
            );
            Assert.Equal(
                700,
                receipts.Select(pair => (pair.Receipt.Origin, pair.Receipt.Receipt.Index)).Distinct().Count()
            );
        }

        Checkpoint? previous = null;
        var shards = Directory.GetDirectories(_folder.File("log")).Order(StringComparer.Ordinal).ToArray();
        Assert.True(shards.Length >= 2);
        foreach (var shard in shards)
        {
            Assert.Empty(LedgerVerifier.Verify(shard, _key.VerifierKey.ToString()).Findings);
            var checkpoint = Checkpoint.Parse(
                SignedNote
                    .Parse(
                        await File.ReadAllBytesAsync(
                            Path.Combine(shard, "checkpoint"),
                            TestContext.Current.CancellationToken
                        )
                    )
                    .Text
            );
            var first = new TileReader(new FolderTiles(shard)).Entries(0, (int)Math.Min(256, checkpoint.Size))[0];
            Assert.Equal(previous, ShardHead.Parse(first).Previous);
            previous = checkpoint;
        }
    }

    [Fact]
    public async Task Shards_rotate_by_age_sealed_ones_may_go_and_the_current_one_may_not()
    {
        using (var log = Open(new ShardLimits(1000, TimeSpan.FromHours(1))))
        {
            Assert.Equal("example.org/log/0000", (await Append(log, 1)).Origin);
            _time.Advance(TimeSpan.FromHours(2));
            Assert.Equal("example.org/log/0001", (await Append(log, 2)).Origin);
        }

        Directory.Move(_folder.File("log", "0000"), _folder.File("archive"));
        Assert.Empty(LedgerVerifier.Verify(_folder.File("archive"), _key.VerifierKey.ToString()).Findings);
        using (var log = Open(new ShardLimits(1000, TimeSpan.FromHours(1))))
        {
            Assert.Equal(
                ("example.org/log/0001", 2L),
                ((await Append(log, 3)) is var receipt ? (receipt.Origin, receipt.Receipt.Index) : default)
            );
        }

        Directory.Move(_folder.File("log", "0001"), _folder.File("gone"));
        var refused = Assert.Throws<LedgerOpenException>(() => Open(new ShardLimits(1000, TimeSpan.FromHours(1))));
        Assert.Contains("may not be moved away", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_with_its_shard()
    {
        using var log = Open(new ShardLimits(2, TimeSpan.FromDays(1)));
        await log.AppendAsync(Sequenced(5, 1), TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<AppendRefusedException>(async () =>
            await log.AppendAsync(Sequenced(5, 1), TestContext.Current.CancellationToken)
        );
        Assert.Equal(AppendRefusal.OutOfSequence, refused.Refusal);
        Assert.Equal(
            "example.org/log/0001",
            (await log.AppendAsync(Sequenced(6, 1), TestContext.Current.CancellationToken)).Origin
        );
    }

    [Theory]
    [InlineData("checkpoint", "text/plain; charset=utf-8")]
    [InlineData("tile/0/000", "application/octet-stream")]
    [InlineData("tile/entries/x001/x234/067.p/255", "application/octet-stream")]
    [InlineData("tile/63/x001/234", "application/octet-stream")]
    [InlineData("head", null)]
    [InlineData("segments/00000000.seg", null)]
    [InlineData("tile/../head", null)]
    [InlineData("tile/0/../../head", null)]
    [InlineData("tile/64/000", null)]
    [InlineData("tile/0/000.p/256", null)]
    [InlineData("tile/0/000.p/0", null)]
    [InlineData("tile/0/0001", null)]
    [InlineData("", null)]
    public void Only_what_is_published_is_served(string path, string? type) =>
        Assert.Equal(type, PublishedFiles.Find(path)?.ContentType);

    [Theory]
    [InlineData("0000 example.org/log/0000 sealed\n../secret example.org/log/0001 current\n", 2)]
    [InlineData("0000 example.org/log/0000\n", 1)]
    [InlineData("0000 example.org/log/0000 gone\n", 1)]
    [InlineData("0000  sealed\n", 1)]
    [InlineData("00000000000 example.org/log/0000 sealed\n", 1)]
    public void A_wrong_index_of_shards_is_refused_by_its_line(string index, int line)
    {
        var wrong = Assert.Throws<FormatException>(() => ShardFolder.Parse(System.Text.Encoding.UTF8.GetBytes(index)));
        Assert.Contains($"line {line} of the index", wrong.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
    }

    private Task<(int Number, ShardReceipt Receipt)[]> Crowd(ShardedLog log, int first) =>
        Task.WhenAll(Enumerable.Range(first, 350).Select(i => Task.Run(async () => (i, await Append(log, i)))));

    private byte[] Sequenced(ulong session, ulong number) =>
        Statement.Sign(
            _key,
            new StatementHeader("agent", "orders", "application/cbor", new Sequence(session, number)),
            Samples.Payload(1)
        );

    private ValueTask<ShardReceipt> Append(ShardedLog log, int number) =>
        log.AppendAsync(Samples.Entry(_key, number), TestContext.Current.CancellationToken);

    private ShardedLog Open(ShardLimits limits) =>
        ShardedLog.Open(
            _folder.File("log"),
            Samples.Origin,
            _key,
            _time,
            limits,
            new LedgerOptions { SegmentBytes = 256 * 1024 }
        );
}
