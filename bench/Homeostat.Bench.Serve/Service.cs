using System.Diagnostics;
using System.Globalization;
using System.Net;
using Homeostat.Client;
using Homeostat.Testing;

namespace Homeostat.Bench.Serve;

/// <summary>The decision service as a process of its own, over a folder that is empty at first.</summary>
internal sealed class Service : IDisposable
{
    private const string Listening = "listening on ";

    private readonly Process _process;
    private readonly HttpClient _http;

    private Service(Process process, string folder, Uri address)
    {
        (_process, Folder) = (process, folder);
        _http = new HttpClient { BaseAddress = address };
        Address = IPEndPoint.Parse(address.Authority);
    }

    public string Folder { get; }

    public IPEndPoint Address { get; }

    public HomeostatClient Operator => new(_http, Token("operator.token"));

    public HomeostatClient Estate => new(_http, Token("estate.token"));

    public string OperatorToken => Token("operator.token");

    public string EstateToken => Token("estate.token");

    public Spent Spent => Spent.Of(_process);

    public double PeakMemoryMb
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1e6;
        }
    }

    public static async Task<Service> StartAsync(string folder, string estate, DateTimeOffset now)
    {
        var program = Path.Combine(SharedFolder.Root(), "artifacts/cli/homeostat-server");
        var start = new ProcessStartInfo(program)
        {
            ArgumentList =
            {
                "--data",
                folder,
                "--listen",
                "127.0.0.1:0",
                "--estate",
                estate,
                "--observed-at",
                now.ToString("O", CultureInfo.InvariantCulture),
                "--permit-seconds",
                "600",
                "--stops-with-input",
                "true",
            },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        if (line?.StartsWith(Listening, StringComparison.Ordinal) != true)
        {
            throw new InvalidOperationException($"the service did not start: {line}");
        }

        _ = process.StandardOutput.ReadToEndAsync();
        var service = new Service(process, folder, new Uri(line[Listening.Length..]));
        await service.ReadyAsync();
        return service;
    }

    /// <summary>Ends it as an operator does; everything that was acknowledged is on the log.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the service ended with {_process.ExitCode}");
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _http.Dispose();
    }

    private async Task ReadyAsync()
    {
        while (!(await _http.GetAsync("readyz")).IsSuccessStatusCode)
        {
            await Task.Delay(50);
        }
    }

    private string Token(string name) => File.ReadAllText(Path.Combine(Folder, name)).Trim();
}
