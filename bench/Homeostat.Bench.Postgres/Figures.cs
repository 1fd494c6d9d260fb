namespace Homeostat.Bench.Postgres;

/// <summary>What the rounds came to: medians, and processor time over all of them.</summary>
internal sealed class Figures
{
    private const string Peer = "pgbouncer";

    private readonly Dictionary<(string Entrance, string Load), List<Outcome>> _outcomes = [];

    public void Add(Entrance entrance, Load load, Outcome outcome)
    {
        if (!_outcomes.TryGetValue((entrance.Name, load.Name), out var rounds))
        {
            _outcomes.Add((entrance.Name, load.Name), rounds = []);
        }

        rounds.Add(outcome);
    }

    public void Tell(BenchReport report, IReadOnlyList<Entrance> entrances)
    {
        foreach (
            var (entrance, load) in entrances.SelectMany(entrance => Load.All.Select(load => (entrance.Name, load)))
        )
        {
            foreach (var (metric, value) in Of(_outcomes[(entrance, load.Name)]))
            {
                _ =
                    entrance == Gateway.Name
                        ? report.Figure($"{load.Name}_{metric}", value)
                        : report.Peer(entrance, $"{load.Name}_{metric}", value);
            }
        }

        foreach (var script in Load.All.Select(load => load.Script).Distinct(StringComparer.Ordinal))
        {
            Compare(report, script);
        }
    }

    private static IEnumerable<(string Metric, double Value)> Of(List<Outcome> rounds)
    {
        yield return ("tps", Median(rounds.Select(outcome => outcome.Tps)));
        yield return ("p50_ms", Median(rounds.Select(outcome => outcome.P50Ms)));
        var transactions = rounds.Sum(outcome => outcome.Transactions);
        foreach (var process in rounds[0].SpentSeconds.Keys)
        {
            yield return (
                $"{process}_cpu_us",
                rounds.Sum(outcome => outcome.SpentSeconds[process]) / transactions * 1e6
            );
        }
    }

    /// <summary>Round by round, so that both met the same machine; the lower of the two protocols counts.</summary>
    private void Compare(BenchReport report, string script)
    {
        var lowest = double.PositiveInfinity;
        foreach (var load in Load.All.Where(load => load.Script == script))
        {
            if (
                !_outcomes.TryGetValue((Gateway.Name, load.Name), out var ours)
                || !_outcomes.TryGetValue((Peer, load.Name), out var theirs)
            )
            {
                return;
            }

            var ratio = Median(ours.Zip(theirs).Select(pair => pair.First.Tps / pair.Second.Tps));
            report.Ratio($"{load.Name}_vs_{Peer}", ratio);
            report.Ratio($"{load.Name}_cpu_vs_{Peer}", SpentSeconds(theirs) / SpentSeconds(ours));
            lowest = Math.Min(lowest, ratio);
        }

        report.Ratio($"{script}_vs_{Peer}", lowest);
        if (Load.Floor(script) is { } floor)
        {
            report.AtLeast($"{script}_vs_{Peer}", floor);
        }
    }

    /// <summary>Of everybody on the way, by transaction: what throughput comes down to where the processors are the limit.</summary>
    private static double SpentSeconds(List<Outcome> rounds) =>
        rounds.Sum(outcome => outcome.SpentSeconds.Values.Sum()) / rounds.Sum(outcome => outcome.Transactions);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
