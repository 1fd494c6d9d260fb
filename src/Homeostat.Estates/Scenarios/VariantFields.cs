using Homeostat.Estates.Overlay;

namespace Homeostat.Estates.Scenarios;

/// <summary>Lays a variant over what all variants share, and reads the course of events that this makes.</summary>
internal sealed class VariantFields(string name, TerraformRecords terraform, ErrorList errors)
{
    public static readonly string[] Keys = ["now", "let", "estate", "sees", "agents", "leases", "steps", "expect"];

    private readonly Template _template = new(errors);

    public Variant Read(MapNode below, MapNode patch)
    {
        RefuseUnknownSteps(below, patch);
        var changes = (patch["estate"] as MapNode)?["resources"] as ListNode;
        var merged = Patch.Over(below, WithoutResources(patch));
        var fields = new Fields(merged, $"variant {name}", errors);
        var now = fields.Instant("now") ?? DateTimeOffset.UnixEpoch;
        if (!fields.Has("now"))
        {
            errors.Add(merged, "the scenario has no clock", "add `now: 2026-03-02T12:00:00Z`");
        }

        var values = Values(fields.MapOf("let"));
        var evidence = new Evidence(now);
        var reader = new EstateFields(evidence, _template, values, terraform, errors);
        var estate = reader.Read(
            fields.MapOf("estate") ?? new MapNode(merged.Line, []),
            [.. (changes?.Items ?? []).OfType<MapNode>()],
            [.. fields.Maps("sees")]
        );
        var leases = new LeaseFields(now, errors);
        var agents = leases.Agents(Filled(fields, "agents", values));
        if (agents.Count == 0)
        {
            errors.Add(merged, "nobody acts", "add `agents: [{id: NAME}]`");
        }

        var steps = new StepFields(
            agents,
            fields.Node("expect") as ScalarNode,
            _template,
            values,
            reader.Names,
            errors
        ).Read(fields.Maps("steps"));
        if (!fields.Has("steps"))
        {
            errors.Add(merged, "nothing happens", "add `steps:`");
        }

        var variant = new Variant
        {
            Name = name,
            Now = now,
            Estate = estate,
            Leases = leases.Leases(Filled(fields, "leases", values), agents),
            Steps = steps,
        };
        RefuseUnknownLeases(variant, merged);
        fields.Done();
        return variant;
    }

    /// <summary>A step that is nowhere below, and does nothing of its own, was meant to lie over another.</summary>
    private void RefuseUnknownSteps(MapNode below, MapNode patch)
    {
        var known = (below["steps"] as ListNode)?.Items.OfType<MapNode>().ToArray() ?? [];
        string[] ids = [.. known.Select(step => step.TextOf("id") ?? "")];
        foreach (var step in (patch["steps"] as ListNode)?.Items.OfType<MapNode>() ?? [])
        {
            if (
                step.TextOf("id") is not { } id
                || ids.Contains(id)
                || step["effects"] is not null
                || step["happens"] is not null
            )
            {
                continue;
            }

            var loop = Array.Find(
                ids,
                other => other.Split("${") is [var start, _, ..] && id.StartsWith(start, StringComparison.Ordinal)
            );
            errors.Add(
                step,
                $"there is no step {id}{(loop is null ? Suggestion.DidYouMean(id, ids).TrimEnd('?') : "")}",
                loop is null
                    ? "name one that is there; a new one has `effects`"
                    : $"steps are laid over before `for` makes copies: lay over `{loop}`, or write the copies out"
            );
        }
    }

    private void RefuseUnknownLeases(Variant variant, MapNode merged)
    {
        foreach (
            var step in variant.Steps.Where(step =>
                step.Lease.Length > 0 && variant.Leases.All(lease => lease.Id.Value != step.Lease)
            )
        )
        {
            errors.Add(
                merged["steps"] ?? merged,
                $"step {step.Id} uses a lease that nobody granted: {step.Lease}",
                "name one under `leases`"
            );
        }
    }

    private MapNode[] Filled(Fields fields, string key, Dictionary<string, ScenarioNode> values) =>
        fields.Maps(key).Select(node => _template.Fill(node, values)).OfType<MapNode>().ToArray();

    private static Dictionary<string, ScenarioNode> Values(MapNode? let) =>
        (let?.Entries ?? []).ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    /// <summary>What a variant says of resources is laid over them when they have been generated.</summary>
    private static MapNode WithoutResources(MapNode patch) =>
        patch with
        {
            Entries =
            [
                .. patch.Entries.Select(entry =>
                    entry is { Key: "estate", Value: MapNode estate }
                        ? entry with
                        {
                            Value = estate.Without("resources"),
                        }
                        : entry
                ),
            ],
        };
}
