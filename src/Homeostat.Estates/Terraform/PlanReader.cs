using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>What a reader made of a plan: the estate before it, what it changes, and the configuration it follows.</summary>
internal sealed record PlanContent(
    TerraformContent Prior,
    IReadOnlyList<PlanChange> Changes,
    IReadOnlyList<PlanChange> Drift,
    JsonElement? Configuration
)
{
    /// <summary>What else the plan does that is no change of a resource: an action's address and its trigger.</summary>
    public IReadOnlyList<(string Address, string? Trigger)> Invocations { get; init; } = [];

    /// <summary>Why the plan is not all that would be done; null where it is.</summary>
    public string? Unfinished { get; init; }
}

/// <summary>Reads what <c>terraform show -json</c> writes of a plan.</summary>
internal static class PlanReader
{
    public static PlanContent Read(TerraformDocument document)
    {
        var root = document.Root;
        var changes = ReadChanges(document, "resource_changes", deferredIn: null);
        changes.AddRange(ReadDeferred(document));
        var drift = ReadChanges(document, "resource_drift", deferredIn: null);
        var prior = root.Member("prior_state") is { } state
            ? ShownReader.ReadValues(document, state, "prior_state.values")
            : [];
        var (instances, driftNotes) = PriorEstate.Of(prior, changes, drift);
        return new PlanContent(
            new TerraformContent(TerraformFormat.Plan, instances)
            {
                TerraformVersion = root.Text("terraform_version"),
                Timestamp = ShownReader.Timestamp(document),
                Warnings = [.. Notes(root), .. driftNotes],
            },
            changes,
            drift,
            root.Member("configuration")
        )
        {
            Unfinished = UnfinishedBecause(root),
            Invocations =
            [
                .. root.Items("action_invocations")
                    .Select(action =>
                        (
                            action.Text("address") ?? "action",
                            action.Member("lifecycle_action_trigger")?.Text("triggering_resource_address")
                        )
                    ),
            ],
        };
    }

    /// <summary>
    /// Terraform calls a plan incomplete when it met an error, when it deferred changes, and when <c>-target</c> made it a
    /// part on purpose: the last is all that would be done, and it is what a review's own proposal leads to.
    /// </summary>
    private static string? UnfinishedBecause(JsonElement root) =>
        root.Member("errored")?.AsFlag() == true
            ? "the plan ended with an error, so Terraform does not apply it, and changes may be missing from it"
        : IsPartial(root) && root.Items("deferred_changes").Any()
            ? "the plan is not complete, Terraform deferred some of its changes, and another plan must follow it"
        : null;

    private static IEnumerable<string> Notes(JsonElement root)
    {
        if (UnfinishedBecause(root) is { } unfinished)
        {
            yield return unfinished;
        }
        else if (IsPartial(root))
        {
            yield return "the plan is not complete, as one made with -target, and another plan must follow it";
        }
    }

    private static bool IsPartial(JsonElement root) => root.Member("complete")?.AsFlag() == false;

    private static IEnumerable<PlanChange> ReadDeferred(TerraformDocument document)
    {
        var index = 0;
        foreach (var deferred in document.Root.Items("deferred_changes"))
        {
            var place = $"deferred_changes[{index++}]";
            if (deferred.Member("resource_change") is { } change)
            {
                yield return ReadChange(document, change, place, deferred.Text("reason") ?? "unknown");
            }
        }
    }

    private static List<PlanChange> ReadChanges(TerraformDocument document, string list, string? deferredIn)
    {
        var changes = new List<PlanChange>();
        var index = 0;
        foreach (var change in document.Root.Items(list))
        {
            changes.Add(ReadChange(document, change, $"{list}[{index++}]", deferredIn));
        }

        return changes;
    }

    private static PlanChange ReadChange(TerraformDocument document, JsonElement entry, string place, string? deferred)
    {
        if (
            entry.Text("address") is not { Length: > 0 } address
            || entry.Text("type") is not { Length: > 0 } type
            || entry.Member("change") is not { ValueKind: JsonValueKind.Object } change
        )
        {
            throw document.Refuse(place, "a change has an address, a type and a change", Remedies.WholeFile);
        }

        return new PlanChange
        {
            Address = address,
            Type = type,
            Provider = entry.Text("provider_name") ?? "",
            PreviousAddress = entry.Text("previous_address"),
            Deposed = entry.Text("deposed"),
            Actions = StateV4Reader.Texts(change, "actions"),
            Before = change.Member("before"),
            After = change.Member("after"),
            AfterUnknown = change.Member("after_unknown"),
            BeforeSensitive = change.Member("before_sensitive"),
            AfterSensitive = change.Member("after_sensitive"),
            Reason = entry.Text("action_reason"),
            Deferred = deferred,
            Imports = change.Member("importing") is not null,
        };
    }
}
