using System.Globalization;
using Homeostat.Cli.Running;
using Homeostat.Client.Contract;

namespace Homeostat.Cli.Serving;

/// <summary>Reads what a person types: <c>15m</c>, <c>id=web-*,region=eu-1</c>.</summary>
internal static class Typed
{
    /// <exception cref="UsageException">It is no duration.</exception>
    public static double? Seconds(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        var unit = text.Length > 1 ? text[^1] : ' ';
        var factor = unit switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => 0,
        };
        return
            factor > 0
            && double.TryParse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture, out var number)
            && number >= 0
            ? number * factor
            : throw new UsageException($"{name} {text}: expected a duration, 90s, 15m, 2h or 1d");
    }

    /// <summary>Each of <c>key=value</c> pairs, with commas between them; a key may come more than once.</summary>
    /// <exception cref="UsageException">It selects by something that is not there to select by.</exception>
    public static SelectorBody Selector(IReadOnlyList<string> texts)
    {
        var parts = texts
            .SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(part => (Part: part, At: part.IndexOf('=', StringComparison.Ordinal)))
            .Select(pair =>
                pair.At > 0
                    ? (Key: pair.Part[..pair.At], Value: pair.Part[(pair.At + 1)..])
                    : throw new UsageException($"--where {pair.Part}: expected key=value, id=web-* or region=eu-1")
            )
            .ToLookup(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        var selector = new SelectorBody
        {
            Ids = Of(parts, "id"),
            Kinds = Of(parts, "kind"),
            Environments = Of(parts, "environment"),
            Regions = Of(parts, "region"),
            Accounts = Of(parts, "account"),
            Providers = Of(parts, "provider"),
            Owners = Of(parts, "owner"),
            Anchors = Of(parts, "near"),
            Hops = parts.Contains("near") ? Hops(parts) : 0,
            Labels = Labels(parts),
        };
        string[] known = ["id", "kind", "environment", "region", "account", "provider", "owner", "near", "hops"];
        var other = parts
            .Select(part => part.Key)
            .FirstOrDefault(key => !known.Contains(key) && !key.StartsWith("label.", StringComparison.Ordinal));
        return other is null
            ? selector
            : throw new UsageException($"--where {other}=…: expected one of {string.Join(", ", known)}, label.NAME");
    }

    private static List<string>? Of(ILookup<string, string> parts, string key) =>
        parts.Contains(key) ? [.. parts[key]] : null;

    private static int Hops(ILookup<string, string> parts) =>
        !parts.Contains("hops") ? 1
        : int.TryParse(parts["hops"].Last(), CultureInfo.InvariantCulture, out var hops) ? hops
        : throw new UsageException("--where hops=…: expected a number of steps, 1 to 8");

    private static Dictionary<string, string>? Labels(ILookup<string, string> parts)
    {
        const string prefix = "label.";
        var labels = parts
            .Where(part => part.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(part => part.Key[prefix.Length..], part => part.Last(), StringComparer.Ordinal);
        return labels.Count == 0 ? null : labels;
    }
}
