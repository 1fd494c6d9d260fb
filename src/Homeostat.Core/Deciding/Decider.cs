using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>What a decider is made of.</summary>
public sealed record DeciderParts
{
    public required Judge Judge { get; init; }

    public required ILeaseBook Leases { get; init; }

    /// <summary>The newest snapshot, or null while there is none.</summary>
    public required Func<EstateSnapshot?> Estate { get; init; }

    public required DecisionLog Log { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Names for permits; never the same twice.</summary>
    public required Func<PermitId> NextPermit { get; init; }

    /// <summary>How long a nearest admissible alternative is looked for; zero = not at all.</summary>
    public TimeSpan AlternativeCap { get; init; } = AlternativeSearch.DefaultCap;
}

/// <summary>The path of a request from the lease to the permit. There is no way through it from an error to an allow.</summary>
public sealed class Decider(DeciderParts parts)
{
    public const string LeaseTest = "lease";
    public const string EstateTest = "estate";
    public const string LedgerTest = "ledger";
    public const string InternalTest = "internal";

    /// <summary>Decides, and completes when the decision is durable.</summary>
    public async ValueTask<Decision> DecideAsync(
        ActionRequest request,
        CancellationToken cancellationToken,
        bool hasLooked = false
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = parts.Clock.GetUtcNow();
        var (judgement, permit) = JudgeAndReserve(request, now, hasLooked);

        // From here on nobody may walk away: an append that was given up half-way would leave it open whether it counts.
        var decision = await RecordAsync(request, judgement, permit, now).ConfigureAwait(false);
        return decision.Verdict == Verdict.Allow || decision.Receipt is null || parts.AlternativeCap == TimeSpan.Zero
            ? decision
            : decision with
            {
                Alternative = FindAlternative(request, judgement),
            };
    }

    /// <summary>The outcome of a permit has been observed: its future ends.</summary>
    public void Settle(Permit permit) => parts.Leases.Settle(permit.Id);

    /// <summary>Steps 3 to 7 of the path of a request.</summary>
    internal (Judgement Judgement, PermitId? Permit) JudgeAndReserve(
        ActionRequest request,
        DateTimeOffset now,
        bool hasLooked
    )
    {
        try
        {
            for (var attempt = 0; attempt < Limits.MaxDecisionAttempts; attempt++)
            {
                // 3. The lease.
                var found = parts.Leases.Find(request.Lease, request.Agent, now);
                if (found.Balance is null)
                {
                    return (Judgement.Denied(LeaseTest, found.Refusal ?? "the lease cannot be used"), null);
                }

                // 4. One snapshot, and what others may still do.
                if (parts.Estate() is not { } estate)
                {
                    return (
                        Judgement.Denied(
                            EstateTest,
                            "there is no model of the estate yet",
                            "wait until a source has listed it"
                        ),
                        null
                    );
                }

                // 5. and 6. Consequences, and every test over the same file.
                var futures = parts.Leases.Futures;
                var judgement = parts.Judge.Review(request, found.Balance, estate, futures, now, hasLooked);
                if (judgement.Verdict != Verdict.Allow)
                {
                    return (judgement, null);
                }

                // 7. Reserve, unless somebody was faster: then what was judged may no longer hold.
                var permit = parts.NextPermit();
                switch (Reserve(request, judgement, permit, futures.Version, now))
                {
                    case Reservation.Reserved:
                        return (judgement, permit);
                    case Reservation.Refused:
                        return (Judgement.Denied(LeaseTest, "the lease cannot pay for it any more", "ask again"), null);
                }
            }

            return (Judgement.Denied(InternalTest, "other permits kept overtaking this decision", "ask again"), null);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // A bug of ours: whatever it was, the request does not pass.
            return (
                Judgement.Denied(InternalTest, $"the decision failed: {failure.GetType().Name}: {failure.Message}"),
                null
            );
        }
    }

    private Reservation Reserve(
        ActionRequest request,
        Judgement judgement,
        PermitId permit,
        long version,
        DateTimeOffset now
    )
    {
        var consequences = judgement.Consequences!;
        var future = new CommittedFuture(permit, request.Effects, now) { Footprint = consequences.Footprint };
        var cost = new Cost(judgement.Assessment!.Charge, consequences.Irreversible.Count);
        return parts.Leases.Reserve(request.Lease, cost, future, version, now);
    }

    /// <summary>8. No receipt, no permit.</summary>
    private async ValueTask<Decision> RecordAsync(
        ActionRequest request,
        Judgement judgement,
        PermitId? permit,
        DateTimeOffset now
    )
    {
        byte[] entry;
        try
        {
            entry = parts.Log.Sign(request, judgement, new(permit?.Value), now);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Unrecorded(request, permit, failure);
        }

        try
        {
            var receipt = await parts.Log.AppendAsync(entry).ConfigureAwait(false);
            return new Decision(
                request,
                judgement,
                receipt,
                permit is { } id ? new Permit(id, request, receipt) : null
            );
        }
        catch (AppendRefusedException refusal)
        {
            return Unrecorded(request, permit, refusal);
        }
    }

    /// <summary>Nothing was written that counts: what was reserved for it is free again, and no permit leaves this place.</summary>
    private Decision Unrecorded(ActionRequest request, PermitId? permit, Exception failure)
    {
        if (permit is { } id)
        {
            parts.Leases.Release(id);
        }

        return new Decision(
            request,
            Judgement.Denied(LedgerTest, $"the decision could not be written down: {failure.Message}"),
            null,
            null
        );
    }

    private Alternative? FindAlternative(ActionRequest request, Judgement judgement)
    {
        if (judgement.File is not { } file)
        {
            return null;
        }

        try
        {
            return FindAlternative(request, file);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The decision stands and is on the log; what would be accepted instead is a courtesy.
            return null;
        }
    }

    private Alternative FindAlternative(ActionRequest request, CaseFile file)
    {
        var search = new AlternativeSearch(parts.Clock);
        return search.Find(
            request.Effects,
            subset =>
                parts.Judge.Review(
                    request.Narrowed(subset),
                    file.Balance,
                    file.Estate,
                    parts.Leases.Futures,
                    file.Now,
                    file.HasLooked
                ),
            parts.AlternativeCap
        );
    }
}
