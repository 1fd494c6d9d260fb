using System.Diagnostics;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Witnessing;

namespace Homeostat.Bench.Ledger;

/// <summary>The stages of the ledger's measurement, in the order in which they use each other's logs.</summary>
internal sealed class LedgerBench(double scale) : IDisposable
{
    private const int WarmPasses = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-bench-").FullName;
    private readonly Load _load = new();
    private double _durable;

    public BenchReport Report { get; } =
        new BenchReport("ledger")
            .AtLeast("durable_per_s", 9_000)
            .AtLeast("batched_per_s", 100_000)
            .AtMost("p50_ms", 2)
            .AtMost("p99_ms", 10)
            .AtMost("witnessed_p99_ms", 50)
            .AtLeast("replay_per_s", 1_000_000)
            .AtLeast("audit_per_s", 20_000)
            .AtMost("open_10m_ms", 1_000)
            .AtMost("memory_10m_to_100k", 1.1);

    public async Task RunAsync(IReadOnlyCollection<string> stages)
    {
        var work = new (string Name, Func<Task> Run)[]
        {
            ("durable", DurableAsync),
            ("batched", BatchedAsync),
            ("latency", LatencyAsync),
            ("witnessed", WitnessedAsync),
            ("reading", ReadingAsync),
            ("open", OpenAsync),
            ("peers", PeersAsync),
        };
        Report.Figure("lone_fsyncs_per_s", Disk.FsyncsPerSecond(_folder));
        foreach (var (_, run) in work.Where(stage => stages.Contains(stage.Name)))
        {
            await run();
        }
    }

    public void Dispose()
    {
        _load.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private int Scaled(int count) => (int)(count * scale);

    private string Folder(string name) => Path.Combine(_folder, name);

    private LedgerLog Open(string name) => LedgerLog.Open(Folder(name), Load.Origin, _load.Key, TimeProvider.System);

    private async Task DurableAsync()
    {
        using var log = Open("durable");
        await Load.ClosedLoop(log, _load.Singles(Scaled(5_000)), 512);
        var entries = _load.Singles(Scaled(80_000));
        var (syncs, cpu, watch) = (log.JournalSyncs, Cpu(), Stopwatch.StartNew());
        _durable = await Load.ClosedLoop(log, entries, 512);
        var (spent, took) = (Cpu() - cpu, watch.Elapsed.TotalSeconds);
        Report
            .Figure("entry_bytes", entries[0].Length)
            .Figure("durable_per_s", _durable)
            .Figure("durable_cpu_us", spent / entries.Length * 1e6)
            .Figure("durable_cpu_cores", spent / took)
            .Figure("durable_fsyncs_per_s", (log.JournalSyncs - syncs) / took);
    }

    private async Task BatchedAsync()
    {
        using var log = Open("batched");
        var batches = _load.Batches(Scaled(6_000), 64);
        var warm = batches.Length / 10;
        await Load.ClosedLoop(log, batches[..warm], 32);
        var cpu = Cpu();
        Report
            .Figure("batched_per_s", await Load.ClosedLoop(log, batches[warm..], 32))
            .Figure("batched_cpu_us", (Cpu() - cpu) / (batches.Length - warm) / 64 * 1e6);
    }

    private async Task LatencyAsync()
    {
        using var log = Open("latency");
        var entries = _load.Singles(Scaled(50_000));
        await Load.ClosedLoop(log, _load.Singles(Scaled(5_000)), 64);
        var (syncs, cpu, watch) = (log.JournalSyncs, Cpu(), Stopwatch.StartNew());
        var outcome = await OpenLoop.RunAsync(entries.Length, 5000, async i => await log.AppendAsync(entries[i]));
        var took = watch.Elapsed.TotalSeconds;
        Report
            .Figure("p50_ms", outcome.At(0.5))
            .Figure("p99_ms", outcome.At(0.99))
            .Figure("latency_cpu_cores", (Cpu() - cpu) / took)
            .Figure("latency_fsyncs_per_s", (log.JournalSyncs - syncs) / took)
            .Figure("generator_cpu_cores", outcome.GeneratorCores);
    }

    private async Task WitnessedAsync()
    {
        await using var witnesses = new LocalWitnesses();
        using var log = Open("witnessed");
        var policy = await witnesses.StartAsync(Folder("witnesses"), _load.Key.VerifierKey);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        await using var collector = new WitnessCollector(
            log,
            new WitnessClient(policy, http, TimeProvider.System),
            TimeProvider.System
        );
        var (warm, entries) = (_load.Singles(1_000), _load.Singles(Scaled(6_000)));
        await OpenLoop.RunAsync(warm.Length, 500, i => Witness(warm[i]));
        var outcome = await OpenLoop.RunAsync(entries.Length, 500, i => Witness(entries[i]));
        Report.Figure("witnessed_p50_ms", outcome.At(0.5)).Figure("witnessed_p99_ms", outcome.At(0.99));

        async ValueTask Witness(ReadOnlyMemory<byte> entry) =>
            await collector.WitnessAsync(await log.AppendAsync(entry));
    }

    private Task ReadingAsync()
    {
        var key = _load.Key.VerifierKey.ToString();
        Rate("replay", "batched", signatures: false);
        Rate("audit", "durable", signatures: true);
        var watch = Stopwatch.StartNew();
        Open("batched").Dispose();
        Report.Figure("reopen_ms", watch.Elapsed.TotalMilliseconds);
        return Task.CompletedTask;

        void Rate(string figure, string name, bool signatures)
        {
            // The runtime compiles this code a second time only when it has run for a while; a large log is read with the second version.
            for (var pass = 0; pass < WarmPasses; pass++)
            {
                LedgerVerifier.Verify(Folder(name), key, signatures);
            }

            var (timer, before, entries) = (Stopwatch.StartNew(), Cpu(), 0L);
            VerificationReport report;
            do
            {
                report = LedgerVerifier.Verify(Folder(name), key, signatures);
                entries += report.Entries;
            } while (report.IsGood && timer.Elapsed.TotalSeconds < 2);

            var (took, spent) = (timer.Elapsed.TotalSeconds, Cpu() - before);
            Report.Figure($"{figure}_per_s", entries / took).Figure($"{figure}_cpu_us", spent / entries * 1e6);
            if (!report.IsGood)
            {
                throw new InvalidOperationException(report.First!.ToString());
            }
        }
    }

    // Never scaled: what is asked is how opening does on a log of ten million, and whether it holds more than on one of a hundredth.
    private async Task OpenAsync()
    {
        var entries = _load.Singles(2_000);
        var (_, small) = await OpenedAsync("small", 100_000, entries);
        var (took, large) = await OpenedAsync("large", 10_000_000, entries);
        Report
            .Figure("open_10m_ms", took)
            .Figure("memory_100k_kb", small)
            .Figure("memory_10m_kb", large)
            // A difference that is not positive says nothing, and so meets nothing.
            .Ratio("memory_10m_to_100k", small > 0 ? large / small : double.MaxValue);
    }

    // Kilobytes are what the open log keeps on the managed heap after some appends.
    /// <summary>What is kept once finalizers have let go of what earlier stages held, pooled buffers included.</summary>
    private static long Settled()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private async Task<(double Ms, double Kilobytes)> OpenedAsync(string name, int size, ReadOnlyMemory<byte>[] entries)
    {
        LargeLog.Write(Folder(name), _load.Key, size);
        var before = Settled();
        var watch = Stopwatch.StartNew();
        using var log = Open(name);
        var took = watch.Elapsed.TotalMilliseconds;
        if (log.Size != size)
        {
            throw new InvalidOperationException($"{log.Size} of {size} entries are there");
        }

        await Load.ClosedLoop(log, entries, 64);
        await log.PublishedAsync(log.Size);
        return (took, (Settled() - before) / 1024.0);
    }

    private async Task PeersAsync()
    {
        Compare("sqlite_wal_full", Peers.Sqlite(_folder, _load.Singles(Scaled(3_000))));
        var entries = _load.Singles(Scaled(4_000));
        if (Environment.GetEnvironmentVariable("HOMEOSTAT_BENCH_POSTGRES") is { } other)
        {
            Compare("postgres", await Peers.PostgresAsync(other, entries));
            return;
        }

        await using var server = await PostgresServer.TryStartAsync();
        if (server is not null)
        {
            Compare($"postgres_{server.Version}", await Peers.PostgresAsync(server.ConnectionString, entries));
        }
    }

    private void Compare(string peer, double perSecond)
    {
        Report.Peer(peer, "durable_per_s", perSecond);
        if (_durable > 0)
        {
            Report.Ratio($"durable_to_{peer}", _durable / perSecond);
        }
    }

    private static double Cpu()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }
}
