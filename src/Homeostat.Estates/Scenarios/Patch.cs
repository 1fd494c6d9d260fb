namespace Homeostat.Estates.Scenarios;

/// <summary>
/// Lays what a variant says over what its base says: mappings key by key, lists of things with an <c>id</c> thing by
/// thing, anything else whole; an empty value takes its key away.
/// </summary>
internal static class Patch
{
    public static ScenarioNode Over(ScenarioNode below, ScenarioNode above) =>
        (below, above) switch
        {
            (MapNode map, MapNode patch) => Over(map, patch),
            (ListNode list, ListNode patch) when IsByIds(list) && IsByIds(patch) => OverById(list, patch),
            (ScalarNode value, MapNode patch) when IsOfFact(patch) => patch with
            {
                Entries = [new MapEntry("value", value.Line, value), .. patch.Entries],
            },
            _ => above,
        };

    /// <summary>When a fact was seen, without the fact: what it says stays as it is below.</summary>
    private static bool IsOfFact(MapNode patch) =>
        patch.Entries.Count > 0 && patch.Entries.All(entry => entry.Key is "seen" or "class");

    public static MapNode Over(MapNode below, MapNode above)
    {
        var entries = below.Entries.ToList();
        foreach (var entry in above.Entries)
        {
            var at = entries.FindIndex(known => known.Key == entry.Key);
            if (entry.Value is ScalarNode { IsEmpty: true })
            {
                entries.RemoveAll(known => known.Key == entry.Key);
            }
            else if (at < 0)
            {
                entries.Add(entry);
            }
            else
            {
                entries[at] = entry with { Value = Over(entries[at].Value, entry.Value) };
            }
        }

        return below with
        {
            Entries = entries,
        };
    }

    private static bool IsByIds(ListNode list) =>
        list.Items.All(item => item is MapNode map && map.TextOf("id") is not null);

    private static ListNode OverById(ListNode below, ListNode above)
    {
        var items = below.Items.Cast<MapNode>().ToList();
        foreach (var patch in above.Items.Cast<MapNode>())
        {
            var at = items.FindIndex(item => item.TextOf("id") == patch.TextOf("id"));
            if (at < 0)
            {
                items.Add(patch);
            }
            else
            {
                items[at] = Over(items[at], patch);
            }
        }

        return below with
        {
            Items = items,
        };
    }
}
