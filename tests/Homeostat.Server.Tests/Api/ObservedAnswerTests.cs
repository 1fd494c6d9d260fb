using Homeostat.Client.Contract;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Tests.Api;

/// <summary>What an agent is told in an environment that is only observed.</summary>
public sealed class ObservedAnswerTests
{
    [Fact]
    public async Task It_may_go_on_and_is_told_what_enforcing_would_have_said()
    {
        var overlay = Path.Combine(Directory.CreateTempSubdirectory("homeostat-").FullName, "homeostat.yaml");
        await File.WriteAllTextAsync(
            overlay,
            "version: 1\nenvironments: { staging: { mode: observe } }\n",
            TestContext.Current.CancellationToken
        );
        await using var server = await TestServer.StartAsync(new ServerOptions { Data = "", Overlay = overlay });
        await TellAsync(server, "web-1", "staging");
        await TellAsync(server, "web-2", "production");
        var agent = await server.GrantAsync("lease");

        var observed = await agent.DecideAsync(Destroy("web-1"));
        var enforced = await agent.DecideAsync(Destroy("web-2"));
        var both = await agent.DecideAsync(Destroy("web-1", "web-2"));

        Assert.Equal(("allow", "deny"), (observed.Verdict, observed.WouldBe));
        Assert.NotNull(observed.Permit);
        Assert.Contains(observed.Findings, finding => finding.Test == "light-cone");
        Assert.Equal(("deny", null), (enforced.Verdict, enforced.WouldBe));
        Assert.Null(enforced.Permit);
        Assert.Equal(("deny", null), (both.Verdict, both.WouldBe));
        Assert.Null(both.Permit);

        await server.Operator.RevokeAsync("lease");
        Assert.Null((await agent.DecideAsync(Destroy("web-1"))).Permit);
        Directory.Delete(Path.GetDirectoryName(overlay)!, recursive: true);
    }

    private static Task<EstateAnswer> TellAsync(TestServer server, string id, string environment) =>
        server.Estate.TellAsync(
            new EstateChangesBody
            {
                Source = "test",
                ObservedAt = server.Clock.GetUtcNow(),
                Upsert =
                [
                    new ResourceBody
                    {
                        Id = id,
                        Kind = "compute-instance",
                        State = "running",
                        Environments = [environment],
                    },
                ],
            }
        );

    private static DecisionBody Destroy(params string[] ids) =>
        new() { Operation = "destroy", Effects = [.. ids.Select(id => new EffectBody { Do = "destroy", Id = id })] };
}
