using Homeostat.Cli.Loading;
using Homeostat.Cli.Reporting;
using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Cli.Reviewing;

/// <summary>What a request for these effects would be told by everything but a lease.</summary>
internal static class Simulation
{
    public static Report Run(LoadedEstate estate, NamedEffects named, DateTimeOffset now)
    {
        var effects = named.Resolve(estate);
        var budget = estate.Overlay.Review.StressBudget;
        var judge = new Judge(estate.Overlay.Stress, CriticPanel.Default);
        var judgement = judge.Review(
            Request(effects),
            Unbounded(budget, now),
            estate.Snapshot,
            CommittedFutures.None,
            now
        );
        return new ReportBuilder(estate, now).OfSimulation(new ActionSubject(null, null, effects), judgement, budget);
    }

    private static ActionRequest Request(IReadOnlyList<Effect> effects)
    {
        var removed = effects.OfType<Effect.Destroy>().Select(effect => effect.Target).ToHashSet();
        return new ActionRequest
        {
            Id = new RequestId("simulation"),
            Agent = new AgentId("simulation"),
            Lease = new LeaseId("simulation"),
            Operation = "simulate",
            Effects = effects,
            Goal = new Goal("what was named")
            {
                Removes = removed,
                Changes = effects.Select(effect => effect.Target).Where(id => !removed.Contains(id)).ToHashSet(),
            },
        };
    }

    /// <summary>A lease that covers everything, so that only the consequences speak.</summary>
    private static LeaseBalance Unbounded(double budget, DateTimeOffset now)
    {
        var lease = new Lease
        {
            Id = new LeaseId("simulation"),
            Agent = new AgentId("simulation"),
            Purpose = "simulation",
            IssuedAt = now,
            ExpiresAt = now + Lease.DefaultLife,
            Cone = new LightCone
            {
                Operations = (Operations)ushort.MaxValue,
                Manner = Manner.IrreversibleWithCritics,
                Amounts = new Amounts
                {
                    Resources = int.MaxValue,
                    Rows = long.MaxValue,
                    Stress = budget,
                    Irreversible = int.MaxValue,
                },
            },
        };
        return new LeaseBalance([lease], budget, int.MaxValue, 1, 1);
    }
}
