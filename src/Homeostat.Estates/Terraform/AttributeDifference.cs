using System.Text.Json;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>One attribute that a plan changes.</summary>
/// <param name="Path">Dotted, without list indexes.</param>
/// <param name="Before">Null where it had no value.</param>
/// <param name="After">Null where it will have none, or where nobody knows yet.</param>
internal sealed record AttributeChange(
    string Path,
    JsonElement? Before,
    JsonElement? After,
    bool IsUnknown,
    bool IsSensitive,
    ChangeRule? Rule
);

/// <summary>Finds what differs between the two sides of a change, as finely as the type table speaks of it.</summary>
internal sealed class AttributeDifference
{
    private readonly PathTree<ChangeRule> _rules;
    private readonly List<AttributeChange> _changes = [];

    private AttributeDifference(PathTree<ChangeRule> rules) => _rules = rules;

    /// <param name="configured">The top-level attributes that the configuration gives; null = nobody knows.</param>
    public static List<AttributeChange> Of(
        PlanChange change,
        PathTree<ChangeRule> rules,
        IReadOnlySet<string>? configured
    )
    {
        var difference = new AttributeDifference(rules);
        foreach (var name in Names(change.Before, change.After, change.AfterUnknown))
        {
            var unknown = change.AfterUnknown?.Member(name);
            var isComputed = unknown is { ValueKind: JsonValueKind.True } && configured?.Contains(name) == false;
            if (!isComputed)
            {
                difference.Compare(
                    name,
                    new Sides(change.Before?.Member(name), change.After?.Member(name), unknown),
                    new Marks(change.BeforeSensitive?.Member(name), change.AfterSensitive?.Member(name)).Any
                );
            }
        }

        return difference._changes;
    }

    private readonly record struct Sides(JsonElement? Before, JsonElement? After, JsonElement? Unknown);

    private readonly record struct Marks(JsonElement? Before, JsonElement? After)
    {
        public bool Any =>
            (Before is { } before && ShownReader.HasTrue(before)) || (After is { } after && ShownReader.HasTrue(after));
    }

    private void Compare(string path, Sides sides, bool isSensitive)
    {
        var hasUnknown = sides.Unknown is { } unknown && ShownReader.HasTrue(unknown);
        if (!hasUnknown && AreEqual(sides.Before, sides.After))
        {
            return;
        }

        if (IsObject(sides.Before) && IsObject(sides.After))
        {
            foreach (var name in Names(sides.Before, sides.After, sides.Unknown))
            {
                Compare(
                    $"{path}.{name}",
                    new Sides(sides.Before?.Member(name), sides.After?.Member(name), sides.Unknown?.Member(name)),
                    isSensitive
                );
            }
        }
        else if (Blocks(sides.Before) is { } before && Blocks(sides.After) is { } after && before.Count == after.Count)
        {
            var unknowns = sides.Unknown is { ValueKind: JsonValueKind.Array } marks
                ? marks.EnumerateArray().ToList()
                : [];
            for (var i = 0; i < before.Count; i++)
            {
                JsonElement? mark = i < unknowns.Count ? unknowns[i] : null;
                Compare(path, new Sides(before[i], after[i], mark), isSensitive);
            }
        }
        else
        {
            _changes.Add(
                new AttributeChange(path, sides.Before, sides.After, hasUnknown, isSensitive, _rules.Nearest(path))
            );
        }
    }

    private static bool IsObject(JsonElement? element) => element is { ValueKind: JsonValueKind.Object };

    /// <summary>The blocks of a list; null where the list is empty or has scalars in it.</summary>
    private static List<JsonElement>? Blocks(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } list
        && list.EnumerateArray().ToList() is { Count: > 0 } items
        && items.TrueForAll(item => item.ValueKind == JsonValueKind.Object)
            ? items
            : null;

    /// <summary>A missing value, null and an empty list are the same to a provider.</summary>
    private static bool AreEqual(JsonElement? left, JsonElement? right) =>
        (IsEmpty(left) && IsEmpty(right))
        || (left is { } before && right is { } after && JsonElement.DeepEquals(before, after));

    public static bool IsEmpty(JsonElement? element) =>
        element is null
        || element.Value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => true,
            JsonValueKind.Array => element.Value.GetArrayLength() == 0,
            JsonValueKind.Object => !element.Value.EnumerateObject().Any(),
            JsonValueKind.String => element.Value.GetString()!.Length == 0,
            _ => false,
        };

    private static HashSet<string> Names(params ReadOnlySpan<JsonElement?> sides)
    {
        var names = new HashSet<string>();
        foreach (var side in sides)
        {
            if (side is { ValueKind: JsonValueKind.Object } members)
            {
                names.UnionWith(members.EnumerateObject().Select(member => member.Name));
            }
        }

        return names;
    }
}
