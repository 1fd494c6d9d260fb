using System.Globalization;
using System.Text.Json;

namespace Homeostat.Estates.Terraform;

/// <summary>Reads attributes leniently in form (old states keep numbers and flags as texts) and strictly in meaning.</summary>
internal static class JsonReading
{
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static string? Text(this JsonElement element, string name) => element.Member(name)?.AsText();

    public static string? AsText(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    public static JsonElement.ArrayEnumerator Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : default;

    /// <summary>True or false where the value says so; null where it says nothing.</summary>
    public static bool? AsFlag(this JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(element.GetString(), out var flag) => flag,
            _ => null,
        };

    public static double? AsNumber(this JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Number => element.GetDouble(),
            JsonValueKind.String
                when double.TryParse(
                    element.GetString(),
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var number
                ) => number,
            _ => null,
        };

    /// <summary>The scalar as text: a string's characters, a number's or a flag's literal; null for anything else.</summary>
    public static string? AsScalar(this JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };

    /// <summary>Every scalar at a dotted path; lists on the way are looked through.</summary>
    public static IEnumerable<JsonElement> At(this JsonElement element, string path)
    {
        var split = path.IndexOf('.', StringComparison.Ordinal);
        var (head, rest) = split < 0 ? (path, null) : (path[..split], path[(split + 1)..]);
        return element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().SelectMany(item => item.At(path)),
            JsonValueKind.Object when element.Member(head) is { } next => rest is null ? next.Leaves() : next.At(rest),
            _ => [],
        };
    }

    /// <summary>The first scalar at a dotted path that is not null; lists on the way are looked through.</summary>
    public static JsonElement? First(this JsonElement element, ReadOnlySpan<char> path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null or JsonValueKind.Undefined:
                return null;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (item.First(path) is { } found)
                    {
                        return found;
                    }
                }

                return null;
            case JsonValueKind.Object when path.Length > 0:
                var split = path.IndexOf('.');
                var head = split < 0 ? path : path[..split];
                return element.TryGetProperty(head, out var next)
                    ? next.First(split < 0 ? [] : path[(split + 1)..])
                    : null;
            default:
                return path.Length == 0 ? element : null;
        }
    }

    private static IEnumerable<JsonElement> Leaves(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().SelectMany(Leaves) : [element];
}
