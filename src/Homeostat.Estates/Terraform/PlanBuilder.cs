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
        var names = PlanNames.Of(plan, TypeTable.Aws);
        var reader = new PlanEffects(TypeTable.Aws, configuration, new Locations(plan.Configuration), names);
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

        effects.AddRange(PlanObstacles.Of(plan, names, records));
        var principals = PrincipalsOf(plan.Prior.Instances);
        for (var i = 0; i < effects.Count; i++)
        {
            if (effects[i] is Effect.Grant grant && principals.TryGetValue(grant.Principal.Value, out var principal))
            {
                effects[i] = grant with { Principal = principal };
            }
            else if (effects[i] is Effect.Expose expose && principals.TryGetValue(expose.To, out var known))
            {
                effects[i] = expose with { To = known.Value };
            }
        }

        var removed = effects.OfType<Effect.Destroy>().Select(effect => effect.Target).ToHashSet();
        return new TerraformPlan(document.FileName, document.Sha256, effects)
        {
            Removes = [.. removed, .. FollowersOf(removed, records)],
            Changes = [.. effects.Select(effect => effect.Target).Where(id => !removed.Contains(id)).Distinct()],
            Unfinished = plan.Unfinished,
            IsDestroy = IsDestroy(plan),
            Drift = [.. plan.Prior.Warnings.Where(note => note.Contains(": drift: ", StringComparison.Ordinal))],
        };
    }

    /// <summary>
    /// Whether it was made with <c>-destroy</c>: then it names all there is, and gives no reason why a resource goes, as it
    /// does where the configuration no longer has it.
    /// </summary>
    private static bool IsDestroy(PlanContent plan)
    {
        var changes = plan.Changes.Where(PriorEstate.IsManaged).ToArray();
        return changes.Length > 0
            && changes.All(change => change is { Reason: null, Deposed: null } && change.Is("delete"));
    }

    /// <summary>Policies name roles, users and groups by name and ARN; the model knows them by address.</summary>
    private static Dictionary<string, ResourceId> PrincipalsOf(IReadOnlyList<TerraformInstance> instances)
    {
        var principals = new Dictionary<string, ResourceId>();
        foreach (
            var instance in instances.Where(instance =>
                instance.Type is "aws_iam_role" or "aws_iam_user" or "aws_iam_group"
            )
        )
        {
            foreach (var name in new[] { instance.Values.Text("name"), instance.Values.Text("arn") }.OfType<string>())
            {
                principals.TryAdd(name, new ResourceId(instance.Id));
            }
        }

        return principals;
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
