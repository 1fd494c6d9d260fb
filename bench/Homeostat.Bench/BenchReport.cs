using System.Globalization;
using System.Text.Json;

namespace Homeostat.Bench;

/// <summary>What a figure must reach.</summary>
internal readonly record struct Target(double? AtMost, double? AtLeast)
{
    public bool IsMetBy(double figure) => !(figure > AtMost) && !(figure < AtLeast);

    public Dictionary<string, double> Bounds() =>
        AtMost is { } most ? new() { ["at_most"] = most } : new() { ["at_least"] = AtLeast ?? 0 };

    public override string ToString() => AtMost is { } most ? $"<= {Format(most)}" : $">= {Format(AtLeast ?? 0)}";

    public static string Format(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);
}

/// <summary>
/// The result of one measurement: a table for people, then one line of JSON. A figure's name ends in its unit. A target
/// is met when a figure or a ratio of its name is there and within it.
/// </summary>
internal sealed class BenchReport(string name)
{
    private readonly Dictionary<string, double> _figures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, double>> _peers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _ratios = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Target> _targets = new(StringComparer.Ordinal);

    public BenchReport Figure(string metric, double value)
    {
        _figures.Add(metric, value);
        return this;
    }

    public BenchReport Peer(string peer, string metric, double value)
    {
        _peers.TryAdd(peer, new Dictionary<string, double>(StringComparer.Ordinal));
        _peers[peer].Add(metric, value);
        return this;
    }

    public BenchReport Ratio(string ratio, double value)
    {
        _ratios.Add(ratio, value);
        return this;
    }

    public BenchReport AtMost(string metric, double most)
    {
        _targets.Add(metric, new Target(most, null));
        return this;
    }

    public BenchReport AtLeast(string metric, double least)
    {
        _targets.Add(metric, new Target(null, least));
        return this;
    }

    public void Print(TextWriter output)
    {
        foreach (var (metric, value) in _figures.Concat(_ratios))
        {
            output.WriteLine(Row(metric, value));
        }

        foreach (var (peer, figures) in _peers)
        {
            foreach (var (metric, value) in figures)
            {
                output.WriteLine($"{$"{peer}: {metric}", -38} {Target.Format(value), 14}");
            }
        }

        output.WriteLine(Json());
    }

    private string Row(string metric, double value)
    {
        var target = _targets.TryGetValue(metric, out var found)
            ? $"   {found}{(found.IsMetBy(value) ? "" : "   MISSED")}"
            : "";
        return $"{metric, -38} {Target.Format(value), 14}{target}";
    }

    private string Json() =>
        JsonSerializer.Serialize(
            new
            {
                name,
                figures = Rounded(_figures),
                peers = _peers.ToDictionary(peer => peer.Key, peer => Rounded(peer.Value)),
                ratios = Rounded(_ratios),
                targets = _targets.ToDictionary(target => target.Key, target => target.Value.Bounds()),
                met = _targets.All(IsMet),
            }
        );

    private bool IsMet(KeyValuePair<string, Target> target) =>
        (_figures.TryGetValue(target.Key, out var value) || _ratios.TryGetValue(target.Key, out value))
        && target.Value.IsMetBy(value);

    private static Dictionary<string, double> Rounded(Dictionary<string, double> values) =>
        values.ToDictionary(value => value.Key, value => Math.Round(value.Value, 3));
}
