using System.Diagnostics;

namespace Homeostat.Bench.Postgres;

/// <summary>
/// Where the gateway spends its time, by stage: stacks sampled with Debian's linux-perf, each counted for the innermost frame that
/// tells a stage. The runtime names its frames for it, which costs a little itself.
/// </summary>
internal static class Profile
{
    private const int SamplesASecond = 499;
    private const int WarmUpSeconds = 25;

    /// <summary>In this order of preference within one frame; a part of the frame's name, its library included.</summary>
    private static readonly (string Part, string Stage)[] s_stages =
    [
        ("libpg_query", "parse"),
        ("Postgres.Parsing", "parse"),
        ("Postgres.Translating", "translate"),
        ("Postgres.Catalogue", "catalogue"),
        ("Homeostat.Ledger", "log"),
        ("Homeostat.Core", "decide"),
        ("SslStream", "tls"),
        ("libSystem.Security.Cryptography", "tls"),
        ("libssl", "tls"),
        ("libcrypto", "tls"),
        ("Net.Sockets", "socket"),
        ("tcp_", "socket"),
        ("sock_", "socket"),
        ("Postgres.Wire", "wire"),
        ("Postgres.Upstream", "wire"),
        ("Postgres.Sessions", "session"),
        ("libclrgc", "collect"),
        ("gc_heap", "collect"),
        ("libclrjit", "compile"),
        ("ThreadPool", "schedule"),
        ("Homeostat.Gateways", "session"),
    ];

    public static async Task MeasureAsync(BenchReport report, PgBench pgbench, Gateway gateway, int seconds)
    {
        foreach (var load in Load.All)
        {
            // First without looking: what is compiled then is no part of the picture.
            await pgbench.RunAsync(gateway.Entrance, load, WarmUpSeconds);
            var data = Path.GetTempFileName();
            using var perf = Process.Start(
                new ProcessStartInfo(
                    "perf",
                    [
                        "record",
                        "-q",
                        "-e",
                        "cpu-clock",
                        "-F",
                        $"{SamplesASecond}",
                        "-g",
                        "-o",
                        data,
                        "-p",
                        $"{gateway.ProcessId}",
                        "--",
                        "sleep",
                        $"{seconds}",
                    ]
                )
            )!;
            var outcome = await pgbench.RunAsync(gateway.Entrance, load, seconds);
            await perf.WaitForExitAsync();
            await TellAsync(report, load, outcome, data);
            File.Delete(data);
        }
    }

    private static async Task TellAsync(BenchReport report, Load load, Outcome outcome, string data)
    {
        var stages = new Dictionary<string, int>(StringComparer.Ordinal);
        var leaves = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var frames in Samples(await ScriptAsync(data)))
        {
            Add(stages, frames.Select(StageOf).FirstOrDefault(stage => stage is not null) ?? "other");
            Add(leaves, frames[0]);
        }

        var all = (double)stages.Values.Sum();
        var spentUs = outcome.SpentSeconds[Gateway.Name] / outcome.Transactions * 1e6;
        foreach (var (stage, count) in stages.OrderByDescending(pair => pair.Value))
        {
            report.Figure($"{load.Name}_{stage}_stage_us", count / all * spentUs);
        }

        foreach (var (frame, count) in leaves.OrderByDescending(pair => pair.Value).Take(25))
        {
            await Console.Error.WriteLineAsync($"{load.Name} {100 * count / all, 5:0.0} %  {frame}");
        }
    }

    private static async Task<string> ScriptAsync(string data)
    {
        var start = new ProcessStartInfo("perf", ["script", "-i", data, "-F", "ip,sym,dso"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return await Ran.ToEndAsync(start);
    }

    /// <summary>Each sample's frames, the innermost first.</summary>
    private static IEnumerable<List<string>> Samples(string script)
    {
        var frames = new List<string>();
        foreach (var line in script.Split('\n'))
        {
            if (line.Trim() is { Length: > 0 } frame)
            {
                frames.Add(frame[(frame.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            }
            else if (frames.Count > 0)
            {
                yield return frames;
                frames = [];
            }
        }
    }

    private static string? StageOf(string frame)
    {
        foreach (var (part, stage) in s_stages)
        {
            if (frame.Contains(part, StringComparison.Ordinal))
            {
                return stage;
            }
        }

        return null;
    }

    private static void Add(Dictionary<string, int> counts, string key) =>
        counts[key] = counts.GetValueOrDefault(key) + 1;
}
