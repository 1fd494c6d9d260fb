using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>The estate before a plan: its prior state at the new addresses, as the drift says that it is now.</summary>
internal static class PriorEstate
{
    public static (List<TerraformInstance> Instances, List<string> Notes) Of(
        IReadOnlyList<TerraformInstance> prior,
        IReadOnlyList<PlanChange> changes,
        IReadOnlyList<PlanChange> drift
    )
    {
        var moved = changes
            .Where(change => change.PreviousAddress is not null && change.PreviousAddress != change.Address)
            .DistinctBy(change => change.PreviousAddress)
            .ToDictionary(change => change.PreviousAddress!, change => change.Address);
        var present = prior.Select(instance => instance.Address).ToHashSet();
        var instances = new List<TerraformInstance>(prior.Count);
        foreach (var instance in prior)
        {
            var isMoved = moved.TryGetValue(instance.Address, out var address) && !present.Contains(address);
            instances.Add(isMoved ? instance with { Address = address! } : instance);
        }

        AddWhatOnlyTheChangesShow(instances, changes);
        return (instances, Apply(drift, instances));
    }

    /// <summary>A plan without a prior state, or an object that only its change shows, still names what exists.</summary>
    private static void AddWhatOnlyTheChangesShow(List<TerraformInstance> instances, IReadOnlyList<PlanChange> changes)
    {
        var known = instances.Select(instance => instance.Id).ToHashSet();
        foreach (var change in changes)
        {
            if (
                change.Before is { ValueKind: JsonValueKind.Object } before
                && IsManaged(change)
                && known.Add(change.Id)
            )
            {
                instances.Add(ToInstance(change, before, change.BeforeSensitive));
            }
        }
    }

    private static List<string> Apply(IReadOnlyList<PlanChange> drift, List<TerraformInstance> instances)
    {
        var notes = new List<string>();
        var places =
            drift.Count == 0
                ? []
                : instances.Index().DistinctBy(at => at.Item.Id).ToDictionary(at => at.Item.Id, at => at.Index);
        var gone = new HashSet<string>();
        foreach (var change in drift.Where(IsManaged))
        {
            var isGone = change.Is("delete");
            notes.Add(
                isGone
                    ? $"{change.Id}: drift: it was destroyed outside Terraform"
                    : $"{change.Id}: drift: it was changed outside Terraform; the estate is as it is now"
            );
            if (isGone)
            {
                gone.Add(change.Id);
            }
            else if (
                places.TryGetValue(change.Id, out var at) && change.After is { ValueKind: JsonValueKind.Object } now
            )
            {
                instances[at] = instances[at] with { Values = now };
            }
        }

        instances.RemoveAll(instance => gone.Contains(instance.Id));
        return notes;
    }

    private static TerraformInstance ToInstance(PlanChange change, JsonElement values, JsonElement? marks) =>
        new()
        {
            Address = change.Address,
            Type = change.Type,
            Provider = change.Provider,
            Values = values,
            HidesValues = marks is { } hidden && ShownReader.HasTrue(hidden),
            Deposed = change.Deposed,
        };

    public static bool IsManaged(PlanChange change) =>
        !change.Address.StartsWith("data.", StringComparison.Ordinal)
        && !change.Address.Contains(".data.", StringComparison.Ordinal);
}
