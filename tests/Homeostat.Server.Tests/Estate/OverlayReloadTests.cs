using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Server.Hosting;
using Homeostat.Testing;

namespace Homeostat.Server.Tests.Estate;

/// <summary>The sample's own files, edited while the service runs.</summary>
public sealed class OverlayReloadTests : IDisposable
{
    private const string Target = "aws_instance.orders_dr_web";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("homeostat-overlay-");

    private string Overlay => Path.Combine(_folder.FullName, "homeostat.yaml");

    private string Plan => Path.Combine(_folder.FullName, "plan.json");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_overlay_holds_without_a_restart_and_both_ways()
    {
        await using var server = await StartAsync();
        var agent = await EverythingAsync(server);
        var enforced = await agent.SimulateAsync(Stop);
        Assert.Equal((null, "deny"), (enforced.WouldBe, enforced.Verdict));
        Assert.Null((await agent.DecideAsync(Stop)).Permit);

        await File.AppendAllTextAsync(
            Overlay,
            "environments: { production: { mode: observe }, dr: { mode: observe } }\ndefaults: { environments: [production] }\n",
            Token
        );
        await UntilAsync(async () => (await agent.SimulateAsync(Stop)).WouldBe == "deny");
        var observed = await agent.DecideAsync(Stop);
        Assert.Equal("allow", observed.Verdict);
        Assert.NotNull(observed.Permit);
        var report = Assert.Single((await server.Operator.ReportsAsync()).Reports);
        Assert.Equal("overlay", report.Kind);

        Sample();
        await UntilAsync(async () => (await agent.SimulateAsync(Stop)).Verdict == "deny");
        // A service that is declared anew, or no more, is no change that somebody made to the estate.
        Assert.All((await server.Operator.ReportsAsync()).Reports, report => Assert.Equal("overlay", report.Kind));
    }

    [Theory]
    [InlineData("services:", "environmentss: { production: { mode: observe } }\nservices:", "environmentss")]
    [InlineData("aws_eip.old_bastion", "aws_instance.nobody", "aws_instance.nobody")]
    public async Task An_overlay_that_is_wrong_is_refused_and_the_old_one_holds(string was, string now, string says)
    {
        await using var server = await StartAsync();
        var agent = await EverythingAsync(server);
        var version = (await server.Operator.EstateAsync()).Version;

        var text = await File.ReadAllTextAsync(Overlay, Token);
        await File.WriteAllTextAsync(Overlay, text.Replace(was, now, StringComparison.Ordinal), Token);

        await UntilAsync(async () => (await ReadyAsync(server)).Warnings.Count > 0);
        var ready = await ReadyAsync(server);
        Assert.True(ready.Ready);
        Assert.Contains(says, Assert.Single(ready.Warnings), StringComparison.Ordinal);
        Assert.Contains(
            says,
            Assert.Single((await server.Operator.ReportsAsync()).Reports).Text,
            StringComparison.Ordinal
        );
        Assert.Equal(version, (await server.Operator.EstateAsync()).Version);
        Assert.Equal("deny", (await agent.SimulateAsync(Stop)).Verdict);

        Sample();
        await UntilAsync(async () => (await ReadyAsync(server)).Warnings.Count == 0);
    }

    [Fact]
    public async Task What_the_plan_shows_next_is_taken_in_with_the_overlay_in_it()
    {
        await using var server = await StartAsync();
        var before = await server.Operator.EstateAsync();

        var text = await File.ReadAllTextAsync(Plan, Token);
        await File.WriteAllTextAsync(
            Plan,
            text.Replace("orders_dr_web", "orders_dr_site", StringComparison.Ordinal),
            Token
        );
        var overlay = await File.ReadAllTextAsync(Overlay, Token);
        await File.WriteAllTextAsync(
            Overlay,
            overlay.Replace("orders_dr_web", "orders_dr_site", StringComparison.Ordinal),
            Token
        );

        await UntilAsync(async () => await IsThereAsync(server, "aws_instance.orders_dr_site"));
        Assert.False(await IsThereAsync(server, Target));
        Assert.True((await server.Operator.EstateAsync()).Version > before.Version);
        Assert.True(await IsThereAsync(server, "orders"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static DecisionBody Stop =>
        new() { Operation = "destroy", Effects = [new EffectBody { Do = "destroy", Id = Target }] };

    private async Task<TestServer> StartAsync()
    {
        var samples = Path.Combine(SharedFolder.Root(), "samples", "orders");
        File.Copy(Path.Combine(samples, "plan.json"), Plan, overwrite: true);
        Sample();
        var server = await TestServer.StartAsync(
            new ServerOptions
            {
                Data = "",
                Estate = Plan,
                Overlay = Overlay,
                ObservedAt = TimeProvider.System.GetUtcNow(),
            }
        );
        await UntilAsync(async () => (await ReadyAsync(server)).Ready);
        return server;
    }

    private void Sample() =>
        File.Copy(Path.Combine(SharedFolder.Root(), "samples", "orders", "homeostat.yaml"), Overlay, overwrite: true);

    private static Task<HomeostatClient> EverythingAsync(TestServer server) =>
        server.GrantAsync(
            "all",
            body =>
                body with
                {
                    Cone = new ConeBody
                    {
                        Operations = ["all"],
                        Amounts = new AmountsBody { Irreversible = 5, PerMinute = 10_000 },
                        Manner = "irreversible-with-critics",
                    },
                }
        );

    private static async Task<bool> IsThereAsync(TestServer server, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/estate?id={id}");
        request.Headers.Authorization = new("Bearer", server.OperatorToken);
        using var response = await server.Http.SendAsync(request, Token);
        return response.IsSuccessStatusCode;
    }

    private static async Task<ReadyAnswer> ReadyAsync(TestServer server)
    {
        using var response = await server.Http.GetAsync("readyz", Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        return System.Text.Json.JsonSerializer.Deserialize(text, ContractJson.Default.ReadyAnswer)!;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
