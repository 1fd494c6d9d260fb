using Homeostat.Core.Estate;

namespace Homeostat.Cli.Exploring;

/// <summary>What makes a resource as critical as it is.</summary>
/// <param name="Steps">From the resource to what has the tier itself; one step where it is the resource's own.</param>
/// <param name="IsAssumed">Nothing says how critical it is, so that it counts as the most critical.</param>
internal sealed record TierPath(Tier Tier, IReadOnlyList<ResourceId> Steps, bool IsAssumed)
{
    private const int MaxSearched = 100_000;

    /// <summary>The shortest way, up along what needs it, to something that has this tier of its own.</summary>
    public static TierPath Of(EstateSnapshot estate, ILookup<AssetId, Relation.CopyOf> copies, ResourceId id)
    {
        var tier = estate.EffectiveTierOf(id);
        var cameFrom = new Dictionary<ResourceId, ResourceId> { [id] = default };
        var search = new Queue<ResourceId>([id]);
        while (search.TryDequeue(out var at) && cameFrom.Count < MaxSearched)
        {
            if (estate.Describe(at)?.Tier == tier)
            {
                return new TierPath(tier, Walk(cameFrom, at), IsAssumed: false);
            }

            foreach (var above in Above(estate, copies, at).Where(next => estate.EffectiveTierOf(next) == tier))
            {
                if (cameFrom.TryAdd(above, at))
                {
                    search.Enqueue(above);
                }
            }
        }

        return new TierPath(tier, [id], IsAssumed: true);
    }

    /// <summary>What passes its own criticality down to this one.</summary>
    private static IEnumerable<ResourceId> Above(
        EstateSnapshot estate,
        ILookup<AssetId, Relation.CopyOf> copies,
        ResourceId id
    )
    {
        foreach (var relation in estate.RelationsOf(id))
        {
            ResourceId[] above = relation switch
            {
                Relation.Needs needs when needs.Members.Contains(id) => [needs.From],
                Relation.Contains contains when contains.Container == id => [contains.Content],
                Relation.EncryptedBy encrypted when encrypted.Key == id => [encrypted.Content],
                Relation.StandbyFor standby when standby.Members.Contains(id) => [standby.Service],
                Relation.CopyOf copy => [.. copies[copy.Asset].Select(other => other.Holder)],
                _ => [],
            };
            foreach (var next in above)
            {
                yield return next;
            }
        }
    }

    private static List<ResourceId> Walk(Dictionary<ResourceId, ResourceId> cameFrom, ResourceId end)
    {
        var steps = new List<ResourceId>();
        for (var at = end; at.Value.Length > 0; at = cameFrom[at])
        {
            steps.Add(at);
        }

        steps.Reverse();
        return steps;
    }
}
