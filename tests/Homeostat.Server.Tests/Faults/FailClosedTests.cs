using System.Net.Http.Headers;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Core.Estate;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Tests.Faults;

/// <summary>Whatever is broken: never an allow, always a reason, and the service lives.</summary>
public sealed class FailClosedTests
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Fact]
    public async Task No_snapshot_yet()
    {
        await using var server = await TestServer.StartAsync();
        var agent = await server.GrantAsync("lease");

        await DeniedAsync(server, agent, "there is no model of the estate yet");
    }

    [Fact]
    public async Task The_ledger_takes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        server.Plane.Log.Dispose();

        await DeniedAsync(server, agent, "the log is closed");
        var grant = await Assert.ThrowsAsync<HomeostatException>(() => server.GrantAsync("another"));
        Assert.Equal(503, grant.Problem.Status);
        Assert.Single((await server.Operator.ListAsync()).Leases);

        // A revocation holds from now on, and says that it would not survive a restart.
        var revoke = await Assert.ThrowsAsync<HomeostatException>(() => server.Operator.RevokeAsync("lease"));
        Assert.Equal(503, revoke.Problem.Status);
        await DeniedAsync(server, agent, "revoked");
    }

    [Fact]
    public async Task A_source_that_has_been_silent_beyond_its_shelf_life()
    {
        await using var server = await TestServer.StartAsync();
        var agent = await server.GrantAsync("lease");
        await server.TellServiceAsync(server.Clock.GetUtcNow());
        Assert.Equal("allow", (await agent.SimulateAsync(TestServer.Stop("web-1"))).Verdict);

        server.Clock.Shift = TimeSpan.FromHours(25);
        var later = await server.GrantAsync("later");

        NotAllowed(await later.DecideAsync(TestServer.Stop("web-1")));
    }

    [Fact]
    public async Task A_source_that_throws()
    {
        var source = new FaultySource(
            () => throw new InvalidOperationException("broken pipe"),
            _ => throw new IOException("x")
        );
        await using var server = await TestServer.StartAsync(sources: source);
        var agent = await server.GrantAsync("lease");

        await DeniedAsync(server, agent, "there is no model");
        await SaysAsync(server, "broken pipe");
    }

    [Fact]
    public async Task A_source_that_hangs_when_it_is_asked_to_look_again()
    {
        var stale = Clock.GetUtcNow() - TimeSpan.FromHours(25);
        var source = new FaultySource(
            () => FaultySource.Listing(stale),
            _ => new TaskCompletionSource<EstateBatch>().Task
        );
        await using var server = await TestServer.StartAsync(sources: source);
        await ReadyAsync(server);
        var agent = await server.GrantAsync("lease");

        var answer = await agent.DecideAsync(TestServer.Stop("web-1"));

        NotAllowed(answer);
        Assert.True(answer.Looked);
        var told = Assert.Single((await server.Operator.EstateAsync()).Sources);
        Assert.Contains("did not answer", told.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_lies_about_time()
    {
        var future = Clock.GetUtcNow() + TimeSpan.FromDays(1);
        var source = new FaultySource(
            () => FaultySource.Listing(future),
            _ => Task.FromResult(new EstateBatch([], IsFullListing: false))
        );
        await using var server = await TestServer.StartAsync(sources: source);
        await ReadyAsync(server);
        var agent = await server.GrantAsync("lease");

        NotAllowed(await agent.DecideAsync(TestServer.Stop("web-1")));
        var told = await Assert.ThrowsAsync<HomeostatException>(() => server.TellAsync("running", future, "web-2"));
        Assert.Contains("future", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_sends_ten_million_resources()
    {
        var source = new FaultySource(() => FaultySource.Huge, _ => throw new IOException("x"));
        await using var server = await TestServer.StartAsync(sources: source);
        var agent = await server.GrantAsync("lease");

        await DeniedAsync(server, agent, "there is no model");
        await SaysAsync(server, "10000000 things at once");
    }

    [Fact]
    public async Task A_source_that_describes_what_another_one_does()
    {
        var seen = Clock.GetUtcNow();
        var source = new FaultySource(
            () => FaultySource.Listing(seen),
            _ => Task.FromResult(FaultySource.Listing(seen))
        );
        await using var server = await TestServer.StartAsync(sources: source);
        await ReadyAsync(server);

        var refused = await Assert.ThrowsAsync<HomeostatException>(() => server.TellAsync("stopped", null, "web-1"));

        Assert.Equal(409, refused.Problem.Status);
        Assert.Contains("described by faulty", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_goes_back_an_hour()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");

        server.Clock.Shift = -TimeSpan.FromHours(1);
        await DeniedAsync(server, agent, "the clock went back");
        var grant = await Assert.ThrowsAsync<HomeostatException>(() => server.GrantAsync("another"));
        Assert.Contains("the clock went back", grant.Message, StringComparison.Ordinal);

        server.Clock.Shift = TimeSpan.Zero;
        Assert.Equal("allow", (await agent.DecideAsync(TestServer.Stop("web-1"))).Verdict);
    }

    [Fact]
    public async Task A_clock_that_went_back_while_the_service_was_down()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
        string secret;
        await using (var server = await TestServer.StartAsync(folder))
        {
            secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
        }

        await using (var server = await TestServer.StartAsync(folder))
        {
            await server.TellAsync("running", null, "web-1");
            server.Clock.Shift = -TimeSpan.FromHours(1);
            await DeniedAsync(server, new HomeostatClient(server.Http, secret), "the clock went back");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Basic b3BlcmF0b3I6", 401)]
    [InlineData("Bearer ", 401)]
    [InlineData("Bearer nonsense", 401)]
    [InlineData("Bearer hsl_lease.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 401)]
    [InlineData("Bearer hsl_nobody.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 401)]
    [InlineData("operator", 403)]
    [InlineData("estate", 403)]
    public async Task A_token_that_is_missing_wrong_or_anothers(string? header, int status)
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        await server.GrantAsync("lease");
        var size = server.Plane.Log.Size;
        var shown = header switch
        {
            "operator" => $"Bearer {server.OperatorToken}",
            "estate" =>
                $"Bearer {(await File.ReadAllTextAsync(server.Plane.Folder.EstateFile, TestContext.Current.CancellationToken)).Trim()}",
            _ => header,
        };

        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/decisions");
        request.Content = new StringContent(
            """{"operation":"stop","effects":[{"do":"stop","id":"web-1"}]}""",
            MediaTypeHeaderValue.Parse("application/json")
        );
        if (shown is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", shown);
        }

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(size, server.Plane.Log.Size);
    }

    [Fact]
    public async Task A_lease_cannot_say_what_the_estate_looks_like()
    {
        await using var server = await TestServer.StartAsync();
        var agent = await server.GrantAsync("lease");
        var body = new EstateChangesBody { Source = "mine", ObservedAt = server.Clock.GetUtcNow() };

        Assert.Equal(403, (await Assert.ThrowsAsync<HomeostatException>(() => agent.TellAsync(body))).Problem.Status);
        Assert.Equal(403, (await Assert.ThrowsAsync<HomeostatException>(() => agent.EstateAsync())).Problem.Status);
        Assert.Equal(403, (await Assert.ThrowsAsync<HomeostatException>(() => agent.ReportsAsync())).Problem.Status);
        var grant = () => server.Estate.GrantAsync(TestServer.Body("another"));
        Assert.Equal(403, (await Assert.ThrowsAsync<HomeostatException>(grant)).Problem.Status);
    }

    [Fact]
    public async Task A_lease_that_expired_and_one_that_was_revoked()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("expired", body => body with { LifeSeconds = 60, RenewalSeconds = 0 });
        var other = await server.GrantAsync("revoked");

        await server.Operator.RevokeAsync("revoked");
        server.Clock.Shift = TimeSpan.FromSeconds(61);

        await DeniedAsync(server, agent, "expired");
        await DeniedAsync(server, other, "revoked");
        var child = () => other.GrantAsync(TestServer.Body("child") with { LifeSeconds = 1 });
        Assert.Contains(
            "revoked",
            (await Assert.ThrowsAsync<HomeostatException>(child)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_configuration_that_is_not_valid()
    {
        var errors = new List<string>();
        string[] arguments =
        [
            "--listen",
            "0.0.0.0:80",
            "--permit-seconds",
            "0",
            "--certificate",
            "none.pem",
            "--what",
            "1",
        ];
        Assert.Null(ServerOptions.Parse(arguments, errors));
        Assert.All(
            (string[])["--data", "--permit-seconds", "--certificate-key", "none.pem", "--what"],
            word => Assert.Contains(errors, error => error.Contains(word, StringComparison.Ordinal))
        );

        errors.Clear();
        Assert.Null(ServerOptions.Parse(["--data", "d", "--listen", "0.0.0.0:80"], errors));
        Assert.Contains("loopback", Assert.Single(errors), StringComparison.Ordinal);

        var folder = Directory.CreateTempSubdirectory("homeostat-");
        var overlay = Path.Combine(folder.FullName, "homeostat.yaml");
        await File.WriteAllTextAsync(overlay, "version: 1\nservicess: []\n", TestContext.Current.CancellationToken);
        var options = new ServerOptions
        {
            Data = folder.FullName,
            Estate = "none.json",
            Overlay = overlay,
        };
        var refused = await Assert.ThrowsAsync<StartException>(() => ControlPlane.OpenAsync(options, Clock));
        Assert.Contains($"{overlay}:2", refused.Message, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_token_that_others_can_read_is_not_used()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
        await using (await TestServer.StartAsync(folder))
        {
            // Its tokens are made.
        }

        var file = Path.Combine(folder, "operator.token");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var refused = await Assert.ThrowsAsync<StartException>(() => TestServer.StartAsync(folder));
        Assert.Contains("set its mode to 600", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task DeniedAsync(TestServer server, HomeostatClient agent, string reason)
    {
        var answer = await agent.DecideAsync(TestServer.Stop("web-1"));
        NotAllowed(answer);
        Assert.Equal("deny", answer.Verdict);
        Assert.Contains(answer.Findings, finding => finding.Reason.Contains(reason, StringComparison.Ordinal));
        var health = await server.Http.GetAsync("healthz", TestContext.Current.CancellationToken);
        Assert.True(health.IsSuccessStatusCode);
    }

    private static void NotAllowed(DecisionAnswer answer)
    {
        Assert.NotEqual("allow", answer.Verdict);
        Assert.Null(answer.Permit);
        Assert.NotEmpty(answer.Findings);
    }

    private static async Task ReadyAsync(TestServer server)
    {
        while (!(await server.Http.GetAsync("readyz", TestContext.Current.CancellationToken)).IsSuccessStatusCode)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static async Task SaysAsync(TestServer server, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var ready = await server.Http.GetAsync("readyz", patience.Token);
            if ((await ready.Content.ReadAsStringAsync(patience.Token)).Contains(text, StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(20, patience.Token);
        }
    }
}
