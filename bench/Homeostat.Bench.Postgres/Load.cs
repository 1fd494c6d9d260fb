using System.Globalization;
using System.Text.RegularExpressions;

namespace Homeostat.Bench.Postgres;

/// <summary>What pgbench sends: one of its own two scripts, or the second with its writes left out, by the simple protocol or with prepared statements.</summary>
internal sealed record Load(string Script, string Mode)
{
    /// <summary>UPDATE three times and INSERT once.</summary>
    public const int WritesOfTpcb = 4;

    public static readonly Load[] All =
    [
        new("select", "simple"),
        new("select", "prepared"),
        new("tpcb", "simple"),
        new("tpcb", "prepared"),
        new("looks", "prepared"),
    ];

    /// <summary>As many messages as TPC-B's, to the same tables: what is left of its cost where nothing has to be decided before it is done.</summary>
    public const string LooksScript = """
        \set aid random(1, 100000 * :scale)
        \set bid random(1, 1 * :scale)
        \set tid random(1, 10 * :scale)
        BEGIN;
        SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
        SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
        SELECT tbalance FROM pgbench_tellers WHERE tid = :tid;
        SELECT bbalance FROM pgbench_branches WHERE bid = :bid;
        SELECT tbalance FROM pgbench_tellers WHERE tid = :tid;
        END;
        """;

    /// <summary>Of PgBouncer's throughput; null where nothing is asked for.</summary>
    public static double? Floor(string script) =>
        script switch
        {
            "select" => 0.7,
            "tpcb" => 0.55,
            _ => null,
        };

    public string Name => $"{Script}_{Mode}";

    public bool Writes => Script == "tpcb";
}

/// <summary>What one run of pgbench came to; processor time in seconds.</summary>
internal sealed record Outcome(
    double Tps,
    double P50Ms,
    long Transactions,
    IReadOnlyDictionary<string, double> SpentSeconds
);

/// <summary>Debian's pgbench, eight clients on one thread.</summary>
internal sealed partial class PgBench(PostgresServer server, string folder)
{
    private const int Clients = 8;
    private const double LoggedShare = 0.05;
    private const string Scale = "10";

    public Task<string> FillAsync(Entrance direct) =>
        Ran.ToEndAsync(direct.Start(Path.Combine(server.Binaries, "pgbench"), "-i", "-q", "-s", Scale));

    public async Task<Outcome> RunAsync(Entrance entrance, Load load, int seconds)
    {
        var log = Path.Combine(folder, "pgbench-log");
        string[] arguments =
        [
            "-n",
            "-c",
            $"{Clients}",
            "-j",
            "1",
            "-T",
            $"{seconds}",
            "-M",
            load.Mode,
            .. Script(load),
            "-l",
            $"--sampling-rate={LoggedShare.ToString(CultureInfo.InvariantCulture)}",
            $"--log-prefix={log}",
        ];
        var before = Spending(entrance);
        var told = await Ran.ToEndAsync(entrance.Start(Path.Combine(server.Binaries, "pgbench"), arguments));
        var after = Spending(entrance);
        if (!NoneFailed().IsMatch(told))
        {
            throw new InvalidOperationException($"{entrance.Name} {load.Name}: transactions failed: {told}");
        }

        return new Outcome(
            Number(Tps(), told),
            Median(log),
            (long)Number(Processed(), told),
            after.ToDictionary(pair => pair.Key, pair => pair.Value - before[pair.Key])
        );
    }

    private string[] Script(Load load)
    {
        switch (load.Script)
        {
            case "select":
                return ["-b", "select-only"];
            case "tpcb":
                return ["-b", "tpcb-like"];
            default:
                var file = Path.Combine(folder, "looks.sql");
                File.WriteAllText(file, Load.LooksScript);
                return ["-f", file, "-s", Scale];
        }
    }

    private Dictionary<string, double> Spending(Entrance entrance)
    {
        var spent = entrance.Spent.ToDictionary(pair => pair.Key, pair => pair.Value().All);
        spent["postgres"] = Spent.OfFamily(server.ProcessId).All;
        spent["pgbench"] = Spent.OfEndedChildren(Environment.ProcessId).All;
        return spent;
    }

    /// <summary>Of the logged share of the transactions; the third field of a line is a time in microseconds.</summary>
    private double Median(string prefix)
    {
        var times = new List<double>();
        foreach (var file in Directory.GetFiles(folder, $"{Path.GetFileName(prefix)}.*"))
        {
            times.AddRange(
                File.ReadLines(file).Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture))
            );
            File.Delete(file);
        }

        times.Sort();
        return times.Count == 0 ? double.NaN : times[times.Count / 2] / 1000;
    }

    private static double Number(Regex regex, string told) =>
        regex.Match(told) is { Success: true } match
            ? double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"pgbench did not come to an end: {told}");

    [GeneratedRegex(@"^tps = (?<number>[\d.]+) ", RegexOptions.Multiline, 1000)]
    private static partial Regex Tps();

    [GeneratedRegex(@"^number of transactions actually processed: (?<number>\d+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Processed();

    [GeneratedRegex(@"^number of failed transactions: 0 ", RegexOptions.Multiline, 1000)]
    private static partial Regex NoneFailed();
}
