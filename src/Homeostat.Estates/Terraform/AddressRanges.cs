using System.Net;
using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>How far lists of address ranges and firewall rules reach.</summary>
internal static class AddressRanges
{
    /// <summary>A range this wide (0.0.0.0/1 is half of the internet) is open to all, whatever is left out of it.</summary>
    private const int WidestPrefix = 7;

    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("fc00::/7"),
    ];

    /// <summary>Some text in it is a range that takes in the internet, or half of it.</summary>
    public static bool NamesEverybody(JsonElement? element) =>
        element?.ValueKind switch
        {
            JsonValueKind.String => IsWide(element.Value.GetString()!),
            JsonValueKind.Array => element.Value.EnumerateArray().Any(item => NamesEverybody(item)),
            JsonValueKind.Object => element.Value.EnumerateObject().Any(member => NamesEverybody(member.Value)),
            _ => false,
        };

    /// <summary>Everything that was there is still there, and what is new are private ranges and security groups.</summary>
    public static bool GrowsByPrivateOnly(JsonElement? before, JsonElement? after)
    {
        var kept = Items(before);
        var added = new List<JsonElement>();
        foreach (var item in Items(after))
        {
            var at = kept.FindIndex(old => JsonElement.DeepEquals(old, item));
            if (at < 0)
            {
                added.Add(item);
            }
            else
            {
                kept.RemoveAt(at);
            }
        }

        return kept.Count == 0 && added.TrueForAll(IsPrivate);
    }

    private static List<JsonElement> Items(JsonElement? element) =>
        AttributeDifference.IsEmpty(element) ? []
        : element is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()]
        : [element!.Value];

    private static bool IsPrivate(JsonElement item) =>
        item.ValueKind switch
        {
            JsonValueKind.String => IsPrivate(item.GetString()!),
            JsonValueKind.Object => item.EnumerateObject().All(member => IsPrivateMember(member.Name, member.Value)),
            _ => false,
        };

    /// <summary>Of a rule's members only these say whom it lets in; a prefix list may hold anything.</summary>
    private static bool IsPrivateMember(string name, JsonElement value) =>
        name switch
        {
            "cidr_blocks" or "ipv6_cidr_blocks" => Items(value).TrueForAll(IsPrivate),
            "prefix_list_ids" => AttributeDifference.IsEmpty(value),
            "security_groups" => Items(value)
                .TrueForAll(group => group.AsText()?.StartsWith("sg-", StringComparison.Ordinal) == true),
            _ => true,
        };

    private static bool IsPrivate(string text) =>
        IPNetwork.TryParse(text, out var range)
        && Array.Exists(Private, net => net.PrefixLength <= range.PrefixLength && net.Contains(range.BaseAddress));

    private static bool IsWide(string text) =>
        IPNetwork.TryParse(text, out var range) && range.PrefixLength <= WidestPrefix && !IsPrivate(text);
}
