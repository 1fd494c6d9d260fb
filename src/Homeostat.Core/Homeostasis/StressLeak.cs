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
        var (worst, reach) = (0.0, 1.0);
        List<int> ring = [touched];
        var seen = new HashSet<int>(ring);
        for (var hop = 0; hop <= MaxHops && ring.Count > 0; hop++, reach *= table.LeakPerHop)
        {
            worst = Math.Max(worst, reach * ring.Max(node => StressOf(estate, node, table)));
            ring =
                seen.Count > MaxSearched ? [] : [.. ring.SelectMany(node => estate.NeighboursOf(node)).Where(seen.Add)];
        }

        return worst;
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
