using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>Writes decisions and what changes leases to the ledger, as statements signed by the control plane itself.</summary>
/// <param name="issuer">Who says it, as it stands in the entry.</param>
public sealed class DecisionLog(LedgerLog log, SigningKey key, string issuer)
{
    /// <summary>The entry, signed; nothing is written yet.</summary>
    /// <exception cref="EntryTooLargeException">What the permit would do does not fit into one entry.</exception>
    internal byte[] Sign(
        ActionRequest request,
        Judgement judgement,
        LeaseEvent.Reserved? reserved,
        DateTimeOffset now
    ) =>
        Sign(request.Agent.Value, DecisionRecord.ContentType, DecisionRecord.Encode(request, judgement, reserved, now));

    /// <summary>Completes when the entry is durable.</summary>
    /// <exception cref="AppendRefusedException">The log did not take it: nothing was written that counts.</exception>
    internal ValueTask<Receipt> AppendAsync(byte[] entry) => log.AppendAsync(entry, CancellationToken.None);

    /// <summary>Appends what changes leases; completes when it is durable.</summary>
    internal ValueTask<Receipt> AppendAsync(string subject, LeaseEvent change, string by) =>
        AppendAsync(subject, LeaseEventRecord.ContentType, LeaseEventRecord.Encode(change, by));

    /// <summary>Appends a payload of another kind; completes when it is durable.</summary>
    internal ValueTask<Receipt> AppendAsync(string subject, string contentType, byte[] payload) =>
        AppendAsync(Sign(subject, contentType, payload));

    private byte[] Sign(string subject, string contentType, byte[] payload) =>
        payload.Length <= Ledger.Limits.PayloadBytes
            ? Statement.Sign(key, new StatementHeader(issuer, subject, contentType), payload)
            : throw new EntryTooLargeException(payload.Length);
}

/// <summary>What would have to be written down is larger than one entry of the log.</summary>
internal sealed class EntryTooLargeException(int bytes)
    : Exception($"it takes {bytes} bytes of the log, and one entry has at most {Ledger.Limits.PayloadBytes}");
