using System.Text.RegularExpressions;
using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Bypass;

/// <summary>Statements, one after the other in one session, that would do harm if somebody let them through.</summary>
/// <param name="Marks">After <c>--!</c>: <c>psql</c> = only psql can send it; <c>plain</c> = PostgreSQL itself refuses some of it.</param>
internal sealed record Attack(string Name, IReadOnlyList<string> Statements, IReadOnlyList<string> Marks)
{
    private static readonly string[] Files = ["1-hiding.sql", "2-calls.sql", "3-server.sql", "4-objects.sql"];

    public static IReadOnlyDictionary<string, Attack> All { get; } =
        Files
            .SelectMany(file => Read(Resources.Read(file)))
            .ToDictionary(attack => attack.Name, StringComparer.Ordinal);

    public string Script => string.Concat(Statements.Select(statement => $"{statement}\n;\n"));

    public Attack On(Cluster cluster) => this with { Statements = [.. Statements.Select(cluster.Here)] };

    public bool Is(string mark) => Marks.Contains(mark);

    private static IEnumerable<Attack> Read(string file) =>
        file.Split("--- ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ReadOne);

    private static Attack ReadOne(string text)
    {
        var lines = text.Split('\n');
        var marks = lines.Skip(1).TakeWhile(line => line.StartsWith("--! ", StringComparison.Ordinal)).ToList();
        var body = string.Join('\n', lines.Skip(1 + marks.Count));
        return new Attack(
            lines[0],
            [.. Regex.Split(body.Trim('\n'), "\n{2,}", RegexOptions.None, TimeSpan.FromSeconds(1))],
            [.. marks.Select(mark => mark["--! ".Length..])]
        );
    }
}
