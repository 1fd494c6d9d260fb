using System.Text;

namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>
/// Names as they stand in a setting or in a text, read as PostgreSQL's SplitIdentifierString does in a UTF-8 database: only letters and
/// white space of ASCII are folded and passed over, and what is too long is cut. A vertical tab outside quotes is white space from version
/// 16 on and part of a name before: nobody says which.
/// </summary>
internal static class IdentifierText
{
    private const int MaxNameBytes = 63;

    /// <summary>Null where PostgreSQL refuses it, or versions read it otherwise.</summary>
    public static List<string>? Split(string text, char separator)
    {
        var names = new List<string>();
        var at = PastSpace(text, 0);
        while (at < text.Length)
        {
            var name = text[at] == '"' ? Quoted(text, ref at) : Plain(text, separator, ref at);
            at = PastSpace(text, at);
            if (name is null || (at < text.Length && text[at] != separator))
            {
                return null;
            }

            names.Add(Cut(name));
            if (at == text.Length)
            {
                return names;
            }

            at = PastSpace(text, at + 1);
        }

        // Nothing at all, or nothing after a separator.
        return names.Count == 0 ? names : null;
    }

    private static string? Plain(string text, char separator, ref int at)
    {
        var start = at;
        while (at < text.Length && text[at] != separator && !IsSpace(text[at]))
        {
            at++;
        }

        return at == start || text[start..at].Contains('\v', StringComparison.Ordinal)
            ? null
            : string.Concat(text[start..at].Select(Folded));
    }

    private static char Folded(char character) =>
        char.IsAsciiLetterUpper(character) ? char.ToLowerInvariant(character) : character;

    private static string? Quoted(string text, ref int at)
    {
        var name = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"' && (++at == text.Length || text[at] != '"'))
            {
                return name.ToString();
            }

            name.Append(text[at]);
        }

        return null;
    }

    private static int PastSpace(string text, int at)
    {
        while (at < text.Length && IsSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsSpace(char character) => character is ' ' or '\t' or '\n' or '\r' or '\f';

    private static string Cut(string name)
    {
        var (length, bytes) = (0, 0);
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxNameBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return name[..length];
    }
}
