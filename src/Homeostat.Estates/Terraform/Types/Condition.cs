using System.Text.Json;

namespace Homeostat.Estates.Terraform.Types;

/// <summary>
/// A test on the attributes of one resource: <c>path</c> (is on: true, more than zero, a text that is not empty),
/// <c>path=value</c> or <c>path!=value</c>.
/// </summary>
internal sealed record Condition(string Path, string? Value, bool Negated)
{
    public static Condition Parse(string text)
    {
        var split = text.IndexOf('=', StringComparison.Ordinal);
        if (split < 0)
        {
            return new Condition(text, null, Negated: false);
        }

        var negated = split > 0 && text[split - 1] == '!';
        return new Condition(text[..(negated ? split - 1 : split)], text[(split + 1)..], negated);
    }

    public bool Holds(JsonElement values)
    {
        if (Value is null && !Path.Contains('.', StringComparison.Ordinal))
        {
            return values.Member(Path) is { } flag && flag.ValueKind != JsonValueKind.Array
                ? IsOn(flag)
                : values.At(Path).Any(IsOn);
        }

        var found = values.At(Path);
        return Value is null ? found.Any(IsOn) : found.Any(item => item.AsScalar() == Value) != Negated;
    }

    public static bool IsOn(JsonElement value) =>
        value.AsFlag() ?? (value.AsNumber() is { } number ? number > 0 : value.AsText() is { Length: > 0 });
}
