namespace Homeostat.Bench.Postgres;

/// <summary>
/// pgbench through the gateway, through PgBouncer and straight to the server: the same TLS towards the clients, one session of the server for each
/// of theirs, one after another in each round so that what else the machine does meets them all.
/// </summary>
internal sealed class PostgresBench(double scale, HashSet<string>? only) : IAsyncDisposable
{
    private const int Rounds = 3;
    private const int Seconds = 6;
    private const int ShortestSeconds = 3;
    private const int GatewayWarmUpSeconds = 25;

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-bench-").FullName;
    private readonly Figures _figures = new();
    private PostgresServer? _server;
    private PgBouncer? _bouncer;
    private Gateway? _gateway;
    private (string Chain, string Key) _certificate;
    private long _writes;
    private long _reads;

    public BenchReport Report { get; } = new("postgres");

    public async Task RunAsync()
    {
        var direct = await StartAsync();
        var entrances = await EntrancesAsync(direct);
        foreach (var entrance in entrances)
        {
            await Console.Error.WriteLineAsync($"{entrance.Name}: {await TlsAsync(entrance)}");
        }

        await MeasureAsync(direct, entrances);
        _figures.Tell(Report, entrances);
        if (_gateway is not null)
        {
            await FinishAsync(direct, _gateway);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_bouncer is not null)
        {
            await _bouncer.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private PostgresServer Server => _server ?? throw new InvalidOperationException("the server is not started");

    private PgBench PgBench => new(Server, Folder("pgbench"));

    /// <summary>The server, filled.</summary>
    private async Task<Entrance> StartAsync()
    {
        await PostgresServer.GiveAsync(_folder);
        var port = FreePort.Find();
        _certificate = await Certificate.WriteAsync(Folder("tls"));
        string[] settings =
        [
            $"listen_addresses={Entrance.Host}",
            $"port={port}",
            "ssl=on",
            $"ssl_cert_file={_certificate.Chain}",
            $"ssl_key_file={_certificate.Key}",
            "shared_buffers=256MB",
            "max_connections=700",
            "autovacuum=off",
        ];
        _server =
            await PostgresServer.TryStartAsync(settings)
            ?? throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql-15");
        var nothing = new Dictionary<string, Func<Spent>>(StringComparer.Ordinal);
        var direct = new Entrance("direct", port, PostgresServer.User, "none", nothing);
        await Ran.ToEndAsync(direct.Start(Program("createdb"), Entrance.Database));
        await PgBench.FillAsync(direct);
        return direct;
    }

    private async Task<IReadOnlyList<Entrance>> EntrancesAsync(Entrance direct)
    {
        var entrances = new List<Entrance>();
        if (Wants("direct"))
        {
            entrances.Add(direct);
        }

        if (Wants("pgbouncer"))
        {
            _bouncer = await PgBouncer.TryStartAsync(Folder("pgbouncer"), direct.Port, _certificate);
            if (_bouncer is null)
            {
                await Console.Error.WriteLineAsync("the peer is left out: apt-get install pgbouncer");
            }
            else
            {
                entrances.Add(_bouncer.Entrance);
            }
        }

        if (Wants("gateway") || Wants("idle") || Wants("cuts") || Wants("profile"))
        {
            _gateway = await Gateway.StartAsync(Folder("gateway"), direct.Port, Wants("profile"));
        }

        if (_gateway is not null && Wants("gateway"))
        {
            entrances.Add(_gateway.Entrance);
        }

        return entrances;
    }

    /// <summary>In each round every load meets every entrance, and another one is the first.</summary>
    private async Task MeasureAsync(Entrance direct, IReadOnlyList<Entrance> entrances)
    {
        var seconds = Math.Max(ShortestSeconds, (int)Math.Round(Seconds * scale));
        foreach (var (entrance, load) in entrances.SelectMany(entrance => Load.All.Select(load => (entrance, load))))
        {
            // Until the runtime has compiled its hot paths a second time, which takes it longer than the server to have its pages.
            var warmUp = entrance.Name == Gateway.Name ? GatewayWarmUpSeconds : seconds;
            Count(entrance, load, await PgBench.RunAsync(entrance, load, warmUp));
        }

        for (var round = 0; round < Rounds && entrances.Count > 0; round++)
        {
            await Console.Error.WriteLineAsync($"round {round + 1}");
            foreach (var load in Load.All)
            {
                await TidyAsync(direct);
                for (var at = 0; at < entrances.Count; at++)
                {
                    var entrance = entrances[(at + round) % entrances.Count];
                    var outcome = await PgBench.RunAsync(entrance, load, seconds);
                    Count(entrance, load, outcome);
                    _figures.Add(entrance, load, outcome);
                }
            }
        }
    }

    /// <summary>What the runs before left behind weighs on nobody.</summary>
    private Task<string> TidyAsync(Entrance direct) =>
        PsqlAsync(direct, "vacuum pgbench_branches, pgbench_tellers, pgbench_accounts", "checkpoint");

    private void Count(Entrance entrance, Load load, Outcome outcome)
    {
        if (entrance.Name == Gateway.Name)
        {
            _writes += load.Writes ? outcome.Transactions * Load.WritesOfTpcb : 0;
            _reads += outcome.Transactions;
        }
    }

    /// <summary>The log must hold a permit for every write that pgbench was told of.</summary>
    private async Task FinishAsync(Entrance direct, Gateway gateway)
    {
        if (Wants("profile"))
        {
            await Profile.MeasureAsync(Report, PgBench, gateway, Math.Max(ShortestSeconds, (int)(Seconds * scale)));
        }

        if (Wants("idle"))
        {
            await IdleSessions.MeasureAsync(Report, gateway);
        }

        if (Wants("cuts"))
        {
            await Cuts.MeasureAsync(Report, gateway, direct);
        }

        var (writes, reads) = await gateway.StopAsync();
        Report.Figure("write_permits_logged_count", writes).Figure("write_statements_count", _writes);
        Report.Figure("reads_logged_count", reads).Figure("read_statements_count", _reads);
        Report.AtLeast("write_permits_logged_count", _writes).AtLeast("reads_logged_count", _reads);
    }

    /// <summary>As the connection itself says; one without TLS ends the measurement.</summary>
    private async Task<string> TlsAsync(Entrance entrance)
    {
        var told = await PsqlAsync(entrance, "\\conninfo");
        var at = told.IndexOf("SSL connection", StringComparison.Ordinal);
        return at >= 0
            ? told[at..].Trim()
            : throw new InvalidOperationException($"{entrance.Name} is reached without TLS: {told}");
    }

    private Task<string> PsqlAsync(Entrance entrance, params string[] commands) =>
        Ran.ToEndAsync(
            entrance.Start(
                Program("psql"),
                ["-X", "-q", "-t", .. commands.SelectMany(command => new[] { "-c", command })]
            )
        );

    private string Program(string name) => Path.Combine(Server.Binaries, name);

    private bool Wants(string what) => only?.Contains(what) ?? what != "profile";

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
}
