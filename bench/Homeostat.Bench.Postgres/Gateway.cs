using System.Diagnostics;
using System.Formats.Cbor;
using System.Net;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Testing;

namespace Homeostat.Bench.Postgres;

/// <summary>The service with its PostgreSQL gateway, as a process of its own, and a lease for everything in the database.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    public const string Name = "gateway";

    private const string Http = "listening on ";
    private const string Postgres = "postgres on ";
    private const string Lease = "bench";

    private readonly string _data;
    private readonly Process _process;
    private readonly int _port;
    private readonly HttpClient _http;
    private HomeostatClient? _operator;
    private string _secret = "";

    private Gateway(string data, Process process, Uri http, int port) =>
        (_data, _process, _http, _port) = (data, process, new HttpClient { BaseAddress = http }, port);

    public int ProcessId => _process.Id;

    public Entrance Entrance => Through(Lease, _secret);

    private HomeostatClient Operator => _operator ?? throw new InvalidOperationException("the service is not ready");

    /// <summary>The way that another lease opens.</summary>
    public async Task<Entrance> LendAsync(string lease) => Through(lease, await GrantAsync(lease));

    public Task RevokeAsync(string lease) => Operator.RevokeAsync(lease);

    private Entrance Through(string lease, string secret) =>
        new(
            Name,
            _port,
            lease,
            secret,
            new Dictionary<string, Func<Spent>>(StringComparer.Ordinal) { [Name] = () => Spent.Of(_process) }
        );

    public static async Task<Gateway> StartAsync(string folder, int postgres, bool isProfiled)
    {
        var data = Path.Combine(folder, "data");
        var overlay = Path.Combine(folder, "homeostat.yaml");
        await File.WriteAllTextAsync(overlay, "version: 1\n");
        var process = Process.Start(Start(data, overlay, postgres, isProfiled))!;
        var http = await NextAsync(process, Http);
        var gateway = new Gateway(
            data,
            process,
            new Uri(http),
            IPEndPoint.Parse(await NextAsync(process, Postgres)).Port
        );
        _ = process.StandardOutput.ReadToEndAsync();
        await gateway.UntilReadyAsync();
        gateway._secret = await gateway.GrantAsync(Lease);
        return gateway;
    }

    /// <summary>What the process holds of memory.</summary>
    public double ResidentMb() =>
        long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status")
                .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]
        ) / 1024.0;

    /// <summary>Ends it as an operator does, and counts what its log says was permitted.</summary>
    public async Task<(long Writes, long Reads)> StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the service ended with {_process.ExitCode}");
        }

        using var key = SigningKey.Load(Path.Combine(_data, "log.key"));
        using var log = LedgerLog.Open(Path.Combine(_data, "log"), key.Name, key, TimeProvider.System);
        var (writes, reads) = (0L, 0L);
        await foreach (var entry in log.ReadAsync())
        {
            var statement = Statement.Parse(entry.Bytes);
            writes += DecisionEntry.IsDecision(statement) && IsPermit(DecisionEntry.Read(statement)) ? 1 : 0;
            reads += statement.Header.ContentType.Contains("reads", StringComparison.Ordinal) ? CountOf(statement) : 0;
        }

        return (writes, reads);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
    }

    private static bool IsPermit(DecisionEntry entry) =>
        entry is { Verdict: Verdict.Allow, Permit: not null, Lease: Lease };

    private static long CountOf(Statement statement)
    {
        var reader = new CborReader(statement.Payload);
        for (var left = reader.ReadStartMap(); left > 0; left--)
        {
            if (reader.ReadTextString() == "count")
            {
                return reader.ReadInt64();
            }

            reader.SkipValue();
        }

        return 0;
    }

    private static ProcessStartInfo Start(string data, string overlay, int postgres, bool isProfiled)
    {
        var program = Path.Combine(SharedFolder.Root(), "artifacts/cli/homeostat-server");
        string[] arguments =
        [
            "--data",
            data,
            "--listen",
            "127.0.0.1:0",
            "--overlay",
            overlay,
            "--postgres",
            $"postgres://{PostgresServer.User}@{Entrance.Host}:{postgres}/{Entrance.Database}?sslmode=disable",
            "--postgres-listen",
            "127.0.0.1:0",
            "--stops-with-input",
            "true",
        ];
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (isProfiled)
        {
            // perf finds the names of frames in memory that is mapped once.
            start.Environment["DOTNET_PerfMapEnabled"] = "1";
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        }

        return start;
    }

    private static async Task<string> NextAsync(Process process, string prefix)
    {
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.StartsWith(prefix, StringComparison.Ordinal) == true
            ? line[prefix.Length..]
            : throw new InvalidOperationException($"the service did not say '{prefix}…': {line}");
    }

    private async Task UntilReadyAsync()
    {
        while (!(await _http.GetAsync("readyz")).IsSuccessStatusCode)
        {
            await Task.Delay(50);
        }

        var token = await File.ReadAllTextAsync(Path.Combine(_data, "operator.token"));
        _operator = new HomeostatClient(_http, token.Trim());
    }

    private async Task<string> GrantAsync(string lease)
    {
        var granted = await Operator.GrantAsync(
            new GrantBody
            {
                Id = lease,
                Agent = $"agent-{lease}",
                Purpose = "measure",
                LifeSeconds = 4 * 60 * 60,
                Cone = new ConeBody
                {
                    Operations = ["all"],
                    Where = new SelectorBody { Ids = ["pg:main/bench*"] },
                    Manner = "irreversible-with-critics",
                    Amounts = new AmountsBody
                    {
                        Resources = 1_000_000,
                        Rows = 1_000_000,
                        Irreversible = 1_000_000,
                        PerMinute = 1_000_000,
                        Outstanding = 1_000_000,
                    },
                },
            }
        );
        return granted.Secret!;
    }
}
