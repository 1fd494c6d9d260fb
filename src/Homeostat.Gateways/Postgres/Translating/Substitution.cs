using System.Globalization;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>
/// What goes to the server in the place of a statement that says IF EXISTS of what the catalogue lacks: the same command,
/// and instead of each such name one that nothing can have. By its own name nothing is forwarded that was not judged:
/// somebody else could make it between the decision and the run.
/// </summary>
/// <param name="Form">The text, with <see cref="Mark"/> and a number on both sides of which it stands for each such name.</param>
/// <param name="Notices">By that number: what the server would have said of the names that it stands for.</param>
internal sealed record Substitution(string Form, IReadOnlyList<IReadOnlyList<string>> Notices)
{
    /// <summary>In no text: the parser refuses it.</summary>
    private const char Mark = '\0';

    public static string Name(int number) => $"{Mark}{number.ToString(CultureInfo.InvariantCulture)}{Mark}";

    public string Render(Func<int, string> nameOf)
    {
        var parts = Form.Split(Mark);
        for (var at = 1; at < parts.Length; at += 2)
        {
            parts[at] = Quote(nameOf(int.Parse(parts[at], CultureInfo.InvariantCulture)));
        }

        return string.Concat(parts);
    }

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Quote(string schema, string name) => $"{Quote(schema)}.{Quote(name)}";
}
