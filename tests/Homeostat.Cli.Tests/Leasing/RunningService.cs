using System.Diagnostics;
using Homeostat.Testing;

namespace Homeostat.Cli.Tests.Leasing;

/// <summary><c>homeostat up</c> as a process of its own.</summary>
internal sealed class RunningService : IDisposable
{
    private readonly Process _process;

    private RunningService(Process process, string data) => (_process, Data) = (process, data);

    public string Data { get; }

    /// <summary>What it said before it was ready.</summary>
    public List<string> Lines { get; } = [];

    public Uri Address => new(File.ReadAllText(Path.Combine(Data, "address")).Trim());

    /// <summary>The commands' program, as the build left it.</summary>
    public static string Program =>
        Path.Combine(
            SharedFolder.Root(),
            "artifacts",
            "bin",
            "Homeostat.Cli",
            new DirectoryInfo(AppContext.BaseDirectory).Name,
            "homeostat"
        );

    public static async Task<RunningService> StartAsync(string? folder = null, params string[] options)
    {
        var data = folder ?? Directory.CreateTempSubdirectory("homeostat-up-").FullName;
        var start = new ProcessStartInfo(Program, ["up", "--data", data, "--listen", "127.0.0.1:0", .. options])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = SharedFolder.Root(),
        };
        var service = new RunningService(Process.Start(start)!, data);
        while (
            await service._process.StandardOutput.ReadLineAsync() is { } line
            && !line.StartsWith("operator token", StringComparison.Ordinal)
        )
        {
            service.Lines.Add(line);
        }

        return service;
    }

    /// <summary>Ends the command so that it cannot say goodbye.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        WaitForTheService();
        Directory.Delete(Data, recursive: true);
    }

    /// <summary>It lets go of its log when it has written everything.</summary>
    private void WaitForTheService()
    {
        var file = Path.Combine(Data, "log", "lock");
        for (var at = 0; at < 600; at++)
        {
            try
            {
                File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
                return;
            }
            catch (IOException)
            {
                Task.Delay(50).Wait();
            }
        }
    }
}
