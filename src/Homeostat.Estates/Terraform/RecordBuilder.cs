using System.Runtime.InteropServices;
using System.Text.Json;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Makes the resource of the model from one instance's attributes.</summary>
internal sealed class RecordBuilder(Provenance provenance, Locations locations, TypeTable table)
{
    public Resource Build(TerraformInstance instance)
    {
        var rule = table.Of(instance.Type);
        var tags = Tags.Of(instance.Values);
        var kind = KindOf(instance, rule);
        return new Resource
        {
            Id = new ResourceId(instance.Id),
            Kind = kind,
            Location = locations.Of(instance),
            Environments = tags.Environments,
            Tier = tags.Tier,
            Owner = tags.Owner,
            Labels = tags.Labels,
            State = StateOf(instance.Values, rule),
            Existence = provenance,
            Capacity = CapacityOf(instance.Values, rule),
            ConfigurationKnown = IsConfigurationKnown(instance, rule, kind),
            RebuildTime = rule.Rebuild,
            Facts = FactsOf(instance, rule),
        };
    }

    public static ResourceKind KindOf(TerraformInstance instance, TypeRule rule) =>
        rule is { ReplicaKind: { } replica, Data.ReplicaOf: { } source }
        && instance.Values.First(source) is { } named
        && Condition.IsOn(named)
            ? replica
            : rule.Kind;

    private static RunState StateOf(JsonElement values, TypeRule rule)
    {
        if (rule.State is { } state)
        {
            var found = values.First(state.From)?.AsScalar();
            return found is null ? RunState.Unknown
                : state.Running.Contains(found) ? RunState.Running
                : state.Stopped.Contains(found) ? RunState.Stopped
                : RunState.Unknown;
        }

        return rule.Capacity is null
            ? RunState.Inherent
            : Desired(values, rule) switch
            {
                null => RunState.Unknown,
                <= 0 => RunState.Stopped,
                _ => RunState.Running,
            };
    }

    private static int CapacityOf(JsonElement values, TypeRule rule) =>
        Desired(values, rule) is { } units and >= 1 ? (int)Math.Min(units, Core.Limits.MaxCapacity) : 1;

    private static double? Desired(JsonElement values, TypeRule rule) =>
        rule.Capacity is { } path ? values.First(path)?.AsNumber() : null;

    private static bool IsConfigurationKnown(TerraformInstance instance, TypeRule rule, ResourceKind kind) =>
        rule.IsKnown
        && !KindTable.Of(kind).Stateful
        && !instance.HidesValues
        && instance.Deposed is null
        && !HasWriteOnly(instance.Values);

    /// <summary>A write-only argument leaves nothing behind but its version.</summary>
    private static bool HasWriteOnly(JsonElement values)
    {
        if (values.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in values.EnumerateObject())
            {
                if (
                    JsonMarshal.GetRawUtf8PropertyName(member).EndsWith("_wo_version"u8) && Condition.IsOn(member.Value)
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    private List<Fact> FactsOf(TerraformInstance instance, TypeRule rule)
    {
        var facts = new List<Fact>();
        foreach (var path in rule.Facts)
        {
            if (instance.Values.First(path) is { } scalar && ValueOf(scalar) is { } value)
            {
                facts.Add(new Fact(path, value, provenance, EvidenceClass.Existence));
            }
        }

        if (instance.Tainted)
        {
            facts.Add(new Fact("tainted", FactValue.Of(flag: true), provenance, EvidenceClass.Existence));
        }

        return facts;
    }

    public static FactValue? ValueOf(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.True => FactValue.Of(flag: true),
            JsonValueKind.False => FactValue.Of(flag: false),
            JsonValueKind.Number => FactValue.Of(element.GetDouble()),
            JsonValueKind.String when element.GetString() is { Length: > 0 } text => FactValue.Of(text),
            _ => null,
        };
}
