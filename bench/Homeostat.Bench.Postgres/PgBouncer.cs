using System.Diagnostics;

namespace Homeostat.Bench.Postgres;

/// <summary>Debian's PgBouncer with session pooling: TLS towards its clients, none towards the server on the same machine.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const string Program = "pgbouncer";

    private readonly string _folder;
    private readonly int _port;

    private PgBouncer(string folder, int port) => (_folder, _port) = (folder, port);

    public Entrance Entrance =>
        new(
            Program,
            _port,
            PostgresServer.User,
            "none",
            new Dictionary<string, Func<Spent>>(StringComparer.Ordinal) { [Program] = () => Spent.Of(ProcessId) }
        );

    private int ProcessId => int.Parse(File.ReadAllText(Path.Combine(_folder, "pid")));

    /// <summary>Null where it is not installed.</summary>
    public static async Task<PgBouncer?> TryStartAsync(
        string folder,
        int postgres,
        (string Chain, string Key) certificate
    )
    {
        if (!IsInstalled())
        {
            return null;
        }

        var bouncer = new PgBouncer(folder, FreePort.Find());
        var (file, users) = (Path.Combine(folder, "pgbouncer.ini"), Path.Combine(folder, "users.txt"));
        await File.WriteAllTextAsync(users, $"\"{PostgresServer.User}\" \"\"\n");
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            {Entrance.Database} = host={Entrance.Host} port={postgres} dbname={Entrance.Database}
            [pgbouncer]
            listen_addr = {Entrance.Host}
            listen_port = {bouncer._port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {users}
            pool_mode = session
            default_pool_size = 100
            max_client_conn = 200
            client_tls_sslmode = require
            client_tls_key_file = {certificate.Key}
            client_tls_cert_file = {certificate.Chain}
            server_tls_sslmode = disable
            logfile = {folder}/log
            pidfile = {folder}/pid

            """
        );
        await PostgresServer.GiveAsync(folder);
        await PostgresServer.RunAsUserAsync(Program, "-d", file);
        return bouncer;
    }

    public async ValueTask DisposeAsync()
    {
        using var process = Process.GetProcessById(ProcessId);
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static bool IsInstalled() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, Program)));
}
