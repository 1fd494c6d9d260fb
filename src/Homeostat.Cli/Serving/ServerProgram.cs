using System.Diagnostics;

namespace Homeostat.Cli.Serving;

/// <summary>The service as a child of this command: it ends when we do, however we do.</summary>
internal sealed class ServerProgram : IDisposable
{
    private const string Name = "homeostat-server";
    private const string Listening = "listening on ";

    private readonly Process _process;

    private ServerProgram(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    /// <summary>Completes when it listens; null where it ended instead, having said why on the error stream.</summary>
    public static async Task<ServerProgram?> StartAsync(
        IEnumerable<string> arguments,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo(Find(), [.. arguments, "--stops-with-input", "true"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process =
            Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} could not be started");
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        if (line?.StartsWith(Listening, StringComparison.Ordinal) == true)
        {
            return new ServerProgram(process, line[Listening.Length..]);
        }

        await process.WaitForExitAsync(cancellationToken);
        process.Dispose();
        return null;
    }

    /// <summary>What else the service says, until it ends or is told to; then what it answers last.</summary>
    public async Task<int> FollowAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.Register(_process.StandardInput.Close);
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            await output.WriteLineAsync(line);
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    public void Dispose() => _process.Dispose();

    /// <summary>Beside this program where both were installed, or where the build puts it.</summary>
    private static string Find()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string[] places =
        [
            Path.Combine(own.FullName, Name),
            Path.Combine(own.FullName, "..", "..", "Homeostat.Server", own.Name, Name),
        ];
        return Array.Find(places, File.Exists)
            ?? throw new InvalidOperationException($"{Name} is not installed beside {own.FullName}");
    }
}
