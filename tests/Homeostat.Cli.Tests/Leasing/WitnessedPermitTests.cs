using System.Diagnostics;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Cli.Tests.Leasing;

/// <summary>What cannot be undone waits for the witnesses of the log; everything else does not.</summary>
public sealed class WitnessedPermitTests : IDisposable
{
    private const string Name = "witness.example.org";

    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-witnessed-").FullName;
    private readonly string _data = Directory.CreateTempSubdirectory("homeostat-up-").FullName;
    private Process? _witness;

    [Fact]
    public async Task What_cannot_be_undone_is_permitted_only_when_it_is_witnessed()
    {
        var policy = await StartWitnessAsync();
        using var service = await RunningService.StartAsync(_data, "--witnesses", policy);
        using var http = new HttpClient { BaseAddress = service.Address };
        var agent = await PrepareAsync(http);

        var witnessed = await DecideAsync(agent, Destroy("old-0"));
        Assert.Equal(("allow", "witnessed"), (witnessed.Verdict, witnessed.Receipt?.Standing));
        Assert.Equal([Name], witnessed.Receipt!.WitnessedBy);

        // It hangs: the process is there, the port is open, and nobody answers.
        await SignalAsync("STOP");
        await DeferredAsync(http, agent, "old-1");
        var reversible = await DecideAsync(agent, Act("stop", "web-1"));
        Assert.Equal(("allow", "durable"), (reversible.Verdict, reversible.Receipt?.Standing));
        await SignalAsync("CONT");
        Assert.Equal("allow", (await DecideAsync(agent, Destroy("old-1"))).Verdict);

        // It is gone.
        _witness!.Kill();
        await _witness.WaitForExitAsync(TestContext.Current.CancellationToken);
        await DeferredAsync(http, agent, "old-2");
    }

    public void Dispose()
    {
        if (_witness is { HasExited: false })
        {
            _witness.Kill();
        }

        _witness?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Nothing dangles: the lease has what it had, and no future is left behind.</summary>
    private async Task DeferredAsync(HttpClient http, HomeostatClient agent, string id)
    {
        var before = await Operator(http).ShowAsync("agent");

        var answer = await DecideAsync(agent, Destroy(id));

        Assert.Equal("defer", answer.Verdict);
        Assert.Null(answer.Permit);
        Assert.Contains("did not cosign", Assert.Single(answer.Findings).Reason, StringComparison.Ordinal);
        var after = await Operator(http).ShowAsync("agent");
        Assert.Equal((before.IrreversibleLeft, before.Outstanding), (after.IrreversibleLeft, after.Outstanding));
    }

    private async Task<string> StartWitnessAsync()
    {
        using var key = SigningKey.LoadOrCreate(Path.Combine(_data, "log.key"), "homeostat.local/log");
        var folder = Path.Combine(_folder, "witness");
        string[] arguments = ["witness", "--trust", $"{key.VerifierKey}", "--name", Name];
        var start = new ProcessStartInfo(
            RunningService.Program,
            [.. arguments, "--folder", folder, "--listen", "http://127.0.0.1:0"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        _witness = Process.Start(start)!;

        // witness NAME KEY URL
        var words = (await _witness.StandardOutput.ReadLineAsync())!.Split(' ');
        var policy = Path.Combine(_folder, "policy");
        await File.WriteAllTextAsync(
            policy,
            $"log {key.VerifierKey}\nwitness {Name} {words[2]} {words[3]}\nquorum {Name}\n"
        );
        return policy;
    }

    private async Task<HomeostatClient> PrepareAsync(HttpClient http)
    {
        var estate = new HomeostatClient(http, Token("estate.token"));
        await estate.TellAsync(
            new EstateChangesBody
            {
                Source = "test",
                ObservedAt = TimeProvider.System.GetUtcNow(),
                Upsert =
                [
                    .. Enumerable.Range(0, 3).Select(i => Resource($"old-{i}", "database", null)),
                    Resource("web-1", "compute-instance", "running"),
                ],
            }
        );
        var granted = await Operator(http)
            .GrantAsync(
                new GrantBody
                {
                    Id = "agent",
                    Agent = "agent",
                    Purpose = "remove what is old",
                    Cone = new ConeBody
                    {
                        Operations = ["destroy", "stop"],
                        Manner = "irreversible-with-critics",
                        Amounts = new AmountsBody { Irreversible = 10, Stress = 1 },
                    },
                }
            );
        return new HomeostatClient(http, granted.Secret!);
    }

    private static ResourceBody Resource(string id, string kind, string? state) =>
        new()
        {
            Id = id,
            Kind = kind,
            State = state,
            Tier = 3,
        };

    private static DecisionBody Destroy(string id) =>
        Act("destroy", id) with
        {
            Goal = new GoalBody { Text = "remove what is old", Removes = [id] },
        };

    private static DecisionBody Act(string what, string id) =>
        new() { Operation = what, Effects = [new EffectBody { Do = what, Id = id }] };

    private HomeostatClient Operator(HttpClient http) => new(http, Token("operator.token"));

    private string Token(string name) => File.ReadAllText(Path.Combine(_data, name)).Trim();

    private static Task<DecisionAnswer> DecideAsync(HomeostatClient agent, DecisionBody body) =>
        agent.DecideAsync(body, null, TestContext.Current.CancellationToken);

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_witness!.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
