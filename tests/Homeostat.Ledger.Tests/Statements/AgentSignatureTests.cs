using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Statements;

/// <summary>Agents that sign for themselves: sequences, retries, contradictions, and many statements under one signature.</summary>
public sealed class AgentSignatureTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SigningKey _log = Samples.Key();
    private readonly SigningKey _agent = Samples.Key(7, "agent-7");
    private readonly LedgerOptions _options = new();

    public AgentSignatureTests() => _options.Signers.Admit(_agent.PublicKey);

    [Fact]
    public async Task The_same_bytes_again_are_the_same_entry_also_after_reopening()
    {
        Receipt first;
        using (var log = Open())
        {
            first = await Append(log, Entry(1, 1));
            await Append(log, Entry(1, 2));
            await RetryIs(log, first);
        }

        using var reopened = Open();
        await RetryIs(reopened, first);
        Assert.Equal(2, (await Append(reopened, Entry(1, 3))).Index);
    }

    [Fact]
    public async Task Gaps_closed_sessions_and_old_numbers_are_refused_and_write_nothing()
    {
        using var log = Open();
        await Refused(log, Entry(5, 2), AppendRefusal.OutOfSequence, "starts with number 1");
        await Append(log, Entry(5, 1));
        await Refused(log, Entry(5, 3), AppendRefusal.OutOfSequence, "goes on with number 2");
        await Refused(log, Entry(4, 1), AppendRefusal.OutOfSequence, "needs a higher number");
        for (var session = 6UL; session <= 13; session++)
        {
            await Append(log, Entry(session, 1));
        }

        // Eight are open now, and the fifth is not one of them.
        await Refused(log, Entry(5, 2), AppendRefusal.OutOfSequence, "closed");
        Assert.Equal(9, log.Size);
    }

    [Fact]
    public async Task Two_statements_with_one_number_are_evidence_against_their_signer()
    {
        using var log = Open();
        await Append(log, Entry(1, 1));
        var refused = await Refused(
            log,
            Entry(1, 1, content: 99),
            AppendRefusal.Equivocation,
            "used at 0 for another entry"
        );
        Assert.Equal(0, refused.Earlier);
    }

    [Fact]
    public async Task An_append_of_several_stands_or_falls_as_one()
    {
        using var log = Open();
        await Assert.ThrowsAsync<AppendRefusedException>(async () =>
            await log.AppendAsync([Entry(1, 1), Entry(1, 2), Entry(1, 4)], TestContext.Current.CancellationToken)
        );
        Assert.Equal(0, log.Size);
        var receipts = await log.AppendAsync(
            [Entry(1, 1), Entry(1, 2), Entry(1, 1)],
            TestContext.Current.CancellationToken
        );
        Assert.Equal([0L, 1L, 0L], receipts.Select(receipt => receipt.Index));
        Assert.Equal([false, false, true], receipts.Select(receipt => receipt.IsRetry));
        Assert.Equal(2, log.Size);
    }

    [Fact]
    public async Task One_signature_covers_many_statements_and_each_is_provable_alone()
    {
        var items = Enumerable
            .Range(1, 64)
            .Select(i => (Header(3, (ulong)i), (ReadOnlyMemory<byte>)Samples.Payload(i)))
            .ToList();
        var entries = Statement.SignBatch(_agent, items);
        using (var log = Open())
        {
            var receipts = await log.AppendAsync(
                [.. entries.Select(entry => (ReadOnlyMemory<byte>)entry)],
                TestContext.Current.CancellationToken
            );
            Assert.All(
                entries.Zip(receipts),
                pair => Assert.Null(pair.Second.Verify(pair.First, Samples.Origin, _log.VerifierKey))
            );
        }

        Assert.Empty(LedgerVerifier.Verify(_folder.File("log"), _log.VerifierKey.ToString()).Findings);
        var sample = entries[37];
        for (var at = 0; at < sample.Length; at++)
        {
            var changed = (byte[])sample.Clone();
            changed[at] ^= 1;
            Assert.False(Holds(changed), $"byte {at}");
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
        _agent.Dispose();
    }

    private static bool Holds(byte[] entry)
    {
        try
        {
            return Statement.Parse(entry).VerifySignature();
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static StatementHeader Header(ulong session, ulong number) =>
        new("agent-7", "orders", "application/vnd.example+cbor", new Sequence(session, number));

    private async Task RetryIs(LedgerLog log, Receipt first)
    {
        var retry = await Append(log, Entry(1, 1));
        Assert.True(retry.IsRetry);
        Assert.Equal((first.Index, first.LeafHash), (retry.Index, retry.LeafHash));
        Assert.Null(retry.Verify(Entry(1, 1), Samples.Origin, _log.VerifierKey));
        Assert.Equal(2, log.Size);
    }

    private byte[] Entry(ulong session, ulong number, int content = 0) =>
        Statement.Sign(_agent, Header(session, number), Samples.Payload(content));

    private LedgerLog Open() =>
        LedgerLog.Open(_folder.File("log"), Samples.Origin, _log, TimeProvider.System, _options);

    private static ValueTask<Receipt> Append(LedgerLog log, byte[] entry) =>
        log.AppendAsync(entry, TestContext.Current.CancellationToken);

    private static async Task<AppendRefusedException> Refused(
        LedgerLog log,
        byte[] entry,
        AppendRefusal refusal,
        string reason
    )
    {
        var size = log.Size;
        var e = await Assert.ThrowsAsync<AppendRefusedException>(async () => await Append(log, entry));
        Assert.Equal(refusal, e.Refusal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Equal(size, log.Size);
        return e;
    }
}
