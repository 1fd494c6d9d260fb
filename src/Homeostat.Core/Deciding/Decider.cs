using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Statements;
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

    /// <summary>
    /// Waits, so long as it may take, until an entry is covered by a witnessed checkpoint; null where it was not. Without
    /// it nothing waits.
    /// </summary>
    public Func<Receipt, Task<Receipt?>>? Witness { get; init; }

    /// <summary>
    /// Looks again, so long as it may take, at what a deferred decision names; null where nothing can.
    /// </summary>
    public Func<IReadOnlyCollection<ResourceId>, Task>? Look { get; init; }

    /// <summary>Where permitted reads are written down behind; null = each read waits for an entry of its own.</summary>
    public ReadLog? Reads { get; init; }

    /// <summary>How long a nearest admissible alternative is looked for; zero = not at all.</summary>
    public TimeSpan AlternativeCap { get; init; } = AlternativeSearch.DefaultCap;
}

/// <summary>The path of a request from the lease to the permit. There is no way through it from an error to an allow.</summary>
public sealed partial class Decider(DeciderParts parts)
{
    private volatile Judge _judge = parts.Judge;

    public const string LeaseTest = "lease";
    public const string EstateTest = "estate";
    public const string LedgerTest = "ledger";
    public const string InternalTest = "internal";
    public const string WitnessTest = "witness";

    /// <summary>What cannot be undone and was not witnessed in time.</summary>
    public static Judgement Unwitnessed { get; } =
        new(
            Verdict.Defer,
            [
                new Finding(
                    WitnessTest,
                    Verdict.Defer,
                    "it cannot be undone, and the witnesses of the log did not cosign the decision in time"
                )
                {
                    Remedy = "ask again when the witnesses answer",
                },
            ]
        );

    private static Judgement NoRead { get; } =
        Judgement.Denied(InternalTest, "it is not a request that only looks", "ask for a decision of its own");

    private static Judgement Unqueued { get; } =
        Judgement.Denied(LedgerTest, "the log does not take reads at present", "ask again");

    /// <summary>Decides, and completes when the decision is durable.</summary>
    public async ValueTask<Decision> DecideAsync(
        ActionRequest request,
        CancellationToken cancellationToken,
        bool hasLooked = false
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = parts.Clock.GetUtcNow();
        var (judgement, reserved) = JudgeAndReserve(request, now, hasLooked);

        // From here on nobody may walk away: an append that was given up half-way would leave it open whether it counts.
        var decision = await RecordAsync(request, judgement, reserved, now).ConfigureAwait(false);
        return decision.Receipt is null ? decision : WithAlternative(decision);
    }

    /// <summary>
    /// Decides; where looking again could settle a deferral, looks and decides once more. It is not given up when its caller
    /// goes away: half of it may be on the log.
    /// </summary>
    public async Task<Decision> DecideLookingAsync(ActionRequest request)
    {
        var decision = await DecideAsync(request, CancellationToken.None).ConfigureAwait(false);
        if (parts.Look is not { } look || LookAt(decision) is not { Length: > 0 } ids)
        {
            return decision;
        }

        await look(ids).ConfigureAwait(false);
        return await DecideAsync(request, CancellationToken.None, hasLooked: true).ConfigureAwait(false) with
        {
            HasLooked = true,
        };
    }

    /// <summary>
    /// Decides a request that only looks, at once. Only with a permit is anything written, a little behind; without one ask
    /// <see cref="DecideLookingAsync"/>, which writes the refusal, renews the lease or looks again.
    /// </summary>
    public Decision DecideRead(ActionRequest request)
    {
        if (parts.Reads is not { } reads || request.Effects.Count == 0 || !Effect.AreAllReads(request.Effects))
        {
            return new Decision(request, NoRead, null, null);
        }

        var now = parts.Clock.GetUtcNow();
        var judgement = Judge(request, now, hasLooked: false, out _);
        if (judgement is not { Verdict: Verdict.Allow, WouldBe: null, File.Balance.IsDueForRenewal: false })
        {
            return new Decision(request, judgement, null, null);
        }

        var place = reads.TryAdd(request, now);
        return place > 0
            ? new Decision(request, judgement, null, new Permit(request, place))
            : new Decision(request, Unqueued, null, null);
    }

    /// <summary>What a deferred decision asks to be looked at again.</summary>
    public static ResourceId[] LookAt(Decision decision) =>
        decision.Verdict == Verdict.Defer
            ? [.. decision.Judgement.Findings.SelectMany(finding => finding.LookAt).Distinct().Take(Limits.MaxLookedAt)]
            : [];

    private Decision WithAlternative(Decision decision) =>
        decision.Verdict == Verdict.Allow || parts.AlternativeCap == TimeSpan.Zero
            ? decision
            : decision with
            {
                Alternative = FindAlternative(decision.Request, decision.Judgement),
            };

    /// <summary>Judges by another table, or other modes, from the next decision on.</summary>
    public void Use(Judge judge) => _judge = judge;

    /// <summary>What the decision would be; nothing is reserved and nothing is written.</summary>
    public Decision Simulate(ActionRequest request, bool hasLooked = false)
    {
        var judgement = Judge(request, parts.Clock.GetUtcNow(), hasLooked, out _);
        return WithAlternative(new Decision(request, judgement, null, null));
    }

    /// <summary>The same under terms that nobody was lent, so that only the consequences speak.</summary>
    public Decision Simulate(ActionRequest request, LeaseBalance terms, bool hasLooked = false)
    {
        Judgement judgement;
        try
        {
            judgement = Judge(request, terms, parts.Clock.GetUtcNow(), hasLooked, out _);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            judgement = Failed(failure);
        }

        return WithAlternative(new Decision(request, judgement, null, null));
    }

    /// <summary>The outcome of a permit has been observed: its future ends.</summary>
    public void Settle(Permit permit) => parts.Leases.Settle(permit.Id);

    /// <summary>Steps 3 to 7 of the path of a request.</summary>
    internal (Judgement Judgement, LeaseEvent.Reserved? Reserved) JudgeAndReserve(
        ActionRequest request,
        DateTimeOffset now,
        bool hasLooked
    )
    {
        try
        {
            for (var attempt = 0; attempt < Limits.MaxDecisionAttempts; attempt++)
            {
                var judgement = Judge(request, now, hasLooked, out var version);
                if (judgement.Verdict != Verdict.Allow)
                {
                    return (judgement, null);
                }

                // 7. Reserve, unless somebody was faster: then what was judged may no longer hold.
                switch (Reserve(request, judgement, version, now, out var reserved))
                {
                    case Reservation.Reserved when HasLearntOfAgreements(judgement):
                        parts.Leases.Release(reserved!.Permit);
                        break;
                    case Reservation.Reserved:
                        return (judgement, reserved);
                    case Reservation.Refused:
                        // What observing would have forwarded and cannot be kept account of is refused as it was judged.
                        return judgement.WouldBe is { } refusal
                            ? (judgement with { Verdict = refusal, WouldBe = null }, null)
                            : (Judgement.Denied(LeaseTest, "the lease cannot pay for it any more", "ask again"), null);
                }
            }

            return (Judgement.Denied(InternalTest, "other permits kept overtaking this decision", "ask again"), null);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return (Failed(failure), null);
        }
    }

    /// <summary>Steps 3 to 6: the lease, one snapshot with what others may still do, consequences, every test.</summary>
    private Judgement Judge(ActionRequest request, DateTimeOffset now, bool hasLooked, out long version)
    {
        version = 0;
        try
        {
            // 3. The lease.
            var found = parts.Leases.Find(request.Lease, request.Agent, now);
            return found.Balance is { } balance
                ? Judge(request, balance, now, hasLooked, out version)
                : Judgement.Denied(LeaseTest, found.Refusal ?? "the lease cannot be used");
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Failed(failure);
        }
    }

    private Judgement Judge(
        ActionRequest request,
        LeaseBalance balance,
        DateTimeOffset now,
        bool hasLooked,
        out long version
    )
    {
        version = 0;
        // 4. One snapshot, and what others may still do.
        if (JudgeAndEstate() is not (var judge, { } estate))
        {
            return Judgement.Denied(
                EstateTest,
                "there is no model of the estate yet",
                "wait until a source has listed it"
            );
        }

        // 5. and 6. Consequences, and every test over the same file.
        var futures = parts.Leases.Futures;
        version = estate.HasAgreements ? futures.Version : futures.ActiveVersion;
        return judge.Bind(judge.Review(request, balance, estate, futures, now, hasLooked));
    }

    /// <summary>
    /// It was judged, and reserved, without those futures that change facts only, because nobody had to agree on any; now
    /// somebody must.
    /// </summary>
    private bool HasLearntOfAgreements(Judgement judgement) =>
        judgement.File is { Estate.HasAgreements: false } && parts.Estate() is { HasAgreements: true };

    /// <summary>
    /// Of one moment: whoever replaces both sets a judge that observes nothing in between, so that the modes of one overlay
    /// never meet the environments of another.
    /// </summary>
    private (Judge Judge, EstateSnapshot? Estate) JudgeAndEstate()
    {
        while (true)
        {
            var judge = _judge;
            var estate = parts.Estate();
            if (ReferenceEquals(judge, _judge))
            {
                return (judge, estate);
            }
        }
    }

    /// <summary>A bug of ours: whatever it was, the request does not pass.</summary>
    private static Judgement Failed(Exception failure) =>
        Judgement.Denied(InternalTest, $"the decision failed: {failure.GetType().Name}: {failure.Message}");

    private Reservation Reserve(
        ActionRequest request,
        Judgement judgement,
        long version,
        DateTimeOffset now,
        out LeaseEvent.Reserved? reserved
    )
    {
        var consequences = judgement.Consequences!;
        var future = new CommittedFuture(parts.NextPermit(), request.Effects, now)
        {
            Footprint = consequences.Footprint,
        };
        // What enforcing would have refused would have cost nothing: observing spends no budget that enforced work needs.
        var cost = judgement.WouldBe is null
            ? new Cost(judgement.Assessment!.Charge, consequences.Irreversible.Count)
            : new Cost(0, 0);
        var asked = new ReservationRequest(request.Lease, cost, future, version)
        {
            Request = request.Id,
            IgnoresFacts = !judgement.File!.Estate.HasAgreements,
        };
        return parts.Leases.Reserve(asked, now, out reserved);
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
                _judge.Review(
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
