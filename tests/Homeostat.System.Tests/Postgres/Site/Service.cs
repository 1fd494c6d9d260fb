using System.Collections.Concurrent;
using System.Diagnostics;
using Homeostat.Client;
using Homeostat.Testing;

namespace Homeostat.SystemTests.Postgres.Site;

/// <summary>The decision service with its PostgreSQL gateway, as a process of its own that can be killed.</summary>
internal sealed class Service : IAsyncDisposable
{
    private const string SaysListening = "listening on ";
    private const string SaysPostgres = "postgres on ";

    private const int LinesKept = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly bool _isOwnFolder;

    private Service(Process process, string folder, bool isOwnFolder, Uri address, int port)
    {
        (_process, Folder, _isOwnFolder, Port) = (process, folder, isOwnFolder, port);
        _http = new HttpClient { BaseAddress = address };
        Decisions = new Decisions(address, Token, () => string.Join('\n', _said));
    }

    public string Folder { get; }

    public int Port { get; }

    /// <summary>The decisions that it has written since it started.</summary>
    public Decisions Decisions { get; }

    public HomeostatClient Operator => new(_http, Token);

    public bool HasEnded => _process.HasExited;

    public long MemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    private string Token => File.ReadAllText(Path.Combine(Folder, "operator.token")).Trim();

    public static async Task<Service> StartAsync(
        Cluster cluster,
        string? folder = null,
        string overlay = "homeostat.yaml"
    )
    {
        var isOwnFolder = folder is null;
        folder ??= Directory.CreateTempSubdirectory("homeostat-service").FullName;
        var process = Start(folder, cluster, overlay);
        try
        {
            var address = await LineAsync(process, SaysListening);
            var postgres = await LineAsync(process, SaysPostgres);
            var port = int.Parse(postgres[(postgres.LastIndexOf(':') + 1)..]);
            var service = new Service(process, folder, isOwnFolder, new Uri(address), port);
            _ = service.ListenAsync();
            await service.UntilReadyAsync();
            return service;
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>A client of this service that shows the secret of a lease.</summary>
    public HomeostatClient As(string secret) => new(_http, secret);

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        await Decisions.DisposeAsync();
        if (!_process.HasExited)
        {
            Kill();
        }

        _http.Dispose();
        _process.Dispose();
        if (_isOwnFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static Process Start(string folder, Cluster cluster, string overlay)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(
            SharedFolder.Root(),
            "artifacts",
            "bin",
            "Homeostat.Server",
            own.Name,
            "homeostat-server"
        );
        string[] arguments =
        [
            "--data",
            folder,
            "--listen",
            "127.0.0.1:0",
            "--lease-rate",
            "1000000",
            "--overlay",
            Path.Combine(AppContext.BaseDirectory, overlay),
            "--postgres",
            cluster.Url("writer"),
            "--postgres-reader",
            cluster.Url("reader"),
            "--postgres-listen",
            "127.0.0.1:0",
            "--postgres-name",
            "main",
        ];
        return Process.Start(
            new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
    }

    /// <summary>Keeps the last lines that it says, for whoever must find out what went wrong.</summary>
    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _said.Enqueue(line);
            if (_said.Count > LinesKept)
            {
                _said.TryDequeue(out _);
            }
        }
    }

    private static async Task<string> LineAsync(Process process, string says)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.StartsWith(says, StringComparison.Ordinal))
            {
                return line[says.Length..];
            }
        }

        throw new InvalidOperationException($"the service ended before it said '{says}…'");
    }

    private async Task UntilReadyAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (await Operator.ReadyAsync() is { Ready: false } answer)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < Patience,
                $"not ready: {string.Join("; ", answer.Missing)}"
            );
            await Task.Delay(50);
        }
    }
}
