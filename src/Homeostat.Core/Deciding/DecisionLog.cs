using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>What decisions are for.</summary>
public enum DecisionKind
{
    /// <summary>They are given to agents as they ask.</summary>
    Live = 0,

    /// <summary>They are made for a person, who may give the time of judgement; their permits open nothing.</summary>
    Review,
}

/// <summary>Writes decisions and what changes leases to the ledger, as statements that the log signs with its own key.</summary>
/// <param name="issuer">Who says it, as it stands in the entry.</param>
/// <param name="kind">What the decisions are for.</param>
public sealed class DecisionLog(LedgerLog log, string issuer, DecisionKind kind = DecisionKind.Live)
{
    /// <summary>The decision's entries; nothing is written yet. More than one where its effects do not fit into one.</summary>
    /// <exception cref="EntryTooLargeException">What the permit would do does not fit into one append.</exception>
    internal IReadOnlyList<FreshStatement> Write(
        ActionRequest request,
        Judgement judgement,
        LeaseEvent.Reserved? reserved,
        DateTimeOffset now
    )
    {
        var agent = request.Agent.Value;
        var whole = DecisionRecord.Encode(request, judgement, reserved, now, kind: kind);
        if (reserved is null || whole.Length <= Ledger.Limits.PayloadBytes)
        {
            return [Say(agent, DecisionRecord.ContentType, whole)];
        }

        var parts = PermitParts.Split(reserved);
        var decision = DecisionRecord.Encode(request, judgement, reserved, now, parts.Count, kind);
        return decision.Length <= Ledger.Limits.PayloadBytes
            ?
            [
                .. parts.Select(part => Say(agent, PermitParts.ContentType, part)),
                Say(agent, DecisionRecord.ContentType, decision),
            ]
            : throw new EntryTooLargeException(reserved.Effects.Count);
    }

    /// <summary>Completes when the entries are durable, all of them; the receipt is the last one's.</summary>
    /// <exception cref="AppendRefusedException">The log did not take them: nothing was written that counts.</exception>
    internal async ValueTask<Receipt> AppendAsync(IReadOnlyList<FreshStatement> entries)
    {
        var receipts = await log.AppendAsync(entries, CancellationToken.None).ConfigureAwait(false);
        return receipts[^1];
    }

    /// <summary>Appends what changes leases; completes when it is durable.</summary>
    internal ValueTask<Receipt> AppendAsync(string subject, LeaseEvent change, string by) =>
        AppendAsync(subject, LeaseEventRecord.ContentType, LeaseEventRecord.Encode(change, by));

    /// <summary>Appends a payload of another kind; completes when it is durable.</summary>
    internal ValueTask<Receipt> AppendAsync(string subject, string contentType, byte[] payload) =>
        AppendAsync([Say(subject, contentType, payload)]);

    private FreshStatement Say(string subject, string contentType, byte[] payload) =>
        new(new StatementHeader(issuer, subject, contentType), payload);
}
