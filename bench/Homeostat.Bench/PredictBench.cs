using System.Diagnostics;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Bench;

/// <summary>The cost of one prediction, and how it grows with an estate that it does not touch.</summary>
internal static class PredictBench
{
    private const int Seed = 1;
    private const int Calls = 20_000;
    private const int WideRounds = 3;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    public static BenchReport Run()
    {
        var report = new BenchReport("predict");
        Console.Error.WriteLine("100 k resources");
        var middle = MeasureWarm(RandomEstate.Build(100_000, Seed));
        Console.Error.WriteLine("10 k resources");
        var small = Measure(RandomEstate.Build(10_000, Seed));
        Console.Error.WriteLine("1 M resources");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var estate = RandomEstate.Build(1_000_000, Seed);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        var large = Measure(estate);
        var wide = MeasureWide(estate);

        return report
            .Figure("typical_p50_us", large.Predict.P50Us)
            .Figure("typical_p99_us", large.Predict.P99Us)
            .Figure("typical_100k_p50_us", middle.Predict.P50Us)
            .Figure("typical_10k_p50_us", small.Predict.P50Us)
            .Figure("wide_p50_ms", wide.Time.P50Us / 1000)
            .Figure("wide_impaired_count", wide.Impaired)
            .Figure("memory_mb", memory / 1e6)
            .Figure("relations_count", estate.RelationCount)
            .Peer("plain_search", "typical_p50_us", large.Search.P50Us)
            .Peer("plain_search", "typical_p99_us", large.Search.P99Us)
            .Peer("plain_search", "typical_100k_p50_us", middle.Search.P50Us)
            .Peer("plain_search", "typical_10k_p50_us", small.Search.P50Us)
            .Peer("plain_search", "wide_p50_ms", wide.Search.P50Us / 1000)
            .Ratio("growth", large.Predict.P50Us / small.Predict.P50Us / (large.Search.P50Us / small.Search.P50Us))
            .Ratio("wide_to_plain_search", wide.Time.P50Us / wide.Search.P50Us)
            .AtMost("typical_p50_us", 50)
            .AtMost("wide_p50_ms", 50)
            .AtMost("memory_mb", 400)
            .AtMost("growth", 1.1);
    }

    /// <summary>Measures again and again until the compiler has long made its last version of the code.</summary>
    private static (Sample Predict, Sample Search) MeasureWarm(EstateSnapshot estate)
    {
        var start = Stopwatch.GetTimestamp();
        var measured = Measure(estate);
        while (Stopwatch.GetElapsedTime(start) < WarmUp)
        {
            measured = Measure(estate);
        }

        return measured;
    }

    /// <summary>Another resource each time; the two take turns in passes of their own, so that neither finds a cache that the other filled.</summary>
    private static (Sample Predict, Sample Search) Measure(EstateSnapshot estate)
    {
        var simulator = new Simulator(new SimulationOptions());
        var search = new PlainSearch(estate);
        var targets = RandomEstate.Targets(estate, Calls, Seed);
        var effects = Array.ConvertAll(targets, node => new[] { RandomEstate.Loss(estate, node) });
        var predicted = Sample.Of(
            Calls,
            at => simulator.Predict(estate, CommittedFutures.None, effects[at], RandomEstate.Now)
        );
        return (predicted, Sample.Of(Calls, at => search.Reach(targets[at])));
    }

    private static (Sample Time, Sample Search, int Impaired) MeasureWide(EstateSnapshot estate)
    {
        var simulator = new Simulator(new SimulationOptions());
        var search = new PlainSearch(estate);
        var impaired = int.MaxValue;
        Consequences? last = null;
        var time = Sample.Of(
            WideRounds * RandomEstate.Zones,
            at =>
                last = simulator.Predict(
                    estate,
                    CommittedFutures.None,
                    [new Effect.Destroy(RandomEstate.Gateway(at % RandomEstate.Zones))],
                    RandomEstate.Now
                ),
            _ => impaired = Math.Min(impaired, last!.Impaired.Count())
        );
        var plain = Sample.Of(
            WideRounds * RandomEstate.Zones,
            at => search.Reach(estate.Find(RandomEstate.Gateway(at % RandomEstate.Zones)))
        );
        return (time, plain, impaired);
    }
}
