using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>What makes an instance the same object in two files: its address, its type and the id that the cloud gave it.</summary>
internal readonly record struct InstanceIdentity(string Id, string Type, string? CloudId)
{
    public static InstanceIdentity Of(TerraformInstance instance) => new(instance.Id, instance.Type, instance.CloudId);
}

/// <summary>Tells whether two files speak of the same estate.</summary>
internal static class StateComparison
{
    /// <exception cref="EstateSourceException">The plan was made from another state; the message lists the differences.</exception>
    public static void RefuseAnother(
        TerraformDocument planDocument,
        PlanContent plan,
        TerraformDocument stateDocument,
        IReadOnlyList<TerraformInstance> state
    )
    {
        var expected = plan.Prior.Instances.Select(InstanceIdentity.Of);
        var differences = Differences(expected, AsThePlanSawIt(plan, state)).ToList();
        if (differences.Count > 0)
        {
            throw planDocument.Refuse(
                "prior_state",
                $"the plan was made from another state than {stateDocument.Path}: {Listed(differences)}",
                "plan again from this state, or give the state that the plan was made from"
            );
        }
    }

    /// <summary>By lineage and serial where both are known, by the identity of each resource otherwise.</summary>
    public static IReadOnlyList<string> Differences(TerraformFile left, TerraformFile right)
    {
        if (left.Lineage is not { } lineage || right.Lineage is not { } other)
        {
            return [.. Differences(left.Identities, right.Identities)];
        }

        return lineage != other ? [$"the lineage is {lineage} in {left.Path} and {other} in {right.Path}"]
            : left.Serial != right.Serial
                ? [$"the serial is {left.Serial} in {left.Path} and {right.Serial} in {right.Path}"]
            : [];
    }

    public static string Listed(IReadOnlyList<string> differences)
    {
        var shown = string.Join("; ", differences.Take(TerraformLimits.MaxListedDifferences));
        var rest = differences.Count - TerraformLimits.MaxListedDifferences;
        return rest > 0 ? $"{shown}; and {rest} more" : shown;
    }

    private static IEnumerable<string> Differences(
        IEnumerable<InstanceIdentity> left,
        IEnumerable<InstanceIdentity> right
    )
    {
        var others = right.DistinctBy(identity => identity.Id).ToDictionary(identity => identity.Id);
        foreach (var identity in left)
        {
            if (!others.Remove(identity.Id, out var other))
            {
                yield return $"{identity.Id} is only in the first";
            }
            else if (identity.Type != other.Type || identity.CloudId != other.CloudId)
            {
                yield return $"{identity.Id} is {identity.CloudId ?? "without an id"} in the first and {other.CloudId ?? "without an id"} in the second";
            }
        }

        foreach (var identity in others.Values)
        {
            yield return $"{identity.Id} is only in the second";
        }
    }

    /// <summary>Before comparing: objects are moved, imported ones added and vanished ones dropped, as the plan did.</summary>
    private static List<InstanceIdentity> AsThePlanSawIt(PlanContent plan, IReadOnlyList<TerraformInstance> state)
    {
        var gone = plan.Drift.Where(change => change.Is("delete")).Select(change => change.Id).ToHashSet();
        var moved = plan
            .Changes.Where(change => change.PreviousAddress is not null)
            .DistinctBy(change => change.PreviousAddress)
            .ToDictionary(change => change.PreviousAddress!, change => change.Address);
        var seen = state
            .Select(instance =>
                moved.TryGetValue(instance.Address, out var address) ? instance with { Address = address } : instance
            )
            .Select(InstanceIdentity.Of)
            .Where(identity => !gone.Contains(identity.Id))
            .ToList();
        var imported = plan.Changes.Where(change => change.Imports).Select(change => change.Id).ToHashSet();
        var known = seen.Select(identity => identity.Id).ToHashSet();
        seen.AddRange(
            plan.Prior.Instances.Select(InstanceIdentity.Of)
                .Where(identity => imported.Contains(identity.Id) && known.Add(identity.Id))
        );
        return seen;
    }
}
