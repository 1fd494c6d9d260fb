using Homeostat.Cli.Loading;
using Homeostat.Cli.Running;
using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Terraform;

namespace Homeostat.Cli.Reviewing;

/// <summary>How a plan is to be reviewed.</summary>
internal sealed record ReviewTerms(
    DateTimeOffset Now,
    double? StressBudget,
    double? Confidence,
    string LogFolder,
    TimeProvider Clock
);

/// <summary>Where a decision stands on the log.</summary>
internal sealed record LoggedAt(string Folder, long Index, string LeafHash, long TreeSize, string Root);

/// <summary>What came of a review.</summary>
/// <param name="Judgement">All findings, also those of a decision that could not be written down.</param>
/// <param name="Log">Null where the log did not take the decision; then the verdict is deny.</param>
internal sealed record ReviewOutcome(Verdict Verdict, Judgement Judgement, Lease Lease, LoggedAt? Log)
{
    public Subset? Subset { get; init; }
}

/// <summary>Reviews a plan as if an agent had proposed it: decided, written down, and only then answered.</summary>
internal sealed class PlanReview(LoadedEstate estate, TerraformPlan plan, ReviewTerms terms, Terminal terminal)
{
    /// <summary>A person waits here, not a gateway: the search may take longer than in the path of a request.</summary>
    private static readonly TimeSpan AlternativeCap = TimeSpan.FromSeconds(2);

    private readonly Judge _judge = new(estate.Overlay.Stress, CriticsOf(plan));
    private readonly Simulator _simulator = new(new SimulationOptions(estate.Overlay.Stress.StoppedStandby));

    public async Task<ReviewOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var request = Request();
        Lease lease;
        using (terminal.During("simulating the plan"))
        {
            lease = LeaseFor(request);
        }

        var (folder, refusal) = await DecisionFolder.OpenAsync(terms.LogFolder, terms.Clock, cancellationToken);
        using (folder)
        {
            return folder is null
                ? Unlogged(request, lease, refusal!)
                : await DecideAsync(request, lease, folder, cancellationToken);
        }
    }

    private static CriticPanel CriticsOf(TerraformPlan plan) =>
        plan.Unfinished is { } because
            ? new CriticPanel([
                new UnfinishedPlanCritic(because),
                new PremiseCritic(),
                new IntentCritic(),
                new FreshnessCritic(),
            ])
            : CriticPanel.Default;

    private Lease LeaseFor(ActionRequest request) =>
        PlanLease.For(
            request,
            _simulator.Predict(estate.Snapshot, CommittedFutures.None, request.Effects, terms.Now),
            estate.Overlay,
            terms.StressBudget,
            terms.Now
        );

    private ActionRequest Request()
    {
        var id = $"plan-{plan.Sha256[..16]}-{terms.Now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}";
        var request = plan.ToRequest(new AgentId(PlanLease.Agent), new LeaseId(PlanLease.Id), new RequestId(id));
        return WithServicesThatGo(request with { Confidence = terms.Confidence });
    }

    /// <summary>
    /// No plan can name a service of tier 3, which only the overlay or a guess knows: it is removed where everything that
    /// it needs is. At any other tier a person has to say first that it may go.
    /// </summary>
    private ActionRequest WithServicesThatGo(ActionRequest request)
    {
        if (request.Goal is not { Removes.Count: > 0 } goal)
        {
            return request;
        }

        var services = estate
            .Records.OfType<EstateChange.Upsert>()
            .Where(record =>
                record.Resource.Kind.Name == "service"
                && estate.Snapshot.EffectiveTierOf(record.Resource.Id) == Tier.Three
                && record.Relations.OfType<Relation.Needs>().ToList() is { Count: > 0 } needs
                && needs.TrueForAll(need => need.Members.All(goal.Removes.Contains))
            )
            .Select(record => record.Resource.Id);
        return request with { Goal = goal with { Removes = [.. goal.Removes, .. services] } };
    }

    private async Task<ReviewOutcome> DecideAsync(
        ActionRequest request,
        Lease lease,
        DecisionFolder folder,
        CancellationToken cancellationToken
    )
    {
        using var progress = terminal.During("deciding");
        var leases = new MemoryLeaseBook();
        if (leases.Grant(lease, terms.Now) is { } refused)
        {
            return Unlogged(request, lease, refused);
        }

        var decider = new Decider(
            new DeciderParts
            {
                Judge = _judge,
                Leases = leases,
                Estate = () => estate.Snapshot,
                Log = folder.Decisions,
                Clock = new JudgementClock(terms.Now, terms.Clock),
                NextPermit = () => new PermitId($"permit-of-{request.Id}"),
                AlternativeCap = plan.Unfinished is null ? AlternativeCap : TimeSpan.Zero,
            }
        );
        var decision = await decider.DecideAsync(request, cancellationToken);
        if (decision.Receipt is not { } receipt)
        {
            return Unlogged(request, lease, decision.Judgement.Findings[0].Reason);
        }

        var log = new LoggedAt(
            folder.Path,
            receipt.Index,
            receipt.LeafHash.ToString(),
            receipt.TreeSize,
            receipt.Root.ToString()
        );
        return new ReviewOutcome(decision.Verdict, decision.Judgement, lease, log)
        {
            Subset = decision.Alternative is { } found
                ? new PartReview(ReviewAlone, terms.Clock, AlternativeCap).Settle(found, request)
                : null,
        };
    }

    /// <summary>What cannot be written down is refused, whatever else is said of it; the person still learns what.</summary>
    private ReviewOutcome Unlogged(ActionRequest request, Lease lease, string reason)
    {
        var judgement = Review(request, lease);
        var finding = new Finding(Decider.LedgerTest, Verdict.Deny, reason)
        {
            Remedy = "make the folder writable, or give another with --log",
        };
        return new ReviewOutcome(
            Verdict.Deny,
            judgement with
            {
                Verdict = Verdict.Deny,
                Findings = [finding, .. judgement.Findings],
            },
            lease,
            null
        );
    }

    private Judgement ReviewAlone(ActionRequest part)
    {
        var request = WithServicesThatGo(part);
        return Review(request, LeaseFor(request));
    }

    private Judgement Review(ActionRequest request, Lease lease)
    {
        var amounts = lease.Cone.Amounts;
        var balance = new LeaseBalance(
            [lease],
            amounts.Stress,
            amounts.Irreversible,
            amounts.Outstanding,
            amounts.PerMinute
        );
        return _judge.Review(request, balance, estate.Snapshot, CommittedFutures.None, terms.Now);
    }
}
