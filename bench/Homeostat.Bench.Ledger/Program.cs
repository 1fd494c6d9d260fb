using System.Diagnostics;
using System.Text.Json;
using Homeostat.Bench.Ledger;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Witnessing;

// Measures the ledger on this machine and prints one JSON line. Usage: ledger [SCALE]; HOMEOSTAT_BENCH_POSTGRES is a connection string.
var scale = args.Length > 1 ? double.Parse(args[1]) : 1.0;
var folder = Directory.CreateTempSubdirectory("homeostat-bench-").FullName;
var figures = new SortedDictionary<string, double>(StringComparer.Ordinal);
var peers = new SortedDictionary<string, double>(StringComparer.Ordinal);
using var load = new Load();
try
{
    await Durable();
    await Batched();
    await Latency();
    await Witnessed();
    Reading();
    OpenLarge();
    Compare(
        await Peers.PostgresAsync(
            Environment.GetEnvironmentVariable("HOMEOSTAT_BENCH_POSTGRES"),
            load.Singles(Scaled(4_000))
        )
    );
}
finally
{
    Directory.Delete(folder, recursive: true);
}

Print();
return 0;

int Scaled(int count) => (int)(count * scale);

LedgerLog Open(string name) => LedgerLog.Open(Path.Combine(folder, name), Load.Origin, load.Key, TimeProvider.System);

async Task Durable()
{
    using var log = Open("durable");
    await Load.ClosedLoop(log, load.Singles(Scaled(5_000)), 512);
    var entries = load.Singles(Scaled(80_000));
    figures["entry_bytes"] = entries[0].Length;
    var (syncs, cpu, watch) = (log.JournalSyncs, Cpu(), Stopwatch.StartNew());
    figures["durable_per_s"] = await Load.ClosedLoop(log, entries, 512);
    var spent = Cpu() - cpu;
    figures["durable_cpu_us"] = spent / entries.Length * 1e6;
    figures["durable_fsyncs_per_s"] = (log.JournalSyncs - syncs) / watch.Elapsed.TotalSeconds;
    figures["durable_cpu_cores"] = spent / watch.Elapsed.TotalSeconds;
}

async Task Batched()
{
    using var log = Open("batched");
    var batches = load.Batches(Scaled(6_000), 64);
    await Load.ClosedLoop(log, batches[..(batches.Length / 10)], 32);
    var cpu = Cpu();
    figures["batched_per_s"] = await Load.ClosedLoop(log, batches[(batches.Length / 10)..], 32);
    figures["batched_cpu_us"] = (Cpu() - cpu) / (batches.Length - (batches.Length / 10)) / 64 * 1e6;
}

async Task Latency()
{
    using var log = Open("latency");
    var entries = load.Singles(Scaled(50_000));
    await Load.ClosedLoop(log, load.Singles(Scaled(5_000)), 64);
    var latencies = await Load.OpenLoop(entries.Length, 5000, async i => await log.AppendAsync(entries[i]));
    figures["p50_ms"] = latencies[latencies.Length / 2];
    figures["p99_ms"] = latencies[(int)(latencies.Length * 0.99)];
}

async Task Witnessed()
{
    await using var witnesses = new LocalWitnesses();
    using var log = Open("witnessed");
    var policy = await witnesses.StartAsync(Path.Combine(folder, "witnesses"), load.Key.VerifierKey);
    using var http = new HttpMessageInvoker(new SocketsHttpHandler());
    await using var collector = new WitnessCollector(
        log,
        new WitnessClient(policy, http, TimeProvider.System),
        TimeProvider.System
    );
    var entries = load.Singles(Scaled(6_000));
    await Load.OpenLoop(Scaled(500), 500, async i => await collector.WitnessAsync(await log.AppendAsync(entries[i])));
    var latencies = await Load.OpenLoop(
        entries.Length - Scaled(500),
        500,
        async i => await collector.WitnessAsync(await log.AppendAsync(entries[i + Scaled(500)]))
    );
    figures["witnessed_p50_ms"] = latencies[latencies.Length / 2];
    figures["witnessed_p99_ms"] = latencies[(int)(latencies.Length * 0.99)];
}

void Reading()
{
    var key = load.Key.VerifierKey.ToString();
    figures["replay_per_s"] = Rate("batched", signatures: false, "replay_cpu_us");
    figures["audit_per_s"] = Rate("durable", signatures: true, "audit_cpu_us");
    var watch = Stopwatch.StartNew();
    Open("batched").Dispose();
    figures["reopen_ms"] = watch.Elapsed.TotalMilliseconds;

    double Rate(string name, bool signatures, string cpu)
    {
        LedgerVerifier.Verify(Path.Combine(folder, name), key, signatures);
        var (timer, before) = (Stopwatch.StartNew(), Cpu());
        var report = LedgerVerifier.Verify(Path.Combine(folder, name), key, signatures);
        return report.IsGood
            ? report.Entries / timer.Elapsed.TotalSeconds
            : throw new InvalidOperationException(report.First!.ToString());
    }
}

void OpenLarge()
{
    var size = Scaled(10_000_000);
    LargeLog.Write(Path.Combine(folder, "large"), load.Key, size);
    var watch = Stopwatch.StartNew();
    using (var log = Open("large"))
    {
        figures["open_10m_ms"] =
            log.Size == size
                ? watch.Elapsed.TotalMilliseconds
                : throw new InvalidOperationException("not all of it is there");
    }
}

double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

void Compare(double? postgres)
{
    peers["sqlite_wal_full_per_s"] = Peers.Sqlite(folder, load.Singles(Scaled(3_000)));
    if (postgres is { } rate)
    {
        peers["postgres_fsync_per_s"] = rate;
    }
}

void Print()
{
    var floors = new SortedDictionary<string, double>(StringComparer.Ordinal)
    {
        ["durable_per_s"] = 9_000,
        ["batched_per_s"] = 100_000,
        ["p50_ms"] = 2,
        ["p99_ms"] = 10,
        ["witnessed_p99_ms"] = 50,
        ["replay_per_s"] = 1_000_000,
        ["audit_per_s"] = 20_000,
        ["open_10m_ms"] = 1_000,
    };
    var met = floors.All(floor =>
        floor.Key.EndsWith("_ms", StringComparison.Ordinal)
            ? figures[floor.Key] <= floor.Value
            : figures[floor.Key] >= floor.Value
    );
    var ratios = peers.ToDictionary(
        peer => $"durable_to_{peer.Key}",
        peer => Math.Round(figures["durable_per_s"] / peer.Value, 2)
    );
    var rounded = figures.ToDictionary(figure => figure.Key, figure => Math.Round(figure.Value, 2));
    Console.WriteLine(
        JsonSerializer.Serialize(
            new
            {
                name = "ledger",
                figures = rounded,
                peers,
                ratios,
                targets = floors,
                met,
            }
        )
    );
}
