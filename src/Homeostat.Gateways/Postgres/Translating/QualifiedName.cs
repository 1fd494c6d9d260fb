using System.Text;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>Names as they stand inside a text: <c>'"My Schema".tab'::regclass</c>.</summary>
internal static class QualifiedName
{
    /// <summary>The parts, folded as PostgreSQL does; empty where it is no name.</summary>
    public static IReadOnlyList<string> Parse(string text)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var quoted = false;
        var trimmed = text.Trim();
        for (var at = 0; at < trimmed.Length; at++)
        {
            var character = trimmed[at];
            if (character == '"')
            {
                if (quoted && at + 1 < trimmed.Length && trimmed[at + 1] == '"')
                {
                    part.Append('"');
                    at++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (character == '.' && !quoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(quoted ? character : char.ToLowerInvariant(character));
            }
        }

        parts.Add(part.ToString());
        return quoted || parts.Contains("") ? [] : parts;
    }
}
