using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Estates.Scenarios;

/// <summary>What an action names: ids, patterns and a selector; found out when the action is posed, in the estate as it is then.</summary>
internal sealed record Targets(IReadOnlyList<string> Names, Selector? Where)
{
    public static Targets None { get; } = new([], null);

    /// <summary>Nothing named is nothing, never everything.</summary>
    public IReadOnlyList<ResourceId> In(EstateSnapshot estate)
    {
        var found = new List<ResourceId>();
        var seen = new HashSet<ResourceId>();
        foreach (var name in Names.Where(name => !IdPatterns.IsPattern(name)))
        {
            if (ResourceId.TryCreate(name, out var id) && seen.Add(id))
            {
                found.Add(id);
            }
        }

        var patterns = Names.Where(IdPatterns.IsPattern).ToArray();
        if (patterns.Length > 0)
        {
            found.AddRange(Selection.Of(new Selector { Ids = patterns }, estate).Where(seen.Add));
        }

        found.AddRange(Selection.Of(Where, estate).Where(seen.Add));
        return found;
    }

    public static Targets Read(Fields fields, string key) =>
        fields.Node(key) is MapNode map
            ? new Targets([], SelectorFields.Read(map, $"{key} of {fields.Map.TextOf("id") ?? "a step"}", fields))
            : new Targets(fields.Texts(key) ?? [], null);
}

/// <summary>Reads a selector: every stated dimension must match.</summary>
internal static class SelectorFields
{
    public static Selector Read(MapNode map, string what, Fields outer)
    {
        var fields = outer.Of(map, what);
        var labels = fields.MapOf("labels");
        var selector = new Selector
        {
            Providers = fields.Texts("providers"),
            Accounts = fields.Texts("accounts"),
            Regions = fields.Texts("regions"),
            Environments = fields.Texts("environments"),
            Kinds = fields.Kinds("kinds"),
            Owners = fields.Texts("owners"),
            Ids = fields.Texts("ids"),
            Labels = labels?.Entries.ToDictionary(
                entry => entry.Key,
                entry => (entry.Value as ScalarNode)?.Text ?? "",
                StringComparer.Ordinal
            ),
        };
        fields.Done();
        return selector;
    }
}
