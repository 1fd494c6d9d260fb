using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>What the cloud would refuse half-way: nobody knows how that leaves those who are in the way.</summary>
internal static class PlanObstacles
{
    private const string Subnet = "aws_subnet";

    /// <summary>A subnet that is deleted while something that stays has its place in it.</summary>
    public static IEnumerable<Effect> Of(PlanContent plan, PlanNames names, IReadOnlyList<EstateChange> records)
    {
        var going = plan
            .Changes.Where(change => change.Type == Subnet && change.Deferred is null && change.Is("delete"))
            .ToDictionary(change => new ResourceId(change.Id));
        if (going.Count == 0)
        {
            yield break;
        }

        var changes = plan.Changes.ToLookup(change => change.Id);
        foreach (var need in records.OfType<EstateChange.Upsert>().SelectMany(record => record.Relations))
        {
            // Where every subnet that it could be in goes, its fall is foreseen; where one stays, it would work on.
            if (
                need is not Relation.Needs { Members.Count: > 1 } any
                || any.Members.All(going.ContainsKey)
                || names.Removes(any.From)
            )
            {
                continue;
            }

            foreach (var subnet in any.Members.Where(going.ContainsKey))
            {
                if (!changes[any.From.Value].Any(change => MovesOut(change, going[subnet])))
                {
                    yield return new Effect.Change(
                        any.From,
                        "place",
                        FactValue.Of(
                            $"it is still in {subnet}: AWS refuses to delete a subnet that is in use, and a group of subnets keeps two zones"
                        ),
                        ChangeImpact.Unknown
                    );
                }
            }
        }
    }

    private static bool MovesOut(PlanChange change, PlanChange subnet) =>
        !change.Is("no-op")
        && change.After is { } after
        && subnet.Before?.Text("id") is { Length: > 0 } id
        && !after.GetRawText().Contains(id, StringComparison.Ordinal);
}
