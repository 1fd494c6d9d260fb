using System.Globalization;
using System.Text.RegularExpressions;

namespace Homeostat.Bench.Postgres;

/// <summary>What pgbench sends: one of its own two scripts, by the simple protocol or with prepared statements.</summary>
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
    ];

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

    public Task<string> FillAsync(Entrance direct) =>
        Ran.ToEndAsync(direct.Start(Path.Combine(server.Binaries, "pgbench"), "-i", "-q", "-s", "10"));

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
            "-b",
            load.Writes ? "tpcb-like" : "select-only",
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
