namespace Homeostat.Core.Estate;

/// <summary>Tells what of a record decides the arrays from what only fills them.</summary>
internal static class RecordShape
{
    /// <summary>The same resource with the same relations; states, facts, ages and times may differ.</summary>
    public static bool IsSame(EstateChange.Upsert left, EstateChange.Upsert right) =>
        Shape(left.Resource) == Shape(right.Resource)
        && left.Resource.Environments.SequenceEqual(right.Resource.Environments)
        && IsSameLabels(left.Resource.Labels, right.Resource.Labels)
        && left.Relations.Count == right.Relations.Count
        && left.Relations.Zip(right.Relations).All(pair => IsSame(pair.First, pair.Second));

    /// <summary>Nothing at all differs.</summary>
    public static bool HasSameValues(EstateChange.Upsert left, EstateChange.Upsert right) =>
        left.Resource.State == right.Resource.State
        && left.Resource.Existence == right.Resource.Existence
        && left.Resource.StateSeen == right.Resource.StateSeen
        && left.Resource.Facts.SequenceEqual(right.Resource.Facts)
        && left.Relations.Zip(right.Relations)
            .All(pair => pair.First.Seen == pair.Second.Seen && HasSameAges(pair.First, pair.Second));

    private static (ResourceKind, Location, Tier?, string?, int, bool, TimeSpan?, TimeSpan, int?) Shape(
        Resource resource
    ) =>
        (
            resource.Kind,
            resource.Location,
            resource.Tier,
            resource.Owner,
            resource.Capacity,
            resource.ConfigurationKnown,
            resource.RebuildTime,
            resource.OutageTolerance,
            resource.ExposureLimit
        );

    private static bool IsSameLabels(
        IReadOnlyDictionary<string, string> left,
        IReadOnlyDictionary<string, string> right
    ) =>
        left.Count == right.Count
        && left.All(label => right.TryGetValue(label.Key, out var value) && value == label.Value);

    private static bool IsSame(Relation left, Relation right) =>
        (left, right) switch
        {
            (Relation.Needs a, Relation.Needs b) => a.From == b.From
                && a.Group == b.Group
                && a.K == b.K
                && a.Agree.SequenceEqual(b.Agree)
                && a.Members.SequenceEqual(b.Members),
            (Relation.StandbyFor a, Relation.StandbyFor b) => a.Name == b.Name
                && a.Service == b.Service
                && a.Members.SequenceEqual(b.Members),
            (Relation.CopyOf a, Relation.CopyOf b) => a.Holder == b.Holder
                && a.Asset == b.Asset
                && a.Role == b.Role
                && IsSameDomains(a, b),
            _ => left with { Seen = null } == right with { Seen = null },
        };

    private static bool IsSameDomains(Relation.CopyOf left, Relation.CopyOf right) =>
        left.Domains is null
            ? right.Domains is null
            : right.Domains is not null && left.Domains.SequenceEqual(right.Domains);

    private static bool HasSameAges(Relation left, Relation right) =>
        left is not Relation.CopyOf a
        || right is not Relation.CopyOf b
        || (a.RecoveryPoint == b.RecoveryPoint && a.RestoreTestedAt == b.RestoreTestedAt);
}
