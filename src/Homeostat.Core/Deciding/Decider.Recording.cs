using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>Steps 8 and 9: the entry, and whether the permit still holds when it is durable.</summary>
public sealed partial class Decider
{
    /// <summary>8. No receipt, no permit.</summary>
    private async ValueTask<Decision> RecordAsync(
        ActionRequest request,
        Judgement judgement,
        LeaseEvent.Reserved? reserved,
        DateTimeOffset now
    )
    {
        IReadOnlyList<FreshStatement> entries;
        try
        {
            reserved = reserved is null
                ? null
                : reserved with
                {
                    Expected = Expectations.Of(judgement.Consequences!, request.Effects),
                };
            entries = parts.Log.Write(request, judgement, reserved, now);
        }
        catch (EntryTooLargeException tooLarge) when (reserved is not null)
        {
            // What cannot be written down in full is not permitted; that much can be written down.
            parts.Leases.Release(reserved.Permit);
            var refusal = Judgement.Denied(LedgerTest, tooLarge.Message, "do fewer at a time");
            return await RecordAsync(request, refusal with { File = judgement.File }, null, now).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Unrecorded(request, judgement, reserved?.Permit, failure);
        }

        try
        {
            var receipt = await parts.Log.AppendAsync(entries).ConfigureAwait(false);
            return reserved is null
                ? new Decision(request, judgement, receipt, null)
                : await ConfirmAsync(request, judgement, reserved, receipt).ConfigureAwait(false);
        }
        catch (AppendRefusedException refusal)
        {
            return Unrecorded(request, judgement, reserved?.Permit, refusal);
        }
    }

    /// <summary>
    /// 9. What cannot be undone waits until the entry is witnessed. A lease that was revoked meanwhile, or while the entry
    /// was on its way, gives no permit any more.
    /// </summary>
    private async ValueTask<Decision> ConfirmAsync(
        ActionRequest request,
        Judgement judgement,
        LeaseEvent.Reserved reserved,
        Receipt receipt
    )
    {
        if (reserved.CannotBeUndone && parts.Witness is { } witness)
        {
            if (await witness(receipt).ConfigureAwait(false) is not { } witnessed)
            {
                return await TakeBackAsync(request, Unwitnessed, reserved, receipt).ConfigureAwait(false);
            }

            receipt = witnessed;
        }

        return parts.Leases.Confirm(reserved) is { } refusal
            ? await TakeBackAsync(request, Judgement.Denied(LeaseTest, refusal), reserved, receipt)
                .ConfigureAwait(false)
            : new Decision(request, judgement, receipt, new Permit(reserved.Permit, request, receipt));
    }

    /// <summary>The permit is on the log and leaves nobody's hands: an entry of its own says so.</summary>
    private async ValueTask<Decision> TakeBackAsync(
        ActionRequest request,
        Judgement instead,
        LeaseEvent.Reserved reserved,
        Receipt receipt
    )
    {
        try
        {
            // Until this is durable the future stays: after a crash it would be there too.
            var released = new LeaseEvent.Released(reserved.Permit, parts.Clock.GetUtcNow());
            await parts.Log.AppendAsync(request.Agent.Value, released, by: "homeostat").ConfigureAwait(false);
            parts.Leases.Release(reserved.Permit);
        }
        catch (AppendRefusedException)
        {
            // It ends when it is observed.
        }

        return new Decision(request, instead, receipt, null);
    }

    /// <summary>Nothing was written that counts: what was reserved for it is free again, and no permit leaves this place.</summary>
    private Decision Unrecorded(ActionRequest request, Judgement judgement, PermitId? permit, Exception failure)
    {
        if (permit is { } id)
        {
            parts.Leases.Release(id);
        }

        var unwritten = Judgement.Denied(LedgerTest, $"the decision could not be written down: {failure.Message}");
        return new Decision(
            request,
            unwritten with
            {
                File = judgement.File,
                Findings = [.. unwritten.Findings, .. judgement.Findings],
            },
            null,
            null
        );
    }
}
