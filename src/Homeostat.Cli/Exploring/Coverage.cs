using Homeostat.Cli.Reporting;
using Homeostat.Core.Estate;

namespace Homeostat.Cli.Exploring;

/// <summary>One kind of this estate and the operations on it that the model cannot follow.</summary>
internal sealed record KindCoverage(string Kind, int Resources, IReadOnlyList<string> Missing, bool IsFollowed);

/// <summary>The share of pairs of operation and kind, of the kinds that occur here, that have a transition.</summary>
/// <param name="Kinds">Those without any transition first, then by the number of resources.</param>
internal sealed record Coverage(int Pairs, int Followed, int Resources, IReadOnlyList<KindCoverage> Kinds)
{
    public double Share => Pairs == 0 ? 1 : (double)Followed / Pairs;

    public IEnumerable<KindCoverage> Unfollowed => Kinds.Where(kind => !kind.IsFollowed);

    public static Coverage Of(EstateSnapshot estate)
    {
        var every = Wording.ListOf((Operations)ushort.MaxValue);
        var kinds = estate
            .Resources.GroupBy(id => estate.Describe(id)!.Kind)
            .Select(group =>
            {
                var followed = Wording.ListOf(KindTable.Of(group.Key).Operations);
                return new KindCoverage(group.Key.Name, group.Count(), [.. every.Except(followed)], followed.Count > 0);
            })
            .OrderBy(kind => kind.IsFollowed)
            .ThenByDescending(kind => kind.Resources)
            .ThenBy(kind => kind.Kind, StringComparer.Ordinal)
            .ToArray();
        return new Coverage(
            kinds.Length * every.Count,
            kinds.Sum(kind => every.Count - kind.Missing.Count),
            kinds.Sum(kind => kind.Resources),
            kinds
        );
    }
}
