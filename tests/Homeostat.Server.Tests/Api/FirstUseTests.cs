using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Ledger.Auditing;

namespace Homeostat.Server.Tests.Api;

/// <summary>What a new user tries: a lease, a decision, the same after the revocation, the log.</summary>
public sealed class FirstUseTests
{
    [Fact]
    public async Task A_lease_a_decision_a_revocation_and_a_log_that_verifies()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
        string logKey;
        await using (var server = await TestServer.StartAsync(folder))
        {
            await server.TellAsync("running", null, "web-1", "web-2");
            var agent = await server.GrantAsync("first");

            var allowed = await agent.DecideAsync(TestServer.Stop("web-1"));
            Assert.Equal("allow", allowed.Verdict);
            Assert.NotNull(allowed.Permit);
            Assert.Equal(1, allowed.Receipt!.Index);

            var outside = await agent.DecideAsync(TestServer.Stop("db-1"));
            Assert.Equal("deny", outside.Verdict);
            Assert.Contains(outside.Findings, finding => finding.Test == "light-cone");
            Assert.Null(outside.Permit);

            var revoked = await server.Operator.RevokeAsync("first");
            var refused = await agent.DecideAsync(TestServer.Stop("web-2"));
            Assert.Equal("deny", refused.Verdict);
            Assert.Contains("revoked", Assert.Single(refused.Findings).Reason, StringComparison.Ordinal);
            Assert.Equal(revoked.Index + 1, refused.Receipt!.Index);
            logKey = server.Plane.Log.Key.ToString();
        }

        var report = LedgerVerifier.Verify(Path.Combine(folder, "log"), logKey);
        Assert.Empty(report.Findings);
        Assert.Equal(5, report.Size);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_simulation_reserves_and_writes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("first");
        var before = server.Plane.Log.Size;

        var answer = await agent.SimulateAsync(TestServer.Stop("web-1"));

        Assert.Equal("allow", answer.Verdict);
        Assert.Null(answer.Permit);
        Assert.Null(answer.Receipt);
        Assert.Equal(before, server.Plane.Log.Size);
        Assert.Equal(0, (await server.Operator.EstateAsync()).OutstandingPermits);
    }

    [Fact]
    public async Task One_idempotency_key_is_decided_once_even_at_once_and_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
        string secret;
        string permit;
        await using (var server = await TestServer.StartAsync(folder))
        {
            await server.TellAsync("running", null, "web-1", "web-2");
            secret = (await server.Operator.GrantAsync(TestServer.Body("first"))).Secret!;
            var agent = new HomeostatClient(server.Http, secret);
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(_ => agent.DecideAsync(TestServer.Stop("web-1"), "key-1"))
            );
            permit = Assert.Single(answers.Select(answer => answer.Permit!.Id).Distinct());
            Assert.Equal(1, (await server.Operator.ShowAsync("first")).Outstanding);

            var other = await Assert.ThrowsAsync<HomeostatException>(() =>
                agent.DecideAsync(TestServer.Stop("web-2"), "key-1")
            );
            Assert.Equal(409, other.Problem.Status);
        }

        await using (var server = await TestServer.StartAsync(folder))
        {
            await server.TellAsync("running", null, "web-1", "web-2");
            var agent = new HomeostatClient(server.Http, secret);
            Assert.Equal(1, (await server.Operator.ShowAsync("first")).Outstanding);
            Assert.Equal(permit, (await agent.DecideAsync(TestServer.Stop("web-1"), "key-1")).Permit!.Id);
            var other = await Assert.ThrowsAsync<HomeostatException>(() =>
                agent.DecideAsync(TestServer.Stop("web-2"), "key-1")
            );
            Assert.Equal(409, other.Problem.Status);
            Assert.Equal(1, (await server.Operator.ShowAsync("first")).Outstanding);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_retry_is_not_told_of_a_permit_whose_lease_has_ended(bool restarts)
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
        var server = await TestServer.StartAsync(folder);
        try
        {
            await server.TellAsync("running", null, "web-1");
            var secret = (await server.Operator.GrantAsync(TestServer.Body("first"))).Secret!;
            var agent = new HomeostatClient(server.Http, secret);
            Assert.NotNull((await agent.DecideAsync(TestServer.Stop("web-1"), "key-1")).Permit);
            await server.Operator.RevokeAsync("first");
            if (restarts)
            {
                await server.DisposeAsync();
                server = await TestServer.StartAsync(folder);
                agent = new HomeostatClient(server.Http, secret);
            }

            var size = server.Plane.Log.Size;
            var retried = await agent.DecideAsync(TestServer.Stop("web-1"), "key-1");

            Assert.Equal(("deny", null), (retried.Verdict, retried.Permit?.Id));
            Assert.Equal(size + 1, server.Plane.Log.Size);
        }
        finally
        {
            await server.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_retry_is_not_told_of_a_permit_that_has_been_settled()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        var permit = (await agent.DecideAsync(TestServer.Stop("web-1"), "key-1")).Permit!.Id;
        await server.TellAsync("stopped", null, "web-1");
        Assert.True((await agent.SettleAsync(new OutcomeBody { Permit = permit, Claim = "done" })).Settled);

        var retried = await agent.DecideAsync(TestServer.Stop("web-1"), "key-1");

        Assert.Equal(("deny", null), (retried.Verdict, retried.Permit?.Id));
        Assert.Contains("new key", Assert.Single(retried.Findings).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_says_what_is_missing()
    {
        await using var server = await TestServer.StartAsync();

        var before = await server.Http.GetAsync("readyz", TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)before.StatusCode);
        Assert.Contains(
            "nothing has been listed yet",
            await before.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );

        await server.TellAsync("running", null, "web-1");
        var after = await server.Http.GetAsync("readyz", TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)after.StatusCode);
    }
}
