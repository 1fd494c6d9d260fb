using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Server.Tests.Process;

/// <summary>The service under load is told to stop.</summary>
public sealed class StoppedServerTests
{
    [Fact]
    public async Task It_answers_what_it_took_ends_soon_and_loses_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("homeostat-").FullName;
        var permits = new ConcurrentBag<string>();
        int code;
        using (var server = await ServerProcess.StartAsync(folder))
        {
            var secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
            await server.Estate.TellAsync(
                new EstateChangesBody
                {
                    Source = "test",
                    ObservedAt = TimeProvider.System.GetUtcNow(),
                    Upsert =
                    [
                        new ResourceBody
                        {
                            Id = "web-1",
                            Kind = "compute-instance",
                            State = "running",
                            Tier = 3,
                        },
                    ],
                }
            );
            // Whoever listens for ever must not hold up the end.
            using var listening = new HttpRequestMessage(HttpMethod.Get, "v1/events");
            listening.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
            using var events = await server.Http.SendAsync(
                listening,
                HttpCompletionOption.ResponseHeadersRead,
                TestContext.Current.CancellationToken
            );
            var agent = new HomeostatClient(server.Http, secret);
            var load = Enumerable.Range(0, 4).Select(_ => AskAsync(agent, permits)).ToArray();
            await Task.Delay(300, TestContext.Current.CancellationToken);
            var start = TimeProvider.System.GetTimestamp();
            code = await server.StopAsync();
            // Far below the ten seconds that requests are given to end.
            Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0, 8);
            await Task.WhenAll(load);
        }

        Assert.Equal(0, code);
        Assert.NotEmpty(permits);
        using (var key = SigningKey.LoadOrCreate(Path.Combine(folder, "log.key"), "homeostat.local/log"))
        {
            Assert.Empty(LedgerVerifier.Verify(Path.Combine(folder, "log"), key.VerifierKey.ToString()).Findings);
        }

        await using var again = await TestServer.StartAsync(folder);
        var known = again.Plane.Parts.Book.Outstanding().Select(permit => permit.Permit.Value).ToHashSet();
        Assert.Subset(known, permits.ToHashSet());
    }

    private static async Task AskAsync(HomeostatClient agent, ConcurrentBag<string> permits)
    {
        try
        {
            while (await agent.DecideAsync(TestServer.Stop("web-1")) is { Permit: { } permit })
            {
                permits.Add(permit.Id);
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException or HomeostatException)
        {
            // The service is gone, or going.
        }
    }
}
