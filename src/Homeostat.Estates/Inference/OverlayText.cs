using System.Globalization;
using System.Text;

namespace Homeostat.Estates.Inference;

/// <summary>Writes values into YAML so that nothing in them can become structure.</summary>
internal static class OverlayText
{
    private const int MaxComment = 160;

    /// <summary>A value as the overlay's own reader reads it back.</summary>
    public static string Value(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        return text.All(character => character is >= ' ' and < '\u007f')
            ? $"'{text.Replace("'", "''")}'"
            : Escaped(text);
    }

    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Value))}]";

    /// <summary>Text for a comment: one line, nothing that ends it, not endless.</summary>
    public static string Comment(string text)
    {
        var line = new StringBuilder("# ");
        foreach (var character in text.Length > MaxComment ? $"{text[..MaxComment]}…" : text)
        {
            var isShown =
                !char.IsControl(character)
                && !char.IsSurrogate(character)
                && character is not ('\u2028' or '\u2029' or '\ufeff');
            line.Append(isShown ? character : '?');
        }

        return line.ToString();
    }

    private static bool IsPlain(string text) =>
        text.Length > 0
        && char.IsAsciiLetter(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.')
        && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");

    private static string Escaped(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(
                rune.Value switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    >= ' ' and < 0x7f => rune.ToString(),
                    <= 0xffff => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                    _ => string.Create(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
                }
            );
        }

        return quoted.Append('"').ToString();
    }
}
