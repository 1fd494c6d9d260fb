using Homeostat.Core.Estate;

namespace Homeostat.Estates.Inference;

/// <summary>What labels say, whatever the case of their keys.</summary>
internal static class LabelReader
{
    private static readonly string[] EnvironmentKeys = ["environment", "env", "stage"];
    private static readonly string[] OwnerKeys = ["owner", "team", "squad", "maintainer", "contact", "oncall"];
    private static readonly string[] TierKeys = ["tier", "criticality", "business-criticality", "business_criticality"];
    private static readonly string[] NameKeys = ["name"];

    private static readonly Dictionary<string, Tier> Tiers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["0"] = Tier.Zero,
        ["tier0"] = Tier.Zero,
        ["tier-0"] = Tier.Zero,
        ["critical"] = Tier.Zero,
        ["mission-critical"] = Tier.Zero,
        ["1"] = Tier.One,
        ["tier1"] = Tier.One,
        ["tier-1"] = Tier.One,
        ["high"] = Tier.One,
        ["2"] = Tier.Two,
        ["tier2"] = Tier.Two,
        ["tier-2"] = Tier.Two,
        ["medium"] = Tier.Two,
        ["3"] = Tier.Three,
        ["tier3"] = Tier.Three,
        ["tier-3"] = Tier.Three,
        ["low"] = Tier.Three,
    };

    public static (string Key, string Value)? Environment(Resource resource) => Find(resource, EnvironmentKeys);

    public static (string Key, string Value)? Owner(Resource resource) => Find(resource, OwnerKeys);

    public static (string Key, string Value)? Name(Resource resource) => Find(resource, NameKeys);

    /// <summary>Null where no label says it in a form that is understood.</summary>
    public static (string Key, string Value, Tier Tier)? TierOf(Resource resource) =>
        Find(resource, TierKeys) is { } label && Tiers.TryGetValue(label.Value.Trim(), out var tier)
            ? (label.Key, label.Value, tier)
            : null;

    private static (string Key, string Value)? Find(Resource resource, string[] keys)
    {
        if (resource.Labels.Count == 0)
        {
            return null;
        }

        foreach (var key in keys)
        {
            foreach (var label in resource.Labels)
            {
                if (string.Equals(label.Key, key, StringComparison.OrdinalIgnoreCase) && label.Value.Length > 0)
                {
                    return (label.Key, label.Value);
                }
            }
        }

        return null;
    }
}
