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

    /// <summary>How long a nearest admissible alternative is looked for; zero = not at all.</summary>
    public TimeSpan AlternativeCap { get; init; } = AlternativeSearch.DefaultCap;
}

/// <summary>The path of a request from the lease to the permit. There is no way through it from an error to an allow.</summary>
public sealed class Decider(DeciderParts parts)
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
            if (found.Balance is null)
            {
                return Judgement.Denied(LeaseTest, found.Refusal ?? "the lease cannot be used");
            }

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
            return judge.Bind(judge.Review(request, found.Balance, estate, futures, now, hasLooked));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Failed(failure);
        }
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
            entries = parts.Log.Sign(request, judgement, reserved, now);
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
