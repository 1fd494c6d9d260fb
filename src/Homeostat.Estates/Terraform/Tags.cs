using System.Text.Json;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>What people wrote on a resource: its labels, and what they say of environment, owner and tier.</summary>
internal sealed class Tags
{
    private static readonly string[] EnvironmentKeys = ["environment", "env", "stage"];
    private static readonly string[] OwnerKeys = ["owner", "team"];
    private static readonly string[] TierKeys = ["tier", "criticality", "business-criticality", "business_criticality"];
    private static readonly Dictionary<string, string> None = new(0);

    private Tags(Dictionary<string, string> labels) => Labels = labels;

    public IReadOnlyDictionary<string, string> Labels { get; }

    public IReadOnlyList<string> Environments =>
        Find(EnvironmentKeys) is { Length: > 0 } value
            ? [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]
            : [];

    public string? Owner => Find(OwnerKeys);

    /// <summary>Null where no tag says it in a form that is understood.</summary>
    public Tier? Tier => TierKeys.Select(key => ParseTier(Find([key]))).FirstOrDefault(tier => tier is not null);

    public static Tags Of(JsonElement values)
    {
        Dictionary<string, string>? labels = null;
        foreach (var name in (ReadOnlySpan<string>)["labels", "tags_all", "tags"])
        {
            if (values.Member(name) is { ValueKind: JsonValueKind.Object } tags)
            {
                foreach (var tag in tags.EnumerateObject())
                {
                    (labels ??= new(StringComparer.Ordinal))[tag.Name] = tag.Value.AsScalar() ?? "";
                }
            }
        }

        AddListed(values, ref labels);
        return new Tags(labels ?? None);
    }

    /// <summary>An autoscaling group keeps its tags in blocks of key and value.</summary>
    private static void AddListed(JsonElement values, ref Dictionary<string, string>? labels)
    {
        foreach (var block in values.Items("tag"))
        {
            if (block.Text("key") is { } key)
            {
                (labels ??= new(StringComparer.Ordinal))[key] = block.Text("value") ?? "";
            }
        }
    }

    private string? Find(string[] keys)
    {
        foreach (var key in keys)
        {
            foreach (var label in Labels)
            {
                if (string.Equals(label.Key, key, StringComparison.OrdinalIgnoreCase) && label.Value.Length > 0)
                {
                    return label.Value;
                }
            }
        }

        return null;
    }

    private static Tier? ParseTier(string? text) =>
        text?.Trim().ToLowerInvariant() switch
        {
            "0" or "tier0" or "tier-0" or "tier 0" or "t0" or "critical" or "mission-critical" => Core.Estate.Tier.Zero,
            "1" or "tier1" or "tier-1" or "tier 1" or "t1" or "high" => Core.Estate.Tier.One,
            "2" or "tier2" or "tier-2" or "tier 2" or "t2" or "medium" => Core.Estate.Tier.Two,
            "3" or "tier3" or "tier-3" or "tier 3" or "t3" or "low" => Core.Estate.Tier.Three,
            _ => null,
        };
}
