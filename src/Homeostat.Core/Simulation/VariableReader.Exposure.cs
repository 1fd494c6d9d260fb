using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

internal sealed partial class VariableReader
{
    private readonly HashSet<int> _opened = [];

    /// <summary>Who is let in to a container is let in to what it contains.</summary>
    private void ReadExposures(List<VariableChange> changes)
    {
        if (!world.HasNewReaches)
        {
            return;
        }

        _opened.Clear();
        var search = new Stack<int>(world.Reaches(before: false).Select(reach => reach.Target).Where(_opened.Add));
        while (search.TryPop(out var node))
        {
            ReadExposure(node, changes);
            foreach (var at in Estate.Tables.ContentsOf.Of(node))
            {
                if (!Estate.Tables.Existences[at].ByKey && _opened.Add(Estate.Tables.Existences[at].Content))
                {
                    search.Push(Estate.Tables.Existences[at].Content);
                }
            }
        }
    }

    private void ReadExposure(int node, List<VariableChange> changes)
    {
        var limit = Estate.Tables.Details[node].ExposureLimit;
        if (limit < 0)
        {
            return;
        }

        var before = Exposure.Of(Estate, node, world.Reaches(before: true)) / Math.Max(limit, 0.5);
        var after = Exposure.Of(Estate, node, world.Reaches(before: false)) / Math.Max(limit, 0.5);
        if (after > before)
        {
            changes.Add(
                new()
                {
                    Kind = VariableKind.Exposure,
                    Subject = node,
                    Tier = Estate.Node(node).EffectiveTier,
                    Before = before,
                    After = after,
                    Settled = after,
                    Cause = -1,
                }
            );
        }
    }
}

/// <summary>
/// How far a resource is open: each principal counts with the most that it may do, once for reading, twice for writing,
/// three times for deleting, four times for administering; a principal that contains others counts for each of them.
/// </summary>
internal static class Exposure
{
    public static double Of(EstateSnapshot estate, int node, IReadOnlyList<Reach> reaches)
    {
        var most = new Dictionary<int, int>();
        double strangers = 0;
        var search = new Stack<int>([node]);
        var seen = new HashSet<int> { node };
        while (search.TryPop(out var at))
        {
            foreach (var grant in estate.Tables.GrantsOnTarget.Of(at))
            {
                Note(estate.Tables.Grants[grant].Principal, estate.Tables.Grants[grant].Privilege);
            }

            foreach (var reach in reaches.Where(reach => reach.Target == at))
            {
                if (reach.Principal >= 0)
                {
                    Note(reach.Principal, reach.Privilege);
                }
                else
                {
                    strangers += (double)reach.Count * StepOf(reach.Privilege);
                }
            }

            foreach (var parent in estate.Tables.ParentsOf.Of(at))
            {
                if (!estate.Tables.Existences[parent].ByKey && seen.Add(estate.Tables.Existences[parent].Parent))
                {
                    search.Push(estate.Tables.Existences[parent].Parent);
                }
            }
        }

        return strangers + most.Sum(pair => (double)MembersOf(estate, pair.Key) * pair.Value);

        void Note(int principal, Privilege privilege) =>
            most[principal] = Math.Max(most.GetValueOrDefault(principal), StepOf(privilege));
    }

    private static int StepOf(Privilege privilege) => (int)privilege + 1;

    private static int MembersOf(EstateSnapshot estate, int principal) =>
        Math.Max(1, estate.Tables.ContentsOf.Of(principal).Length);
}
