using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Homeostat.Testing;

namespace Homeostat.Bench.Serve;

/// <summary>
/// Cerbos answers the same number of questions over its AuthZEN endpoint. It looks one rule up; it neither simulates nor
/// signs nor writes anything down, so it says what a decision costs over HTTP without all that.
/// </summary>
internal static class CerbosPeer
{
    private const string Name = "cerbos";
    private const string Package = "@cerbos/cerbos-linux-x64";

    private const string Policy = """
        apiVersion: api.cerbos.dev/v1
        resourcePolicy:
          resource: instance
          version: default
          rules:
            - actions: ["read", "stop"]
              effect: EFFECT_ALLOW
              roles: ["agent"]
              condition:
                match:
                  expr: request.resource.attr.tier == 3.0
        """;

    public static async Task MeasureAsync(BenchReport report, string folder, double rate, int connections, double scale)
    {
        if (await ProgramAsync() is not { } program)
        {
            await Console.Error.WriteLineAsync($"the peer is left out: npm could not install {Package}");
            return;
        }

        var policies = Directory.CreateDirectory(Path.Combine(folder, "policies"));
        await File.WriteAllTextAsync(Path.Combine(policies.FullName, "instance.yaml"), Policy);
        var (http, grpc) = (FreePort(), FreePort());
        using var cerbos = Start(program, policies.FullName, http, grpc);
        try
        {
            await ReadyAsync(http);
            await MeasureAsync(report, cerbos, http, rate, connections, scale);
        }
        finally
        {
            cerbos.Kill();
            await cerbos.WaitForExitAsync();
        }
    }

    private static async Task MeasureAsync(
        BenchReport report,
        Process cerbos,
        IPEndPoint address,
        double rate,
        int connections,
        double scale
    )
    {
        var asked = Array.ConvertAll([.. Enumerable.Range(0, 1024)], Question);
        var (at, wrong) = (0, 0);
        Latencies? into = null;
        using var wire = new Wire(address, connections);
        await Pace.ClosedAsync(wire, connections, ServeBench.Seconds(3, scale), Next);
        var time = ServeBench.Seconds(10, scale);
        into = new Latencies((int)(rate * time.TotalSeconds));
        var before = Spent.Of(cerbos);
        await Pace.OpenAsync(wire, rate, time, Next);
        var spent = Spent.Of(cerbos) - before;
        var most = await Pace.ClosedAsync(wire, connections, ServeBench.Seconds(8, scale), Next);
        if (wrong > 0)
        {
            throw new InvalidOperationException($"{wrong} answers of the peer are not the policy's");
        }

        report
            .Peer(Name, "p50_ms", into.Percentile(0.50))
            .Peer(Name, "p99_ms", into.Percentile(0.99))
            .Peer(Name, "server_us", spent.All / into.Count * 1e6)
            .Peer(Name, "max_per_s", most);

        Job Next(long due) => new(asked[Interlocked.Increment(ref at) & 1023], due, 0, Answered);

        void Answered(in Job job, in Answer answer)
        {
            into?.Add(job, answer);
            if (answer.Status != 200 || answer.Body.IndexOf("\"decision\":true"u8) < 0)
            {
                Interlocked.Increment(ref wrong);
            }
        }
    }

    private static byte[] Question(int number) =>
        Requests.Post(
            "/access/v1/evaluation",
            "none",
            $$$"""
            {"subject":{"type":"user","id":"agent-{{{number
                % 64}}}","properties":{"cerbos.roles":["agent"]}},"resource":{"type":"instance","id":"bench-{{{number}}}","properties":{"tier":3}},"action":{"name":"{{{(
                number % 2 == 0 ? "read" : "stop"
            )}}}"}}
            """
        );

    private static Process Start(string program, string policies, IPEndPoint http, IPEndPoint grpc)
    {
        string[] settings =
        [
            $"server.httpListenAddr={http}",
            $"server.grpcListenAddr={grpc}",
            "storage.driver=disk",
            $"storage.disk.directory={policies}",
            "telemetry.disabled=true",
        ];
        var start = new ProcessStartInfo(
            program,
            ["server", "--log-level=error", .. settings.Select(each => $"--set={each}")]
        );
        return Process.Start(start)!;
    }

    private static async Task ReadyAsync(IPEndPoint address)
    {
        using var http = new HttpClient();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                (await http.GetAsync(new Uri($"http://{address}/_cerbos/health"))).EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>From a folder beside the builds, filled once with npm; null where there is no npm or it does not have it.</summary>
    private static async Task<string?> ProgramAsync()
    {
        var folder = Path.Combine(SharedFolder.Root(), "artifacts", "peers", Name);
        var program = Path.Combine(folder, "node_modules", Package, "cerbos-linux-x64");
        if (File.Exists(program))
        {
            return program;
        }

        Directory.CreateDirectory(folder);
        try
        {
            string[] arguments = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", Package];
            using var npm = Process.Start(new ProcessStartInfo("npm", arguments))!;
            await npm.WaitForExitAsync();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        return File.Exists(program) ? program : null;
    }

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
