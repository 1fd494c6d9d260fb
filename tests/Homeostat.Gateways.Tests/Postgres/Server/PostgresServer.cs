using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Homeostat.Gateways.Postgres.Authentication;
using Npgsql;

namespace Homeostat.Gateways.Tests.Postgres.Server;

/// <summary>A PostgreSQL 15 of our own: a folder, a port and a life as long as the tests that share it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-pg").FullName;
    private int _port;

    /// <summary>The port of the loopback address and of the socket's name.</summary>
    public int Port => _port;

    /// <summary>The folder of the Unix socket.</summary>
    public string SocketFolder => _folder;

    /// <summary>The certificate of TLS on the loopback address, for localhost and 127.0.0.1.</summary>
    public string CertificatePath => Path.Combine(_folder, ServerCertificate.FileName);

    static PostgresServer() => AppContext.SetSwitch("Npgsql.EnableSqlRewriting", false);

    public static string? WhyNot =>
        File.Exists($"{Programs}/postgres") && File.Exists("/usr/lib/postgresql/15/lib/pgaudit.so")
            ? null
            : "PostgreSQL 15 with pgaudit is not installed";

    public async ValueTask InitializeAsync()
    {
        if (WhyNot is not null)
        {
            return;
        }

        _port = FreePort();
        ServerCertificate.LoadOrCreate(_folder, TimeProvider.System).Dispose();
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", _folder, CertificatePath);
        }

        await ServerAsync(
            "initdb",
            "-D",
            $"{_folder}/data",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
            "-U",
            "postgres"
        );
        await File.AppendAllTextAsync(
            $"{_folder}/data/postgresql.conf",
            $"""
            port = {_port}
            listen_addresses = '127.0.0.1'
            unix_socket_directories = '{_folder}'
            ssl = on
            ssl_cert_file = '{CertificatePath}'
            ssl_key_file = '{CertificatePath}'
            fsync = off
            synchronous_commit = off
            full_page_writes = off
            max_prepared_transactions = 4
            shared_preload_libraries = 'pgaudit'
            pgaudit.log = 'all'
            pgaudit.log_relation = on
            pgaudit.log_client = on
            pgaudit.log_level = 'info'
            pgaudit.log_statement = off
            log_min_messages = fatal
            log_min_error_statement = panic
            statement_timeout = '10s'
            lock_timeout = '2s'
            autovacuum = off
            """
        );
        await File.WriteAllTextAsync(
            $"{_folder}/data/pg_hba.conf",
            """
            local all all trust
            host all scram_role 127.0.0.1/32 scram-sha-256
            host all md5_role 127.0.0.1/32 md5
            host all password_role 127.0.0.1/32 password
            host all trust_role 127.0.0.1/32 trust

            """
        );
        await ServerAsync("pg_ctl", "-D", $"{_folder}/data", "-l", $"{_folder}/log", "-w", "start");
    }

    public async ValueTask DisposeAsync()
    {
        if (_port != 0)
        {
            await ServerAsync("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "-w", "stop");
        }

        Directory.Delete(_folder, recursive: true);
    }

    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = _folder,
            Port = _port,
            Username = "postgres",
            Database = database,
            Pooling = false,
            CommandTimeout = 20,
        }.ConnectionString;

    public async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>An empty database.</summary>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await using var connection = await OpenAsync("postgres");
        await using var command = new NpgsqlCommand($"create database {name}", connection);
        await command.ExecuteNonQueryAsync();
        return name;
    }

    /// <summary>Roles that come in over TCP, each by the way that its name says, where they are not there yet.</summary>
    public async Task CreateRolesAsync()
    {
        await using var connection = await OpenAsync("postgres");
        await using var command = new NpgsqlCommand(
            $"""
            do $$ begin
              if not exists (select from pg_roles where rolname = 'scram_role') then
                set local password_encryption = 'scram-sha-256';
                create role scram_role login password '{Password}';
                create role password_role login password '{Password}';
                create role trust_role login;
                set local password_encryption = 'md5';
                create role md5_role login password '{Password}';
              end if;
            end $$
            """,
            connection
        );
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The password of the roles that have one.</summary>
    public const string Password = "a pass:word/@ & more";

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

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = false,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}"
            );
        }
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
