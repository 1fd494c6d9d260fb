using System.Text.RegularExpressions;
using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>Statements, one after the other in one session, that would do harm if somebody let them through.</summary>
/// <param name="Marks">After <c>--!</c>: <c>psql</c> = only psql can send it; <c>temporary</c> = it makes a temporary table first.</param>
internal sealed record Attack(string File, string Name, IReadOnlyList<string> Statements, IReadOnlyList<string> Marks)
{
    public static IReadOnlyList<string> Files { get; } =
    ["1-hiding.sql", "2-calls.sql", "3-server.sql", "4-objects.sql"];

    public static IReadOnlyList<Attack> All { get; } = [.. Files.SelectMany(Read)];

    public string Script => string.Concat(Statements.Select(statement => $"{statement}\n;\n"));

    public Attack On(Cluster cluster) => this with { Statements = [.. Statements.Select(cluster.Here)] };

    public bool Is(string mark) => Marks.Contains(mark);

    private static IEnumerable<Attack> Read(string file) =>
        Resources
            .Read(file)
            .Split("--- ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => ReadOne(file, text));

    private static Attack ReadOne(string file, string text)
    {
        var lines = text.Split('\n');
        var marks = lines.Skip(1).TakeWhile(line => line.StartsWith("--! ", StringComparison.Ordinal)).ToList();
        var body = string.Join('\n', lines.Skip(1 + marks.Count));
        return new Attack(
            file,
            lines[0],
            [.. Regex.Split(body.Trim('\n'), "\n{2,}", RegexOptions.None, TimeSpan.FromSeconds(1))],
            [.. marks.Select(mark => mark["--! ".Length..])]
        );
    }
}
