using System.Globalization;
using System.Text.Json;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Translates one planned change into effects; what it does not understand becomes <see cref="Effect.Unknown"/>.</summary>
internal sealed class PlanEffects(TypeTable table, Configuration? configuration, Locations locations, PlanNames names)
{
    private readonly AttributeEffects _attributes = new(names);

    public IEnumerable<Effect> Of(PlanChange change)
    {
        if (change.Deferred is not null || change.Is("no-op") || change.Is("read"))
        {
            return [];
        }

        var id = new ResourceId(change.Id);
        if (table.Of(change.Type).IsVersioned && change.Actions is [_, _] && change.Actions.Contains("create"))
        {
            return
            [
                new Effect.Change(id, "version", FactValue.Of("new"), ChangeImpact.Harmless),
                .. Opened(change, id),
            ];
        }

        return change.Actions switch
        {
            ["create"] => [Create(change, id), .. Opened(change, id)],
            ["delete"] => [Destroy(change, id), .. Uncovered(change, id)],
            ["update"] => Updated(change, id),
            ["delete", "create"] =>
            [
                Destroy(change, id) with
                {
                    Recreated = true,
                    Duration = table.Of(change.Type).Rebuild,
                },
                .. Opened(change, id),
            ],
            ["create", "delete"] => [Create(change, Replacement(id)), .. Opened(change, id), Destroy(change, id)],
            ["forget"] => [new Effect.Detach(id, null)],
            ["create", "forget"] =>
            [
                Create(change, Replacement(id)),
                .. Opened(change, id),
                new Effect.Detach(id, null),
            ],
            _ => [new Effect.Unknown(id, $"the planned action '{string.Join(", ", change.Actions)}' is not known")],
        };
    }

    /// <summary>The id of what is made beside the one that still stands at the address.</summary>
    public static ResourceId Replacement(ResourceId id) => new($"{id} (replacement)");

    private Effect.Create Create(PlanChange change, ResourceId id)
    {
        var instance = Instance(change, change.After);
        return new Effect.Create(id, RecordBuilder.KindOf(instance, table.Of(change.Type)))
        {
            Location = locations.Of(instance),
            Environments = Tags.Of(instance.Values).Environments,
        };
    }

    private Effect.Destroy Destroy(PlanChange change, ResourceId id)
    {
        var values = change.Before ?? ShownReader.NoValues;
        var way = table.Of(change.Type).Undo.FirstOrDefault(undo => undo.When?.Holds(values) != false);
        return new Effect.Destroy(id)
        {
            Undo = way is null ? null : new Undo(Possible: true, way.By, []) { Within = Within(way, values) },
        };
    }

    /// <summary>A number of days, or the attribute that has it.</summary>
    private static TimeSpan? Within(UndoRule way, JsonElement values)
    {
        if (way.Within is not { } text)
        {
            return null;
        }

        var days = double.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : values.At(text).Select(JsonReading.AsNumber).FirstOrDefault();
        return days is > 0 and < 36_500 ? TimeSpan.FromDays(days.Value) : TimeSpan.Zero;
    }

    /// <summary>What a new or recreated resource opens beyond what the old one had open.</summary>
    private IEnumerable<Effect> Opened(PlanChange change, ResourceId id) =>
        Changes(change).SelectMany(attribute => _attributes.Opened(id, change, attribute)).Distinct();

    private IEnumerable<Effect> Uncovered(PlanChange change, ResourceId id) =>
        table.Of(change.Type).IsShield ? _attributes.Uncovered(id, change) : [];

    private IEnumerable<Effect> Updated(PlanChange change, ResourceId id)
    {
        var attributes = Changes(change).ToList();
        return attributes.Count > 0
            ? attributes.SelectMany(attribute => _attributes.Of(id, change, attribute)).Distinct()
            : [new Effect.Unknown(id, "the plan updates it in place and does not show what changes")];
    }

    private List<AttributeChange> Changes(PlanChange change)
    {
        var rules = table.Of(change.Type).Changes;
        var configured = TerraformAddress.Parse(change.Address) is { } address
            ? configuration?.AttributesOf(address.InConfiguration)
            : null;
        return AttributeDifference.Of(change, rules, configured);
    }

    private static TerraformInstance Instance(PlanChange change, JsonElement? values) =>
        new()
        {
            Address = change.Address,
            Type = change.Type,
            Provider = change.Provider,
            Values = values ?? ShownReader.NoValues,
        };
}
