using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Storage;

public sealed class LedgerLogTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task An_append_is_answered_with_a_receipt_that_stands_on_its_own()
    {
        using var key = Samples.Key();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        for (var i = 0; i < 700; i++)
        {
            var entry = Samples.Entry(key, i);
            var receipt = await log.AppendAsync(entry, TestContext.Current.CancellationToken);
            Assert.Equal(i, receipt.Index);
            Assert.Null(receipt.Verify(entry, Samples.Origin, key.VerifierKey));
            Assert.NotNull(receipt.Verify(Samples.Entry(key, i + 1), Samples.Origin, key.VerifierKey));
        }
    }

    [Fact]
    public async Task Every_receipt_of_a_crowd_holds()
    {
        using var key = Samples.Key();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        var entries = Enumerable.Range(0, 2000).Select(i => Samples.Entry(key, i)).ToArray();
        var receipts = await Task.WhenAll(
            entries.Select(entry =>
                Task.Run(async () => await log.AppendAsync(entry, TestContext.Current.CancellationToken))
            )
        );
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (long)i), receipts.Select(receipt => receipt.Index).Order());
        Assert.All(
            entries.Zip(receipts),
            pair => Assert.Null(pair.Second.Verify(pair.First, Samples.Origin, key.VerifierKey))
        );
    }

    /// <summary>Not every size is published: what is published together passes over the sizes between.</summary>
    [Fact]
    public async Task Whoever_reads_while_others_append_finds_every_entry()
    {
        using var key = Samples.Key();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        var appending = Task.Run(
            async () =>
            {
                for (var i = 0; i < 1500; i++)
                {
                    await log.AppendAsync(Samples.Entry(key, i), TestContext.Current.CancellationToken);
                }
            },
            TestContext.Current.CancellationToken
        );
        for (var read = 0L; read < 1500; )
        {
            await foreach (var entry in log.ReadAsync(read, TestContext.Current.CancellationToken))
            {
                Assert.Equal(read++, entry.Index);
                Assert.Equal(Samples.Entry(key, (int)entry.Index), entry.Bytes.ToArray());
            }
        }

        await appending;
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_reopening()
    {
        using var key = Samples.Key();
        var entries = Enumerable.Range(0, 1000).Select(i => Samples.Entry(key, i)).ToArray();
        for (var part = 0; part < 4; part++)
        {
            using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
            Assert.Equal(part * 250, log.Size);
            foreach (var entry in entries[(part * 250)..((part + 1) * 250)])
            {
                await log.AppendAsync(entry, TestContext.Current.CancellationToken);
            }
        }

        using var reopened = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        var read = new List<byte[]>();
        await foreach (var entry in reopened.ReadAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.Equal(read.Count, entry.Index);
            read.Add(entry.Bytes.ToArray());
        }

        Assert.Equal(entries, read);
    }

    [Fact]
    public void A_second_writer_does_not_start()
    {
        using var key = Samples.Key();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        var refused = Assert.Throws<LedgerOpenException>(() =>
            LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System)
        );
        Assert.Contains("another process writes to this log", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_forgeries_and_garbage_are_refused_and_leave_nothing()
    {
        using var key = Samples.Key();
        using var stranger = Samples.Key(2, "stranger");
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        var forged = Samples.Entry(key, 1);
        forged[^1] ^= 1;
        await Refused(log, Samples.Entry(stranger, 1), AppendRefusal.UnknownSigner);
        await Refused(log, forged, AppendRefusal.BadSignature);
        await Refused(log, new byte[] { 1, 2, 3 }, AppendRefusal.Malformed);
        await Refused(log, Array.Empty<byte>(), AppendRefusal.Malformed);
        await Refused(log, new byte[Limits.EntryBytes + 1], AppendRefusal.Malformed);
        Assert.Equal(0, log.Size);
    }

    [Fact]
    public void A_folder_of_another_log_is_refused()
    {
        using var key = Samples.Key();
        using var other = Samples.Key(2);
        LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System).Dispose();
        Assert.Throws<LedgerOpenException>(() =>
            LedgerLog.Open(_folder.File("log"), Samples.Origin, other, TimeProvider.System)
        );
        Assert.Throws<LedgerOpenException>(() =>
            LedgerLog.Open(_folder.File("log"), "example.org/other", key, TimeProvider.System)
        );
    }

    public void Dispose() => _folder.Dispose();

    private static async Task Refused(LedgerLog log, byte[] entry, AppendRefusal refusal)
    {
        var e = await Assert.ThrowsAsync<AppendRefusedException>(async () =>
            await log.AppendAsync(entry, TestContext.Current.CancellationToken)
        );
        Assert.Equal(refusal, e.Refusal);
    }
}
