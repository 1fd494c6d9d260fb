using System.Globalization;
using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Bench;

/// <summary>The cost of one decision: lease, prediction, every test, reservation; without signing, append and alternatives.</summary>
internal static class DecideBench
{
    private const int Seed = 1;
    private const int Resources = 100_000;
    private const int Calls = 50_000;

    private static readonly AgentId Agent = new("bench");
    private static readonly LeaseId Lease = new("bench");

    public static BenchReport Run()
    {
        var estate = RandomEstate.Build(Resources, Seed);
        var leases = new MemoryLeaseBook();
        if (leases.Grant(WideLease(), RandomEstate.Now) is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }

        var permits = 0;
        var decider = new Decider(
            new DeciderParts
            {
                Judge = new Judge(StressTable.Default, CriticPanel.Default),
                Leases = leases,
                Estate = () => estate,
                Log = new DecisionLog(null!, "bench"),
                Clock = TimeProvider.System,
                NextPermit = () => new PermitId((permits++).ToString(CultureInfo.InvariantCulture)),
            }
        );
        var requests = Array.ConvertAll(RandomEstate.Targets(estate, Calls, Seed), node => Request(estate, node));
        Measure(decider, leases, requests);
        Measure(decider, leases, requests);
        var (sample, allowed) = Measure(decider, leases, requests);

        // The floor speaks of the typical action, so the bytes are the median; what the rare wide ones do to the mean
        // stands beside it.
        return new BenchReport("decide")
            .Figure("p50_us", sample.P50Us)
            .Figure("p99_us", sample.P99Us)
            .Figure("alloc_bytes", sample.P50Bytes)
            .Figure("alloc_mean_bytes", sample.MeanBytes)
            .Figure("allowed_percent", 100.0 * allowed / Calls)
            .AtMost("p50_us", 20)
            .AtMost("p99_us", 250)
            .AtMost("alloc_bytes", 2048);
    }

    /// <summary>A permit is settled after its decision, outside of what is measured: its outcome is observed at once.</summary>
    private static (Sample Sample, int Allowed) Measure(
        Decider decider,
        MemoryLeaseBook leases,
        ActionRequest[] requests
    )
    {
        var allowed = 0;
        LeaseEvent.Reserved? permit = null;
        var sample = Sample.Of(
            requests.Length,
            at => (_, permit) = decider.JudgeAndReserve(requests[at], RandomEstate.Now, hasLooked: false),
            _ =>
            {
                if (permit is { } given)
                {
                    leases.Settle(given.Permit);
                    allowed++;
                }
            }
        );
        return (sample, allowed);
    }

    private static Lease WideLease() =>
        new()
        {
            Id = Lease,
            Agent = Agent,
            Purpose = "measure",
            IssuedAt = RandomEstate.Now - TimeSpan.FromHours(1),
            ExpiresAt = RandomEstate.Now + TimeSpan.FromHours(1),
            Cone = new LightCone
            {
                Operations = Operations.Basic | Operations.Stop | Operations.LoseData,
                Manner = Manner.IrreversibleWithCritics,
                Amounts = new Amounts
                {
                    Resources = int.MaxValue,
                    Stress = 1e9,
                    Irreversible = int.MaxValue,
                    PerMinute = int.MaxValue,
                    Outstanding = 16,
                },
            },
        };

    private static ActionRequest Request(EstateSnapshot estate, int node) =>
        new()
        {
            Id = new RequestId($"{node}"),
            Agent = Agent,
            Lease = Lease,
            Operation = "measure",
            Effects = [RandomEstate.Loss(estate, node)],
            Goal = new Goal("measure") { Changes = [estate.IdOf(node)] },
        };
}
