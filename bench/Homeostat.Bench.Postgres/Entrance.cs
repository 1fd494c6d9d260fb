using System.Diagnostics;

namespace Homeostat.Bench.Postgres;

/// <summary>A way to the database, and who comes that way.</summary>
/// <param name="Spent">Processor time of what stands on the way, by process; empty where nothing does.</param>
internal sealed record Entrance(
    string Name,
    int Port,
    string User,
    string Password,
    IReadOnlyDictionary<string, Func<Spent>> Spent
)
{
    public const string Database = "bench";
    public const string Host = "127.0.0.1";

    /// <summary>Whoever comes, comes over TLS.</summary>
    public ProcessStartInfo Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private IEnumerable<(string, string)> Variables() =>
        [
            ("PGHOST", Host),
            ("PGPORT", $"{Port}"),
            ("PGUSER", User),
            ("PGPASSWORD", Password),
            ("PGDATABASE", Database),
            ("PGSSLMODE", "require"),
            ("PGGSSENCMODE", "disable"),
        ];
}
