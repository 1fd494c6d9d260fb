using Homeostat.Client;
using Homeostat.Client.Contract;

namespace Homeostat.Server.Tests.Leases;

/// <summary>Only what a source has seen settles a permit.</summary>
public sealed class SettlementTests
{
    [Fact]
    public async Task A_claim_settles_nothing_before_it_has_been_seen()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        var permit = (await agent.DecideAsync(TestServer.Stop("web-1"))).Permit!.Id;

        var claimed = await agent.SettleAsync(Done(permit));
        Assert.False(claimed.Settled);
        Assert.Equal(["web-1"], claimed.Unseen);
        Assert.Equal(1, (await server.Operator.ShowAsync("lease")).Outstanding);

        await server.TellAsync("stopped", null, "web-1");
        var seen = await agent.SettleAsync(Done(permit));
        Assert.True(seen.Settled);
        Assert.Empty(seen.Deviations);
        Assert.Equal(0, (await server.Operator.ShowAsync("lease")).Outstanding);
        Assert.Empty((await server.Operator.ReportsAsync()).Reports);

        var again = await Assert.ThrowsAsync<HomeostatException>(() => agent.SettleAsync(Done(permit)));
        Assert.Equal(404, again.Problem.Status);
    }

    [Fact]
    public async Task What_is_not_as_predicted_is_a_surprise_with_both_sides()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        var permit = (await agent.DecideAsync(TestServer.Stop("web-1"))).Permit!.Id;
        var size = server.Plane.Log.Size;

        // Seen between permit and claim: it may not have happened yet.
        await server.TellAsync("running", null, "web-1");
        var early = await agent.SettleAsync(Done(permit));
        Assert.False(early.Settled);
        Assert.Equal(["web-1"], early.Unseen);

        var deviation = Assert.Single(early.Deviations);
        Assert.Equal(("web-1", "0 of 1 working", "1 of 1 working"), (deviation.Id, deviation.Expected, deviation.Seen));
        Assert.Equal(1, (await server.Operator.ShowAsync("lease")).Outstanding);

        await server.TellAsync("running", null, "web-1");
        await UntilAsync(async () => (await server.Operator.ShowAsync("lease")).Outstanding == 0);
        await UntilAsync(async () => (await server.Operator.ReportsAsync()).Reports.Count > 0);
        var report = Assert.Single((await server.Operator.ReportsAsync()).Reports);
        Assert.Equal(("surprise", permit), (report.Kind, report.Subject));
        Assert.Equal(size + 2, server.Plane.Log.Size);
    }

    [Fact]
    public async Task An_observation_from_before_the_permit_proves_nothing()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        var permit = (await agent.DecideAsync(TestServer.Stop("web-1"))).Permit!.Id;

        await server.TellAsync("stopped", server.Clock.GetUtcNow() - TimeSpan.FromMinutes(1), "web-1");

        Assert.False((await agent.SettleAsync(Done(permit))).Settled);
    }

    [Fact]
    public async Task Another_leases_permit_is_not_there()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        var thief = await server.GrantAsync("thief");
        var permit = (await agent.DecideAsync(TestServer.Stop("web-1"))).Permit!.Id;

        var refused = await Assert.ThrowsAsync<HomeostatException>(() => thief.SettleAsync(Done(permit)));
        Assert.Equal(404, refused.Problem.Status);
    }

    [Fact]
    public async Task A_permit_that_nobody_speaks_of_is_told_looked_at_and_stays_until_it_is_seen()
    {
        await using var server = await TestServer.StartAsync(permitLife: TimeSpan.FromMilliseconds(1));
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        await agent.DecideAsync(TestServer.Stop("web-1"));

        await UntilAsync(async () => (await server.Operator.ReportsAsync()).Reports.Count > 0);
        Assert.Equal("overdue", Assert.Single((await server.Operator.ReportsAsync()).Reports).Kind);
        Assert.Equal(1, (await server.Operator.ShowAsync("lease")).Outstanding);

        await server.TellAsync("stopped", null, "web-1");
        server.Clock.Shift = TimeSpan.FromMinutes(1);
        await UntilAsync(async () => (await server.Operator.ShowAsync("lease")).Outstanding == 0);
    }

    [Fact]
    public async Task A_change_that_no_permit_explains_is_reported()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1", "web-2");
        var agent = await server.GrantAsync("lease");
        await agent.DecideAsync(TestServer.Stop("web-1"));

        await server.TellAsync("stopped", null, "web-1", "web-2");

        await UntilAsync(async () => (await server.Operator.ReportsAsync()).Reports.Count > 0);
        var report = Assert.Single((await server.Operator.ReportsAsync()).Reports);
        Assert.Equal(("unexplained-change", "web-2"), (report.Kind, report.Subject));
    }

    private static OutcomeBody Done(string permit) => new() { Permit = permit, Claim = "done" };

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
