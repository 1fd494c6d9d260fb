using System.Diagnostics;

namespace Homeostat.Bench;

/// <summary>
/// A PostgreSQL server of this run's own, from the distribution's binaries: a fresh cluster in a temporary folder, reached by a socket in that folder and,
/// unless it is told otherwise, by nothing else, with fsync on. It refuses to run as root, so root starts it as the user postgres.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Versions = "/usr/lib/postgresql";
    public const string User = "postgres";

    private readonly string _binaries;
    private readonly string _folder;

    private PostgresServer(string binaries, string folder)
    {
        _binaries = binaries;
        _folder = folder;
    }

    public string ConnectionString => $"Host={_folder};Username={User};Database={User};Maximum Pool Size=20";

    /// <summary>The process whose children serve the connections.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First());

    /// <summary>The folder of psql and pgbench of the same version.</summary>
    public string Binaries => _binaries;

    /// <summary>The folder of the socket.</summary>
    public string Folder => _folder;

    /// <summary>The major version, as the folder of its binaries is called.</summary>
    public string Version => Path.GetFileName(Path.GetDirectoryName(_binaries)!);

    /// <summary>Null where no server is installed; version 15 is preferred.</summary>
    /// <param name="settings">Each <c>name=value</c>, besides what every run has.</param>
    public static async Task<PostgresServer?> TryStartAsync(params string[] settings)
    {
        var found = Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [];
        var binaries = found
            .Select(version => Path.Combine(version, "bin"))
            .Where(path => File.Exists(Path.Combine(path, "initdb")))
            .OrderByDescending(path => path == $"{Versions}/15/bin")
            .ThenByDescending(path => path, StringComparer.Ordinal)
            .FirstOrDefault();
        if (binaries is null)
        {
            return null;
        }

        var server = new PostgresServer(binaries, Directory.CreateTempSubdirectory("homeostat-bench-").FullName);
        try
        {
            await server.StartAsync(settings);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await RunAsync("pg_ctl", "stop", "-D", Data, "-m", "fast", "-w");
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private async Task StartAsync(string[] settings)
    {
        await GiveAsync(_folder);
        await RunAsync("initdb", "-D", Data, "-U", User, "-A", "trust", "--locale=C", "-E", "UTF8");
        await RunAsync(
            "pg_ctl",
            "start",
            "-D",
            Data,
            "-w",
            "-l",
            Path.Combine(_folder, "server.log"),
            "-o",
            $"-k {_folder} -c listen_addresses= -c fsync=on -c synchronous_commit=on {string.Join(' ', settings.Select(setting => $"-c {setting}"))}"
        );
    }

    private Task RunAsync(string program, params string[] arguments) =>
        RunAsUserAsync(Path.Combine(_binaries, program), arguments);

    /// <summary>A program that refuses root, as the server's user where we are root; it is waited for.</summary>
    public static Task RunAsUserAsync(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? ExecuteAsync("runuser", ["-u", User, "--", program, .. arguments])
            : ExecuteAsync(program, arguments);

    /// <summary>Gives a file or folder to the server's user, where we are root.</summary>
    public static Task GiveAsync(string path) =>
        Environment.IsPrivilegedProcess ? ExecuteAsync("chown", "-R", User, path) : Task.CompletedTask;

    // The server inherits what it is started with, so nothing here waits for the end of its output.
    private static async Task ExecuteAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]
        )
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
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
