using Homeostat.Core.Deciding;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Testing;

namespace Homeostat.Bench.Serve;

/// <summary>Decisions over HTTP, each signed and durable before it is answered, with a generator on the same machine.</summary>
internal static class ServeBench
{
    private const double Rate = 4_000;
    private const int Connections = 48;

    public static async Task<BenchReport> RunAsync(double scale)
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-bench-");
        try
        {
            var report = new BenchReport("serve");
            await MeasureAsync(report, folder.FullName, scale);
            await CerbosPeer.MeasureAsync(report, folder.FullName, Rate, Connections, scale);
            return report
                .AtMost("p50_ms", 2)
                .AtMost("p99_ms", 10)
                .AtLeast("rate_per_s", Rate * 0.995)
                .AtLeast("max_per_s", 6_000);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static TimeSpan Seconds(double seconds, double scale) => TimeSpan.FromSeconds(seconds * scale);

    private static async Task MeasureAsync(BenchReport report, string folder, double scale)
    {
        var clock = TimeProvider.System;
        var estate = GeneratedState.WriteFile(Path.Combine(folder, "estate.tfstate"), Agents.FileResources);
        using var service = await Service.StartAsync(Path.Combine(folder, "data"), estate, clock.GetUtcNow());
        var agents = await Agents.PrepareAsync(service, estate, clock);
        report.Figure("resources_count", (await service.Operator.EstateAsync()).Resources);
        var tally = new Tally(agents);
        using var wire = new Wire(service.Address, Connections);
        await using (var settling = new Settling(service, agents, clock))
        {
            await Console.Error.WriteLineAsync("warming up");
            // Until the runtime has compiled its hot paths a second time.
            await Pace.ClosedAsync(wire, Connections, Seconds(20, scale), tally.Next);
            await Console.Error.WriteLineAsync($"open loop at {Rate:0} a second");
            await OpenAsync(report, service, wire, tally, scale);
            report.Figure("settled_count", settling.Settled);
            await Console.Error.WriteLineAsync("closed loop");
            await ClosedAsync(report, service, wire, tally, scale);
            report.Figure("unsettled_count", settling.Unsettled);
        }

        tally.Check();
        report.Figure("server_memory_mb", service.PeakMemoryMb);
        await service.StopAsync();
        var (logged, bytes) = await LoggedAsync(Path.Combine(folder, "data"));
        report.Figure("acknowledged_count", tally.Acknowledged).Figure("logged_count", logged);
        report.Figure("entry_bytes", bytes);
        report.AtLeast("logged_count", tally.Acknowledged).AtMost("unsettled_count", 0);
    }

    private static async Task OpenAsync(BenchReport report, Service service, Wire wire, Tally tally, double scale)
    {
        var time = Seconds(20, scale);
        var latencies = new Latencies((int)(Rate * time.TotalSeconds));
        var before = service.Spent;
        tally.Into = latencies;
        var took = await Pace.OpenAsync(wire, Rate, time, tally.Next);
        tally.Into = null;
        var spent = service.Spent - before;
        report
            .Figure("rate_per_s", latencies.Count / took)
            .Figure("p50_ms", latencies.Percentile(0.50))
            .Figure("p99_ms", latencies.Percentile(0.99))
            .Figure("p999_ms", latencies.Percentile(0.999))
            .Figure("server_user_us", spent.User / latencies.Count * 1e6)
            .Figure("server_system_us", spent.System / latencies.Count * 1e6);
    }

    private static async Task ClosedAsync(BenchReport report, Service service, Wire wire, Tally tally, double scale)
    {
        var (spent, own, count) = (service.Spent, Environment.CpuUsage.TotalTime, tally.Acknowledged);
        report.Figure("max_per_s", await Pace.ClosedAsync(wire, Connections, Seconds(15, scale), tally.Next));
        count = tally.Acknowledged - count;
        report
            .Figure("max_server_us", (service.Spent - spent).All / count * 1e6)
            .Figure("max_generator_us", (Environment.CpuUsage.TotalTime - own).TotalSeconds / count * 1e6);
    }

    /// <summary>How many decisions the log holds, read when the service has ended, and the mean size of an entry.</summary>
    private static async Task<(int Decisions, double MeanBytes)> LoggedAsync(string folder)
    {
        using var key = SigningKey.Load(Path.Combine(folder, "log.key"));
        using var log = LedgerLog.Open(Path.Combine(folder, "log"), key.Name, key, TimeProvider.System);
        var (decisions, entries, bytes) = (0, 0, 0L);
        await foreach (var entry in log.ReadAsync())
        {
            entries++;
            bytes += entry.Bytes.Length;
            decisions += DecisionEntry.IsDecision(Statement.Parse(entry.Bytes)) ? 1 : 0;
        }

        return (decisions, (double)bytes / entries);
    }
}
