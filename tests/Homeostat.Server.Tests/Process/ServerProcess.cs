using System.Diagnostics;
using Homeostat.Client;
using Homeostat.Testing;

namespace Homeostat.Server.Tests.Process;

/// <summary>The service as a process of its own, that can be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly System.Diagnostics.Process _process;
    private readonly string _folder;

    private ServerProcess(System.Diagnostics.Process process, string folder, Uri address)
    {
        (_process, _folder) = (process, folder);
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    public HomeostatClient Operator => new(Http, Token("operator.token"));

    public HomeostatClient Estate => new(Http, Token("estate.token"));

    public static async Task<ServerProcess> StartAsync(string folder)
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
        // A long run must not reach the time at which the service looks at a permit by itself.
        var start = new ProcessStartInfo(
            program,
            ["--data", folder, "--listen", "127.0.0.1:0", "--permit-seconds", "86400"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var process = System.Diagnostics.Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        const string says = "listening on ";
        Assert.StartsWith(says, line, StringComparison.Ordinal);
        _ = process.StandardOutput.ReadToEndAsync();
        return new ServerProcess(process, folder, new Uri(line![says.Length..]));
    }

    /// <summary>Asks it to end, as an init system does.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = System.Diagnostics.Process.Start("bash", ["-c", $"kill -TERM {_process.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        Assert.Equal(137, _process.ExitCode);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        Http.Dispose();
        _process.Dispose();
    }

    private string Token(string name) => File.ReadAllText(Path.Combine(_folder, name)).Trim();
}
