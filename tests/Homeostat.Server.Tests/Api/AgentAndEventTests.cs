using System.Net.Http.Headers;
using System.Text.Json;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Tests.Api;

/// <summary>Who acts, and what is decided as it happens; each sees what is its own.</summary>
public sealed class AgentAndEventTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Agents_are_told_with_their_leases_and_verdicts()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("first");
        await server.GrantAsync("second", body => body with { Agent = "agent-2" });
        await agent.DecideAsync(TestServer.Stop("web-1"));
        await agent.DecideAsync(TestServer.Stop("db-1"));
        await server.Operator.RevokeAsync("second");

        var page = await server.Operator.AgentsAsync(cancellationToken: Token);

        Assert.Equal(["agent-1", "agent-2"], page.Agents.Select(row => row.Agent));
        var first = page.Agents[0];
        Assert.Equal((1, 0, 1), (first.Valid, first.Ended, first.Outstanding));
        Assert.Equal(2, first.Verdicts.Count);
        Assert.Equal((1, 1), (first.Verdicts["allow"], first.Verdicts["deny"]));
        Assert.NotNull(first.LastDecision);
        Assert.Equal((0, 1, null), (page.Agents[1].Valid, page.Agents[1].Ended, page.Agents[1].LastDecision));
        Assert.Equal("agent-1", Assert.Single((await agent.AgentsAsync(cancellationToken: Token)).Agents).Agent);
        Assert.Equal("agent-2", Assert.Single((await server.Operator.AgentsAsync("agent-1", Token)).Agents).Agent);
        var refused = await Assert.ThrowsAsync<HomeostatException>(() =>
            server.Estate.AgentsAsync(cancellationToken: Token)
        );
        Assert.Equal(403, refused.Problem.Status);
    }

    [Fact]
    public async Task Decisions_are_told_as_they_happen_and_go_on_where_a_reader_left()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var secret = (await server.Operator.GrantAsync(TestServer.Body("first"))).Secret!;
        var agent = new HomeostatClient(server.Http, secret);
        var stranger = await server.GrantAsync("stranger");

        using var all = await Events.OpenAsync(server, server.OperatorToken, lastSeen: null);
        using var own = await Events.OpenAsync(server, secret, lastSeen: null);
        await stranger.DecideAsync(TestServer.Stop("db-1"));
        var allowed = await agent.DecideAsync(TestServer.Stop("web-1"));

        Assert.Equal("stranger", (await all.NextAsync()).Lease);
        var seen = await all.NextAsync();
        Assert.Equal(("first", "allow", allowed.Permit!.Id), (seen.Lease, seen.Verdict, seen.Permit));
        Assert.Equal(["Stop web-1"], seen.Effects);
        Assert.Equal(seen.Index, (await own.NextAsync()).Index);

        await agent.DecideAsync(TestServer.Stop("db-2"));
        using var later = await Events.OpenAsync(server, server.OperatorToken, lastSeen: seen.Index);
        Assert.Equal(["Stop db-2"], (await later.NextAsync()).Effects);

        await server.Operator.RevokeAsync("first");
        await own.EndAsync();
    }

    [Fact]
    public async Task A_reader_that_is_too_far_behind_is_told_how_much_it_missed()
    {
        await using var server = await TestServer.StartAsync(new ServerOptions { Data = "", EventLag = 5 });
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("first");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => agent.DecideAsync(TestServer.Stop("db-1"))));

        using var events = await Events.OpenAsync(server, server.OperatorToken, lastSeen: 0);

        var (name, data) = await events.NextRawAsync();
        Assert.Equal("missed", name);
        var missed = JsonSerializer.Deserialize(data, ContractJson.Default.MissedEvent)!;
        Assert.Equal((1, server.Plane.Log.Size - 1 - 5), (missed.From, missed.Missed));
        Assert.Equal(missed.To + 1, (await events.NextAsync()).Index);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1000000")]
    public async Task A_last_id_that_no_event_has_is_refused(string lastSeen)
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/events");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.OperatorToken);
        request.Headers.Add("Last-Event-ID", lastSeen);

        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);

        Assert.Equal(400, (int)response.StatusCode);
    }

    /// <summary>A reader of server-sent events.</summary>
    private sealed class Events(HttpResponseMessage response, StreamReader reader) : IDisposable
    {
        public static async Task<Events> OpenAsync(TestServer server, string token, long? lastSeen)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "v1/events");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (lastSeen is { } id)
            {
                request.Headers.Add("Last-Event-ID", $"{id}");
            }

            var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
            return new Events(response, new StreamReader(await response.Content.ReadAsStreamAsync(Token)));
        }

        public async Task<DecisionEvent> NextAsync()
        {
            var (name, data) = await NextRawAsync();
            Assert.Equal("decision", name);
            return JsonSerializer.Deserialize(data, ContractJson.Default.DecisionEvent)!;
        }

        public async Task<(string Name, string Data)> NextRawAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var name = "";
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line[7..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return (name, line[6..]);
                }
            }

            throw new InvalidOperationException("the events ended");
        }

        public async Task EndAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await reader.ReadLineAsync(patience.Token) is { } line)
            {
                Assert.DoesNotContain("db-3", line, StringComparison.Ordinal);
            }
        }

        public void Dispose()
        {
            reader.Dispose();
            response.Dispose();
        }
    }
}
