using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Gathers the effects of a plan and what they are aimed at.</summary>
internal static class PlanBuilder
{
    public static TerraformPlan Build(
        TerraformDocument document,
        PlanContent plan,
        Configuration? configuration,
        IReadOnlyList<EstateChange> records
    )
    {
        var effects = new List<Effect>();
        var reader = new PlanEffects(TypeTable.Aws, configuration, new Locations(plan.Configuration));
        foreach (var change in plan.Changes.Where(PriorEstate.IsManaged))
        {
            effects.AddRange(reader.Of(change));
        }

        foreach (var (address, trigger) in plan.Invocations)
        {
            effects.Add(
                new Effect.Unknown(new ResourceId(trigger ?? address), $"the provider action {address} is invoked")
            );
        }

        var removed = effects.OfType<Effect.Destroy>().Select(effect => effect.Target).ToHashSet();
        return new TerraformPlan(document.FileName, document.Sha256, effects)
        {
            Removes = [.. removed, .. FollowersOf(removed, records)],
            Changes = [.. effects.Select(effect => effect.Target).Where(id => !removed.Contains(id)).Distinct()],
            Drift = [.. plan.Prior.Warnings.Where(note => note.Contains(": drift: ", StringComparison.Ordinal))],
        };
    }

    /// <summary>A pseudo resource goes where its owner goes.</summary>
    private static IEnumerable<ResourceId> FollowersOf(
        HashSet<ResourceId> removed,
        IReadOnlyList<EstateChange> records
    ) =>
        records
            .OfType<EstateChange.Upsert>()
            .Where(record =>
                record.Resource.Id.Value.LastIndexOf('#') is > 0 and var mark
                && !removed.Contains(record.Resource.Id)
                && record.Relations.OfType<Relation.Contains>().Any(relation => removed.Contains(relation.Container))
                && removed.Contains(new ResourceId(record.Resource.Id.Value[..mark]))
            )
            .Select(record => record.Resource.Id);
}
