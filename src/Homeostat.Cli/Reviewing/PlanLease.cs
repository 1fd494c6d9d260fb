using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Overlay;

namespace Homeostat.Cli.Reviewing;

/// <summary>The lease under which a plan is reviewed: it covers just what the plan says it does, and pays little.</summary>
internal static class PlanLease
{
    public const string Id = "plan-review";
    public const string Agent = "plan-author";

    public static Lease For(
        ActionRequest request,
        Consequences consequences,
        EstateOverlay overlay,
        double? stressBudget,
        DateTimeOffset now
    )
    {
        var covered = new HashSet<ResourceId>(request.Effects.Select(effect => effect.Target));
        covered.UnionWith(consequences.Destroyed);
        return new Lease
        {
            Id = new LeaseId(Id),
            Agent = new AgentId(Agent),
            Level = AgencyLevel.Rational,
            Purpose = request.Goal?.Text ?? request.Operation,
            IssuedAt = now - TimeSpan.FromHours(1),
            ExpiresAt = now + Lease.DefaultLife,
            Cone = new LightCone
            {
                Operations = request.Effects.Aggregate(Operations.None, (all, effect) => all | effect.Operation),
                Where = new Selector { Named = covered },
                Freezes = overlay.FreezesBetween(now, now + Lease.DefaultLife),
                Manner = Manner.IrreversibleWithCritics,
                Amounts = new Amounts
                {
                    Resources = overlay.Review.MaxResources ?? covered.Count,
                    Rows = long.MaxValue,
                    Stress = stressBudget ?? overlay.Review.StressBudget,
                    Irreversible = overlay.Review.MaxIrreversible ?? consequences.Irreversible.Count,
                    PerMinute = 1,
                    Outstanding = 1,
                },
            },
        };
    }
}
