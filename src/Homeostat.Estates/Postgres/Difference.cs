using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>What a poll says that the one before did not.</summary>
internal static class Difference
{
    /// <summary>The same, but for the times at which it was seen.</summary>
    public static bool IsSame(EstateChange.Upsert left, EstateChange.Upsert right) =>
        left.Resource.Kind == right.Resource.Kind
        && left.Resource.State == right.Resource.State
        && left.Resource.Location == right.Resource.Location
        && IsSame(left.Resource.Facts, right.Resource.Facts)
        && left.Relations.Count == right.Relations.Count
        && left.Relations.Zip(right.Relations).All(pair => IsSame(pair.First, pair.Second));

    /// <summary>Its evidence is so old that it is said again, though nothing is another.</summary>
    public static bool IsDue(EstateChange.Upsert said, EstateChange.Upsert seen) =>
        seen.Resource.Existence.ObservedAt - said.Resource.Existence.ObservedAt
        >= (seen.Resource.State == RunState.Inherent ? PostgresLimits.Refresh : PostgresLimits.StateRefresh);

    /// <summary>A fact with a time of its own says something else when that time is another.</summary>
    private static bool IsSame(IReadOnlyList<Fact> left, IReadOnlyList<Fact> right) =>
        left.Count == right.Count
        && left.Zip(right).All(pair => pair.First.Key == pair.Second.Key && pair.First.Value == pair.Second.Value);

    private static bool IsSame(Relation left, Relation right) =>
        (left, right) switch
        {
            (Relation.Needs a, Relation.Needs b) => a.Group == b.Group
                && a.K == b.K
                && a.Members.SequenceEqual(b.Members),
            (Relation.CopyOf a, Relation.CopyOf b) => a.Holder == b.Holder
                && a.Asset == b.Asset
                && a.Role == b.Role
                && a.RecoveryPoint?.Age == b.RecoveryPoint?.Age,
            _ => left == right,
        };
}
