using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Tests.Api;

/// <summary>One agent cannot take the service from the others.</summary>
public sealed class LeaseRateTests
{
    [Fact]
    public async Task Too_many_requests_under_one_lease_are_told_when_to_come_back_and_others_go_on()
    {
        await using var server = await TestServer.StartAsync(new ServerOptions { Data = "", LeaseRate = 1 });
        await server.TellAsync("running", null, "web-1");
        var secret = (await server.Operator.GrantAsync(TestServer.Body("busy"))).Secret!;
        var other = await server.GrantAsync("other");

        // Who shows the lease's name with a wrong secret takes nothing from it.
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await GetAsync(server, secret[..^4] + "AAAA");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using (var first = await GetAsync(server, secret))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        }

        using var refused = await RefusalAsync(server, secret);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
        var problem = await refused.Content.ReadFromJsonAsync(
            ContractJson.Default.ProblemBody,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(429, problem!.Status);
        Assert.Equal("allow", (await other.SimulateAsync(TestServer.Stop("web-1"))).Verdict);
    }

    private static async Task<HttpResponseMessage> RefusalAsync(TestServer server, string secret)
    {
        for (var i = 0; i < 50; i++)
        {
            var response = await GetAsync(server, secret);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return response;
            }

            response.Dispose();
        }

        throw new InvalidOperationException("fifty requests at once were answered");
    }

    private static async Task<HttpResponseMessage> GetAsync(TestServer server, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/leases");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
