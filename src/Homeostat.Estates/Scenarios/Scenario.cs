using Homeostat.Core.Leases;

namespace Homeostat.Estates.Scenarios;

/// <summary>What happened once, or must never happen: a harmful sequence, its benign twin, and what stale evidence makes of it.</summary>
public sealed class Scenario
{
    internal Scenario() { }

    public required string Name { get; init; }

    public required string Title { get; init; }

    public string Story { get; init; } = "";

    public IReadOnlyList<string> Sources { get; init; } = [];

    internal IReadOnlyList<Variant> Variants { get; init; } = [];

    /// <summary>Variants that cannot exist, and why.</summary>
    public required IReadOnlyDictionary<string, string> Impossible { get; init; }

    /// <summary>The twin made harmful again, once for each thing that tells them apart; none of them may be allowed.</summary>
    internal Lazy<IReadOnlyList<Variant>> Flips { get; init; } = new(() => []);
}

/// <summary>One course of events: an estate, who may do what in it, and what they do.</summary>
internal sealed record Variant
{
    public const string Harmful = "harmful";
    public const string Twin = "twin";
    public const string Stale = "stale";

    public required string Name { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required ScenarioEstate Estate { get; init; }
    public required IReadOnlyList<Lease> Leases { get; init; }
    public required IReadOnlyList<Step> Steps { get; init; }
}
