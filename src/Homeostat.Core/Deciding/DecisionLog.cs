using Homeostat.Core.Actions;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>Writes decisions to the ledger as statements signed by the control plane itself.</summary>
/// <param name="issuer">Who says it, as it stands in the entry.</param>
public sealed class DecisionLog(LedgerLog log, SigningKey key, string issuer)
{
    /// <summary>The entry, signed; nothing is written yet.</summary>
    internal byte[] Sign(ActionRequest request, Judgement judgement, PermitReference permit, DateTimeOffset now)
    {
        var payload = DecisionRecord.Encode(request, judgement, permit, now);
        return Statement.Sign(
            key,
            new StatementHeader(issuer, request.Agent.Value, DecisionRecord.ContentType),
            payload
        );
    }

    /// <summary>Completes when the entry is durable.</summary>
    /// <exception cref="AppendRefusedException">The log did not take it: nothing was written that counts.</exception>
    internal ValueTask<Receipt> AppendAsync(byte[] entry) => log.AppendAsync(entry, CancellationToken.None);
}
