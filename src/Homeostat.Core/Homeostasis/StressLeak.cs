using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Homeostasis;

/// <summary>
/// Stress leaks along Needs: the worst over all paths, a factor below 1 a hop. It lowers the budget of everybody who acts
/// nearby, because what is already strained bears less; it is never added to the estate's stress.
/// </summary>
internal static class StressLeak
{
    private const int MaxHops = 4;
    private const int MaxSearched = 256;

    /// <summary>Working memory of the thread, used again by its next decision.</summary>
    [ThreadStatic]
    private static HashSet<int>? _seen;

    [ThreadStatic]
    private static List<int>? _found;

    /// <summary>The share of the budget that stress nearby takes away, 0 to 1.</summary>
    public static double Near(EstateSnapshot estate, Consequences consequences, StressTable table)
    {
        if (estate.StrainedServices == 0)
        {
            return 0;
        }

        // Each from itself, so that touching more never makes the search narrower.
        var worst = 0.0;
        foreach (var touched in consequences.Touched)
        {
            if (estate.Find(touched) is >= 0 and var node)
            {
                worst = Math.Max(worst, NearTo(estate, node, table));
            }
        }

        return worst;
    }

    private static double NearTo(EstateSnapshot estate, int touched, StressTable table)
    {
        var seen = _seen ??= [];
        var found = _found ??= [];
        seen.Clear();
        found.Clear();
        seen.Add(touched);
        found.Add(touched);
        var (worst, reach, ring) = (0.0, 1.0, 0);
        for (var hop = 0; hop <= MaxHops && ring < found.Count; hop++, reach *= table.LeakPerHop)
        {
            var end = found.Count;
            for (; ring < end; ring++)
            {
                worst = Math.Max(worst, reach * StressOf(estate, found[ring], table));
                if (end <= MaxSearched)
                {
                    AddNeighbours(estate, found[ring], seen, found);
                }
            }
        }

        return worst;
    }

    private static void AddNeighbours(EstateSnapshot estate, int node, HashSet<int> seen, List<int> found)
    {
        ref readonly var row = ref estate.Node(node);
        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            foreach (var member in estate.Tables.Members.Of(group))
            {
                if (seen.Add(member))
                {
                    found.Add(member);
                }
            }
        }

        foreach (var group in estate.Tables.MemberOf.Of(node))
        {
            if (seen.Add(estate.Group(group).From))
            {
                found.Add(estate.Group(group).From);
            }
        }
    }

    private static double StressOf(EstateSnapshot estate, int node, StressTable table)
    {
        var row = estate.Node(node);
        if (!row.Is(NodeFlags.IsService) || !row.IsAlive)
        {
            return 0;
        }

        var setpoint = table.Setpoints[VariableKind.Availability];
        return table.TierWeight(row.EffectiveTier)
            * setpoint.Factor
            * setpoint.Stress((double)row.Working / row.Capacity);
    }
}
