using System.Globalization;
using Homeostat.Core;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>Turns the mapping of one resource into a record of the estate.</summary>
internal sealed class ResourceFields(Evidence evidence, IdPatterns ids, ErrorList errors)
{
    /// <param name="isKindKnown">The kind comes from elsewhere, not from the file.</param>
    public EstateChange.Upsert? Read(MapNode map, bool isKindKnown = false)
    {
        var fields = new Fields(map, $"resource {map.TextOf("id")}", errors);
        var name = fields.RequiredText("id", "db-1");
        var kind = fields.RequiredText("kind", "database");
        if (!ResourceId.TryCreate(name, out var id) || kind.Length == 0)
        {
            return null;
        }

        if (!isKindKnown)
        {
            fields.Kind(fields.Node("kind")!, kind);
        }

        var existence = evidence.Read(fields, "seen") ?? evidence.Fresh;
        var resource = new Resource
        {
            Id = id,
            Kind = new ResourceKind(kind),
            Location = new Location(
                fields.Text("provider"),
                fields.Text("account"),
                fields.Text("region"),
                fields.Text("zone")
            ),
            Environments = fields.Texts("environments") ?? [],
            Tier = fields.Whole("tier", 0, 3) is { } tier ? (Tier)tier : null,
            Owner = fields.Text("owner"),
            Labels = Labels(fields),
            State = fields.Choice<RunState>("state") ?? RunState.Inherent,
            Existence = existence,
            StateSeen = evidence.Read(fields, "state-seen"),
            Capacity = fields.Whole("capacity", 1, Limits.MaxCapacity) ?? 1,
            ConfigurationKnown = fields.Flag("configuration-known"),
            RebuildTime = fields.Time("rebuild"),
            OutageTolerance = fields.Time("tolerance") ?? TimeSpan.Zero,
            ExposureLimit = fields.Whole("exposure-limit", 1, int.MaxValue),
            Facts = Facts(fields, existence),
        };
        var relations = new RelationFields(id, evidence, ids, errors).Read(fields);
        fields.Done();
        return new EstateChange.Upsert(resource, relations);
    }

    private Dictionary<string, string> Labels(Fields fields)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in fields.MapOf("labels")?.Entries ?? [])
        {
            if (entry.Value is ScalarNode value)
            {
                labels[entry.Key] = value.Text;
            }
            else
            {
                errors.Add(entry.Line, $"label {entry.Key} is not {entry.Value.Shape}", "write one text");
            }
        }

        return labels;
    }

    /// <summary><c>cpu_percent: 2</c> was seen with the resource; <c>cpu_percent: {value: 2, seen: 9d}</c> says when.</summary>
    private List<Fact> Facts(Fields fields, Provenance existence)
    {
        var facts = new List<Fact>();
        foreach (var entry in fields.MapOf("facts")?.Entries ?? [])
        {
            if (entry.Value is ScalarNode scalar)
            {
                facts.Add(new Fact(entry.Key, ValueOf(scalar), existence));
            }
            else if (entry.Value is MapNode map)
            {
                var fact = new Fields(map, $"fact {entry.Key}", errors);
                fact.RequiredText("value", "2");
                facts.Add(
                    new Fact(
                        entry.Key,
                        fact.Node("value") is ScalarNode value ? ValueOf(value) : default,
                        evidence.Read(fact, "seen") ?? existence,
                        fact.Choice<EvidenceClass>("class") ?? EvidenceClass.Metric
                    )
                );
                fact.Done();
            }
            else
            {
                errors.Add(
                    entry.Line,
                    $"fact {entry.Key} is not {entry.Value.Shape}",
                    "write a value, or {value, seen}"
                );
            }
        }

        return facts;
    }

    public static FactValue ValueOf(ScalarNode scalar) =>
        !scalar.IsQuoted
        && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? FactValue.Of(number)
            : FactValue.Of(scalar.Text);
}
