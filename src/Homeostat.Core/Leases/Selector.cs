using System.IO.Enumeration;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Leases;

/// <summary>
/// Which resources: every stated dimension must match. Null states nothing; an empty list matches nothing, never
/// everything. What a resource does not say of itself does not match a stated dimension.
/// </summary>
public sealed record Selector
{
    public static Selector Everything { get; } = new();

    public IReadOnlyList<string>? Providers { get; init; }
    public IReadOnlyList<string>? Accounts { get; init; }
    public IReadOnlyList<string>? Regions { get; init; }

    /// <summary>All environments that a resource serves must be among these.</summary>
    public IReadOnlyList<string>? Environments { get; init; }
    public IReadOnlyList<string>? Kinds { get; init; }
    public IReadOnlyList<string>? Owners { get; init; }

    /// <summary>Ids, with * for any characters and ? for one.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>Just these, whatever characters their ids have.</summary>
    public IReadOnlySet<ResourceId>? Named { get; init; }

    /// <summary>Every label must be there with this value.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Resources from which <see cref="Hops"/> along Needs, either way, reach the resource.</summary>
    public IReadOnlyList<ResourceId>? Anchors { get; init; }

    /// <summary>Most steps from an anchor; at most 8.</summary>
    public int Hops { get; init; }

    /// <summary>Whether it selects the resource as the estate knows it; what the estate does not know is selected by its id alone.</summary>
    public bool Matches(EstateSnapshot estate, ResourceId id)
    {
        var node = estate.Find(id);
        if (node < 0 || !estate.Node(node).Is(NodeFlags.Seen))
        {
            return Matches(id, default, Location.Nowhere, []);
        }

        return MatchesPlace(estate.LocationOf(node))
            && MatchesEnvironments(estate.EnvironmentsOf(node))
            && IsAmong(Kinds, estate.KindOf(node).Name)
            && IsAmong(Owners, Owners is null ? null : estate.OwnerOf(node))
            && (Labels is null || MatchesLabels(estate.LabelsOf(node)))
            && MatchesId(id)
            && (Anchors is null || Neighbourhood.Reaches(estate, Anchors, id, Hops));
    }

    /// <summary>
    /// Whether a prohibition stated with it reaches the resource: one environment among several is enough, and what is
    /// unknown of the resource is no way around it.
    /// </summary>
    public bool MayTouch(EstateSnapshot estate, ResourceId id)
    {
        var node = estate.Find(id);
        if (node < 0 || !estate.Node(node).Is(NodeFlags.Seen))
        {
            return MatchesId(id);
        }

        var location = estate.LocationOf(node);
        var environments = estate.EnvironmentsOf(node);
        return MayBeAmong(Providers, location.Provider)
            && MayBeAmong(Accounts, location.Account)
            && MayBeAmong(Regions, location.Region)
            && (Environments is null || environments.Length == 0 || environments.Any(Environments.Contains))
            && IsAmong(Kinds, estate.KindOf(node).Name)
            && MayBeAmong(Owners, estate.OwnerOf(node))
            && (Labels is null || MatchesLabels(estate.LabelsOf(node)))
            && MatchesId(id)
            && (Anchors is null || Neighbourhood.Reaches(estate, Anchors, id, Hops));
    }

    /// <summary>Whether it selects what a Create would make, from what is said of it.</summary>
    public bool Matches(ResourceId id, ResourceKind kind, Location location, IReadOnlyList<string> environments) =>
        MatchesPlace(location)
        && MatchesEnvironments(environments)
        && IsAmong(Kinds, kind.Name)
        && Owners is null
        && Labels is null
        && MatchesId(id)
        && Anchors is null;

    /// <summary>
    /// Whether its ids leave room for one that begins so. What else it states is not looked at: a no is certain, a yes is
    /// not.
    /// </summary>
    public bool MaySelectUnder(string beginning) =>
        (Named is null || Named.Any(id => id.Value.StartsWith(beginning, StringComparison.Ordinal)))
        && (Ids is null || Ids.Any(pattern => MayBegin(pattern, beginning)));

    /// <summary>Whether everything that this selects is selected by the other too. Says no where it cannot tell.</summary>
    public bool IsWithin(Selector outer) =>
        IsSubset(Providers, outer.Providers)
        && IsSubset(Accounts, outer.Accounts)
        && IsSubset(Regions, outer.Regions)
        && IsSubset(Environments, outer.Environments)
        && IsSubset(Kinds, outer.Kinds)
        && IsSubset(Owners, outer.Owners)
        && (outer.Ids is null || IsWithinIds(outer.Ids))
        && (outer.Named is null || (Named is not null && Named.All(outer.Named.Contains)))
        && (
            outer.Labels is null
            || (
                Labels is not null
                && outer.Labels.All(label => Labels.TryGetValue(label.Key, out var value) && value == label.Value)
            )
        )
        && (
            outer.Anchors is null || (Anchors is not null && Hops <= outer.Hops && Anchors.All(outer.Anchors.Contains))
        );

    private static bool IsSubset(IReadOnlyList<string>? inner, IReadOnlyList<string>? outer) =>
        outer is null || (inner is not null && inner.All(outer.Contains));

    private bool IsWithinIds(IReadOnlyList<string> outer) =>
        (Ids is not null && Ids.All(id => outer.Any(pattern => Covers(pattern, id))))
        || (Named is not null && Named.All(id => outer.Any(pattern => IsGlob(pattern, id.Value))));

    /// <summary>The same pattern, or a plain id that the pattern matches.</summary>
    private static bool Covers(string pattern, string id) =>
        pattern == id || pattern == "*" || (!id.AsSpan().ContainsAny('*', '?') && IsGlob(pattern, id));

    private static bool IsAmong(IReadOnlyList<string>? stated, string? value) =>
        stated is null || (value is not null && stated.Contains(value));

    private static bool MayBeAmong(IReadOnlyList<string>? stated, string? value) =>
        stated is null || value is null || stated.Contains(value);

    /// <summary>Every decision asks it of every target: plain ids and prefixes are told without the library.</summary>
    private static bool IsGlob(string pattern, string id)
    {
        var wild = pattern.AsSpan().IndexOfAny('*', '?');
        return wild < 0 ? pattern == id
            : wild == pattern.Length - 1 && pattern[wild] == '*' ? id.AsSpan().StartsWith(pattern.AsSpan(0, wild))
            : FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\"), id, ignoreCase: false);
    }

    /// <summary>Whether a text that begins so can match: the places in the pattern that its characters can have come to.</summary>
    private static bool MayBegin(string pattern, string beginning)
    {
        var places = AfterStars(pattern, [0]);
        foreach (var letter in beginning)
        {
            places = AfterStars(
                pattern,
                [
                    .. places
                        .Where(at => at < pattern.Length && (pattern[at] is '*' or '?' || pattern[at] == letter))
                        .Select(at => pattern[at] == '*' ? at : at + 1),
                ]
            );
        }

        return places.Any(at => at < pattern.Length);
    }

    /// <summary>A star may stand for nothing.</summary>
    private static HashSet<int> AfterStars(string pattern, HashSet<int> places)
    {
        foreach (var place in places.ToArray())
        {
            for (var at = place; at < pattern.Length && pattern[at] == '*'; at++)
            {
                places.Add(at + 1);
            }
        }

        return places;
    }

    private bool MatchesPlace(Location location) =>
        IsAmong(Providers, location.Provider)
        && IsAmong(Accounts, location.Account)
        && IsAmong(Regions, location.Region);

    private bool MatchesEnvironments(IReadOnlyList<string> environments) =>
        Environments is null || (environments.Count > 0 && environments.All(Environments.Contains));

    private bool MatchesLabels(Dictionary<string, string> labels) =>
        Labels!.All(label => labels.TryGetValue(label.Key, out var value) && value == label.Value);

    private bool MatchesId(ResourceId id) =>
        (Named is null || Named.Contains(id)) && (Ids is null || Ids.Any(pattern => IsGlob(pattern, id.Value)));
}

/// <summary>Distance along Needs, in either direction.</summary>
internal static class Neighbourhood
{
    public const int MaxHops = 8;
    private const int MaxSearched = 10_000;

    /// <summary>Whether the resource is within so many steps of an anchor; no where the search grows too wide to tell.</summary>
    public static bool Reaches(EstateSnapshot estate, IReadOnlyList<ResourceId> anchors, ResourceId id, int hops)
    {
        if (anchors.Contains(id))
        {
            return true;
        }

        var target = estate.Find(id);
        var ring = anchors.Select(estate.Find).Where(node => node >= 0).ToList();
        var seen = new HashSet<int>(ring);
        for (var hop = 0; hop < Math.Min(hops, MaxHops) && target >= 0 && seen.Count < MaxSearched; hop++)
        {
            ring = [.. ring.SelectMany(node => estate.NeighboursOf(node)).Where(seen.Add)];
            if (seen.Contains(target))
            {
                return true;
            }
        }

        return false;
    }
}
