using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>What the log says under its own key it signs itself: together where it writes together, and anybody can check each alone.</summary>
public sealed class OwnStatementTests : IDisposable
{
    private static readonly StatementHeader Header = new("log.example", "agent", "application/test+cbor");

    private readonly TestFolder _folder = new();

    [Fact]
    public async Task What_is_written_together_shares_a_signature_and_each_is_provable_alone()
    {
        using var key = Samples.Key();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        var fresh = Enumerable.Range(0, 100).Select(i => new FreshStatement(Header, Samples.Payload(i))).ToArray();

        var receipts = await log.AppendAsync(fresh, TestContext.Current.CancellationToken);
        var lone = await log.AppendAsync([fresh[0]], TestContext.Current.CancellationToken);

        var entries = new List<ReadOnlyMemory<byte>>();
        await foreach (var entry in log.ReadAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            entries.Add(entry.Bytes);
        }

        var statements = entries.ConvertAll(entry => Statement.Parse(entry));
        Assert.All(statements, statement => Assert.True(statement.VerifySignature()));
        Assert.Single(
            statements.Take(100).Select(statement => Convert.ToHexString(statement.Signature.Span)).Distinct()
        );
        Assert.Equal(StatementAlgorithm.EdDsa, statements[100].Algorithm);
        Assert.Equal(Samples.Payload(7), statements[7].Payload.ToArray());
        Assert.Equal(Header, statements[7].Header);
        Assert.All(
            entries.Zip(receipts.Append(lone[0])),
            pair => Assert.Null(pair.Second.Verify(pair.First.Span, Samples.Origin, key.VerifierKey))
        );
    }

    [Fact]
    public async Task What_cannot_be_said_is_refused_and_nothing_of_it_is_written()
    {
        using var key = Samples.Key();
        using var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System);
        FreshStatement[] wrong =
        [
            new(Header, new byte[] { 0xFF }),
            new(Header with { Sequence = new Sequence(1, 1) }, Samples.Payload(1)),
            new(Header with { Subject = "" }, Samples.Payload(1)),
        ];

        foreach (var statement in wrong)
        {
            var refusal = await Assert.ThrowsAsync<AppendRefusedException>(async () =>
                await log.AppendAsync(
                    [new FreshStatement(Header, Samples.Payload(0)), statement],
                    TestContext.Current.CancellationToken
                )
            );
            Assert.Equal(AppendRefusal.Malformed, refusal.Refusal);
        }

        Assert.Equal(0, log.Size);
    }

    public void Dispose() => _folder.Dispose();
}
