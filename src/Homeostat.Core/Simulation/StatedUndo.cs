using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>
/// A way back that the request states is believed only as far as the model can see what it would bring back: nothing
/// unreads what was read, and lost data comes back only from something that is named and is not older than what was lost.
/// </summary>
internal static class StatedUndo
{
    public static (string? Reason, string? By) Judge(WorldState world, Effect effect, Undo undo, DateTimeOffset now) =>
        (undo.Possible, effect) switch
        {
            (false, _) => ("it says itself that it cannot be undone", null),
            (_, Effect.Expose) => ("what has been read cannot be unread", null),
            (_, Effect.Unknown unknown) => ($"nobody knows what it does: {unknown.What}", null),
            (_, Effect.LoseData) when undo.Needs.Count == 0 => (
                "the data is gone: nothing is named from which it would come back",
                null
            ),
            (_, Effect.LoseData lose) when OlderCopy(world, lose, undo, now) is { } need => (
                $"what {need} holds is not known to be as young as what is lost",
                null
            ),
            _ => FromNeeds(world, undo),
        };

    private static (string? Reason, string? By) FromNeeds(WorldState world, Undo undo)
    {
        foreach (var need in undo.Needs)
        {
            var node = world.Estate.Find(need);
            if (node < 0 || !world.IsAlive(node) || world.WorkingOf(node) == 0)
            {
                return ($"the way back ({undo.By}) needs {need}, which would not be there", null);
            }
        }

        return (null, undo.By);
    }

    /// <summary>The first of what the way back needs that holds a copy which is not known to be whole.</summary>
    private static ResourceId? OlderCopy(WorldState world, Effect.LoseData lose, Undo undo, DateTimeOffset now)
    {
        var estate = world.Estate;
        var asset = estate.Tables.AssetIds.Find(lose.Asset.Value);
        foreach (var need in undo.Needs)
        {
            var node = estate.Find(need);
            foreach (var at in node < 0 ? [] : estate.Tables.CopiesOfHolder.Of(node))
            {
                ref readonly var copy = ref estate.Copy(at);
                var isWhole =
                    copy.AgeTicks == 0
                    && !world.IsLost(at, before: false)
                    && estate.ProvenanceOf(copy.AgeSeen).IsFreshAt(now, estate.ShelfLives.ReplicationLag);
                if (copy.Asset == asset && !isWhole)
                {
                    return need;
                }
            }
        }

        return null;
    }
}
