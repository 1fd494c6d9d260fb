namespace Homeostat.Core.Leases;

/// <summary>Equality of what leases say, whichever lists they say it with.</summary>
internal static class LeaseTerms
{
    public static bool AreSame(Lease left, Lease right) =>
        left with { Cone = right.Cone } == right && AreSame(left.Cone, right.Cone);

    public static bool AreSame(Window left, Window right) =>
        left with { Days = right.Days } == right && left.Days.SequenceEqual(right.Days);

    public static bool AreSame(Freeze left, Freeze right) =>
        left with { Where = right.Where } == right && AreSameOrAbsent(left.Where, right.Where);

    private static bool AreSame(LightCone left, LightCone right) =>
        left with { Where = right.Where, Windows = right.Windows, Freezes = right.Freezes } == right
        && AreSameOrAbsent(left.Where, right.Where)
        && AreSame(left.Windows, right.Windows, AreSame)
        && AreSame(left.Freezes, right.Freezes, AreSame);

    private static bool AreSameOrAbsent(Selector? left, Selector? right) =>
        left is null || right is null
            ? left is null && right is null
            : left.Hops == right.Hops
                && AreSame(left.Providers, right.Providers)
                && AreSame(left.Accounts, right.Accounts)
                && AreSame(left.Regions, right.Regions)
                && AreSame(left.Environments, right.Environments)
                && AreSame(left.Kinds, right.Kinds)
                && AreSame(left.Owners, right.Owners)
                && AreSame(left.Ids, right.Ids)
                && AreSame(left.Anchors, right.Anchors)
                && AreSame(left.Labels?.OrderBy(Key).ToArray(), right.Labels?.OrderBy(Key).ToArray());

    private static string Key(KeyValuePair<string, string> label) => label.Key;

    private static bool AreSame<T>(IReadOnlyList<T>? left, IReadOnlyList<T>? right) =>
        AreSame(left, right, EqualityComparer<T>.Default.Equals);

    private static bool AreSame<T>(IReadOnlyList<T>? left, IReadOnlyList<T>? right, Func<T, T, bool> same) =>
        left is null || right is null
            ? left is null && right is null
            : left.Count == right.Count && left.Zip(right).All(pair => same(pair.First, pair.Second));
}
