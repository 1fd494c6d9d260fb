using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Homeostat.Testing;

/// <summary>A PostgreSQL 15 of a test's own, in a folder of its own and reached through a socket in it; a primary or a standby of one.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-pg").FullName;
    private readonly int _port = FreePort();
    private bool _runs;

    private PostgresCluster() { }

    public static string? WhyNot => File.Exists($"{Programs}/postgres") ? null : "PostgreSQL 15 is not installed";

    /// <summary>A new cluster that others may follow.</summary>
    public static async Task<PostgresCluster> StartAsync(params string[] settings)
    {
        var cluster = new PostgresCluster();
        await cluster.PrepareAsync();
        await ServerAsync(
            "initdb",
            "-D",
            cluster.Data,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
            "-U",
            "postgres"
        );
        await cluster.ConfigureAsync(settings);
        await cluster.StartAgainAsync();
        return cluster;
    }

    /// <summary>A standby that follows this cluster under a name.</summary>
    public async Task<PostgresCluster> StandbyAsync(string name)
    {
        var standby = new PostgresCluster();
        await standby.PrepareAsync();
        await ServerAsync(
            "pg_basebackup",
            "-D",
            standby.Data,
            "-h",
            _folder,
            "-p",
            $"{_port}",
            "-U",
            "postgres",
            "-c",
            "fast",
            "-X",
            "stream",
            "-N"
        );
        await File.AppendAllTextAsync(
            $"{standby.Data}/postgresql.conf",
            $"""

            port = {standby._port}
            unix_socket_directories = '{standby._folder}'
            primary_conninfo = 'host={_folder} port={_port} user=postgres application_name={name}'
            """
        );
        await File.WriteAllTextAsync($"{standby.Data}/standby.signal", "");
        await standby.StartAgainAsync();
        return standby;
    }

    public string ConnectionString(string database, string role = "postgres") =>
        $"Host={_folder};Port={_port};Username={role};Database={database}";

    public async Task StartAgainAsync()
    {
        await ServerAsync("pg_ctl", "-D", Data, "-l", $"{_folder}/log", "-w", "start");
        _runs = true;
    }

    public async Task StopAsync()
    {
        _runs = false;
        await ServerAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
    }

    public async ValueTask DisposeAsync()
    {
        if (_runs)
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Data => $"{_folder}/data";

    private async Task PrepareAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", _folder]);
        }
    }

    private Task ConfigureAsync(string[] settings) =>
        File.AppendAllTextAsync(
            $"{Data}/postgresql.conf",
            $"""

            port = {_port}
            listen_addresses = ''
            unix_socket_directories = '{_folder}'
            fsync = off
            full_page_writes = off
            wal_level = logical
            wal_receiver_status_interval = 1s
            log_min_messages = fatal
            autovacuum = off
            {string.Join('\n', settings)}
            """
        );

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static Task ServerAsync(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? RunAsync("runuser", ["-u", "postgres", "--", $"{Programs}/{program}", .. arguments])
            : RunAsync($"{Programs}/{program}", arguments);

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
