using System.Net;
using System.Net.Sockets;

namespace Homeostat.SystemTests.Postgres.Site;

/// <summary>
/// A PostgreSQL 15 with a standby. The roles that the gateway connects as are superusers: nothing but the gateway stands
/// between an agent and what the tests protect.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-site").FullName;
    private readonly int _port = FreePort();
    private readonly int _standbyPort = FreePort();

    private Cluster() { }

    public static string? WhyNot =>
        File.Exists($"{Programs.Folder}/postgres") && File.Exists($"{Programs.Folder}/pgbench")
            ? null
            : "PostgreSQL 15 is not installed";

    /// <summary>Where attacks that write files would write them.</summary>
    public string Loot => $"{_folder}/loot";

    public static async Task<Cluster> StartAsync()
    {
        var cluster = new Cluster();
        await cluster.InitializeAsync();
        return cluster;
    }

    /// <summary>Past the gateway, through the socket and without a password.</summary>
    public Door Owner(string database) => new(_folder, _port, "postgres", "", database);

    /// <summary>Past the gateway, as the role that the gateway connects as.</summary>
    public Door Direct(string database) => new("127.0.0.1", _port, "writer", "writer-pw", database);

    public string Url(string role) => $"postgres://{role}:{role}-pw@127.0.0.1:{_port}/postgres";

    public Task StartAgainAsync() =>
        Programs.ServerAsync("pg_ctl", "-s", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "start");

    /// <summary>As a power cut would.</summary>
    public Task CrashAsync() =>
        Programs.ServerAsync("pg_ctl", "-s", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");

    public async ValueTask DisposeAsync()
    {
        foreach (var data in new[] { "standby", "data" }.Where(data => File.Exists($"{_folder}/{data}/postmaster.pid")))
        {
            await Programs.ServerAsync("pg_ctl", "-s", "-D", $"{_folder}/{data}", "-m", "immediate", "-w", "stop");
        }

        Directory.Delete(_folder, recursive: true);
    }

    public string Data => $"{_folder}/data";

    private async Task InitializeAsync()
    {
        Directory.CreateDirectory(Loot);
        if (Environment.IsPrivilegedProcess)
        {
            var ran = await Programs.RunAsync("chown", ["-R", "postgres", _folder]);
            Assert.True(ran.Code == 0, ran.Errors);
        }

        string[] how = ["-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-U", "postgres"];
        await Programs.ServerAsync("initdb", ["-D", $"{_folder}/data", .. how]);
        await File.AppendAllTextAsync($"{_folder}/data/postgresql.conf", Settings(_port, "none"));
        await File.WriteAllTextAsync(
            $"{_folder}/data/pg_hba.conf",
            """
            local all all trust
            local replication all trust
            host all all 127.0.0.1/32 scram-sha-256
            """
        );
        await File.WriteAllTextAsync($"{_folder}/data/canary.txt", "canary in a file\n");
        await StartAgainAsync();
        await ScriptAsync("postgres", Resources.Read("roles.sql"));
        await ScriptAsync("shop", Here(Resources.Read("shop.sql")));
        await ScriptAsync("shop", Here(Resources.Read("fingerprint.sql")));
        await FollowAsync();
    }

    /// <summary>With the places of this cluster written in.</summary>
    public string Here(string script) =>
        script
            .Replace("{loot}", Loot, StringComparison.Ordinal)
            .Replace("{data}", Data, StringComparison.Ordinal)
            .Replace("{socket}", _folder, StringComparison.Ordinal)
            .Replace("{port}", $"{_port}", StringComparison.Ordinal);

    /// <summary>A copy of the stopped server: pg_basebackup knows no server newer than itself.</summary>
    private async Task FollowAsync()
    {
        await Programs.ServerAsync("pg_ctl", "-s", "-D", Data, "-m", "fast", "-w", "stop");
        var copied = await Programs.RunAsync("cp", ["-a", Data, $"{_folder}/standby"]);
        Assert.True(copied.Code == 0, copied.Errors);
        await StartAgainAsync();
        await File.AppendAllTextAsync(
            $"{_folder}/standby/postgresql.conf",
            Settings(_standbyPort, $"host={_folder} port={_port} user=postgres application_name=follower")
        );
        await File.WriteAllTextAsync($"{_folder}/standby/standby.signal", "");
        await Programs.ServerAsync("pg_ctl", "-s", "-D", $"{_folder}/standby", "-l", $"{_folder}/log2", "-w", "start");
    }

    /// <summary>As the owner, past everything; any error fails the test.</summary>
    public async Task<string> ScriptAsync(string database, string script)
    {
        var ran = await Programs.PsqlAsync(Owner(database), script, "-v", "ON_ERROR_STOP=1", "-At");
        Assert.True(ran.Code == 0, ran.Errors);
        return ran.Output;
    }

    private string Settings(int port, string primary) =>
        $"""

            port = {port}
            listen_addresses = '127.0.0.1'
            unix_socket_directories = '{_folder}'
            max_connections = 200
            password_encryption = 'scram-sha-256'
            max_prepared_transactions = 4
            fsync = off
            full_page_writes = off
            wal_level = logical
            primary_conninfo = '{(primary == "none" ? "" : primary)}'
            wal_receiver_status_interval = 1s
            track_commit_timestamp = on
            autovacuum = off
            timezone = 'UTC'
            log_min_messages = fatal
            """;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
