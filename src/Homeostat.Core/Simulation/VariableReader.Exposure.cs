using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

internal sealed partial class VariableReader
{
    private readonly HashSet<int> _opened = [];

    /// <summary>Who is let in to a container is let in to what it contains.</summary>
    private void ReadExposures(List<VariableChange> changes)
    {
        if (!world.HasReaches)
        {
            return;
        }

        _opened.Clear();
        var search = new Stack<int>(world.Exposed().Where(_opened.Add));
        while (search.TryPop(out var node))
        {
            ReadExposure(node, changes);
            foreach (var row in Estate.Tables.ContentsOf.Of(node))
            {
                if (!Estate.Tables.Existences[row].ByKey && _opened.Add(Estate.Tables.Existences[row].Content))
                {
                    search.Push(Estate.Tables.Existences[row].Content);
                }
            }
        }
    }

    /// <summary>Only where somebody declared how far it may be open.</summary>
    private void ReadExposure(int node, List<VariableChange> changes)
    {
        var limit = Estate.Tables.Details[node].ExposureLimit;
        if (limit < 0)
        {
            return;
        }

        var (before, after) = world.ExposureOf(node);
        if (after > before)
        {
            var share = after / (double)Math.Max(1, limit);
            changes.Add(
                new()
                {
                    Kind = VariableKind.Exposure,
                    Subject = node,
                    Tier = Estate.Node(node).EffectiveTier,
                    Before = before / (double)Math.Max(1, limit),
                    After = share,
                    Settled = share,
                    Cause = -1,
                }
            );
        }
    }
}
