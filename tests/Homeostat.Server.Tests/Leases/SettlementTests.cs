using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Core.Deciding;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Statements;

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
        // A report is told before its entry is durable.
        await UntilAsync(() => Task.FromResult(server.Plane.Log.Size >= size + 2));
        Assert.Equal(size + 2, server.Plane.Log.Size);
    }

    [Fact]
    public async Task What_turned_out_as_predicted_is_settled_in_one_entry_and_a_surprise_has_its_own()
    {
        await using var server = await TestServer.StartAsync();
        string[] machines = ["web-1", "web-2", "web-3", "web-4", "web-5"];
        await server.TellAsync("running", null, machines);
        var agent = await server.GrantAsync("lease");
        var finished = new List<(PermitId Permit, string Claim)>();
        foreach (var machine in machines)
        {
            finished.Add((new PermitId((await agent.DecideAsync(TestServer.Stop(machine))).Permit!.Id), "done"));
        }

        // Nobody has looked since: nothing is settled, whoever says so.
        var early = await server.Plane.Settlements.SettleManyAsync(
            finished,
            "gateway",
            TestContext.Current.CancellationToken
        );
        Assert.All(early, answer => Assert.False(answer.Settled));
        await server.TellAsync("stopped", null, machines[..4]);
        await server.TellAsync("running", null, machines[4]);

        var size = server.Plane.Log.Size;
        var answers = await server.Plane.Settlements.SettleManyAsync(
            [.. finished, finished[0], (new PermitId("never-given"), "done")],
            "gateway",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(machines.Length, answers.Count);
        Assert.All(answers, answer => Assert.True(answer.Settled));
        Assert.Single(answers, answer => answer.Deviations.Count > 0);
        Assert.Equal(0, (await server.Operator.ShowAsync("lease")).Outstanding);

        // Four together, the fifth and its report.
        Assert.Equal(size + 3, server.Plane.Log.Size);
        await AssertSoundAsync(server, settled: machines.Length);
    }

    [Fact]
    public async Task Two_who_settle_the_same_permits_settle_each_once()
    {
        await using var server = await TestServer.StartAsync();
        string[] machines = [.. Enumerable.Range(0, 40).Select(number => $"web-{number}")];
        await server.TellAsync("running", null, machines);
        var agent = await server.GrantAsync("lease");
        var finished = new List<(PermitId Permit, string Claim)>();
        foreach (var machine in machines)
        {
            finished.Add((new PermitId((await agent.DecideAsync(TestServer.Stop(machine))).Permit!.Id), "done"));
        }

        await server.TellAsync("stopped", null, machines);
        var many = Enumerable
            .Range(0, 4)
            .Select(at => at % 2 == 0 ? finished : [.. finished.AsEnumerable().Reverse()])
            .Select(rows =>
                Task.Run(() =>
                    server.Plane.Settlements.SettleManyAsync(rows, "gateway", TestContext.Current.CancellationToken)
                )
            );
        var answers = await Task.WhenAll(many);

        Assert.Equal(machines.Length, answers.Sum(rows => rows.Count));
        await AssertSoundAsync(server, settled: machines.Length);
    }

    /// <summary>The log alone says the same as the service: the audit finds nothing, and a book that is folded from it has none out.</summary>
    private static async Task AssertSoundAsync(TestServer server, int settled)
    {
        var key = server.Plane.Folder.Key.PublicKey.ToArray();
        var audit = new LeaseAudit(key);
        await foreach (var entry in server.Plane.Log.ReadAsync(0, TestContext.Current.CancellationToken))
        {
            Assert.Empty(audit.Apply(entry.Index, Statement.Parse(entry.Bytes)));
        }

        Assert.Empty(audit.End());
        Assert.Equal((settled, 0), (audit.Account.Settled, audit.Account.Outstanding));
        var book = new MemoryLeaseBook();
        await LeaseRecovery.FoldAsync(server.Plane.Log, key, book, 0, TestContext.Current.CancellationToken);
        Assert.Empty(book.Outstanding());
        Assert.Empty(book.Futures.All);
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
