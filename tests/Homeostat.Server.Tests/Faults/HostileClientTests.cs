using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Homeostat.Server.Tests.Faults;

/// <summary>Clients that send too much, too slowly or too often; others are served all the same.</summary>
public sealed class HostileClientTests
{
    [Fact]
    public async Task A_body_of_a_gigabyte()
    {
        await using var server = await TestServer.StartAsync();
        var secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;

        var announced = await SendAsync(server, Head(secret, "Content-Length: 1073741824"), " {");
        Assert.StartsWith("HTTP/1.1 413", announced, StringComparison.Ordinal);

        // Without saying how much, the answer comes when the limit is passed.
        var chunk = new string(' ', 64 * 1024);
        var chunks = string.Concat(Enumerable.Repeat($"{chunk.Length:x}\r\n{chunk}\r\n", 20));
        var streamed = await SendAsync(server, Head(secret, "Transfer-Encoding: chunked"), chunks);
        Assert.StartsWith("HTTP/1.1 413", streamed, StringComparison.Ordinal);
        await ServesAsync(server);
    }

    [Fact]
    public async Task A_body_that_comes_slowly()
    {
        await using var server = await TestServer.StartAsync();
        var secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
        var slow = SendAsync(server, Head(secret, "Content-Length: 100"), "{");

        await ServesAsync(server);
        var answer = await slow;
        Assert.True(
            answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal),
            $"a body that never comes was answered: {answer}"
        );
    }

    [Fact]
    public async Task More_requests_at_once_than_are_answered()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
        var begun = Encoding.ASCII.GetBytes(Head(secret, "Content-Length: 100") + "{");
        async Task<Socket> BeginAsync()
        {
            var socket = await ConnectAsync(server);
            await socket.SendAsync(begun);
            return socket;
        }

        // A body that does not come is given up after five seconds, and a busy machine may take longer to open so many: then it begins
        // again, and never holds more open than are answered.
        string? refused = null;
        for (var attempt = 0; attempt < 10 && refused is null; attempt++)
        {
            var open = await Task.WhenAll(Enumerable.Range(0, Limits.Requests).Select(_ => BeginAsync()));
            refused = await WithinAsync(TimeSpan.FromSeconds(4), server, 503);
            Array.ForEach(open, socket => socket.Dispose());
            await UntilStatusAsync(server, 200);
        }

        Assert.Contains("too many requests", refused ?? "none was refused", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_thousand_connections()
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var agent = await server.GrantAsync("lease");
        var open = new List<Socket>();
        for (var i = 0; i < 5_000; i++)
        {
            open.Add(await ConnectAsync(server));
        }

        // The connection that is open already is served; whoever comes now waits or is cut.
        Assert.Equal("allow", (await agent.DecideAsync(TestServer.Stop("web-1"))).Verdict);
        open.ForEach(socket => socket.Dispose());
        await UntilStatusAsync(server, 200);
    }

    private static string Head(string secret, string length) =>
        $"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n{length}\r\n\r\n";

    private static async Task<Socket> ConnectAsync(TestServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        return socket;
    }

    private static async Task<string> SendAsync(TestServer server, string head, string body)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = await ConnectAsync(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(head), patience.Token);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(body), patience.Token);
            var answer = new byte[4096];
            var count = await socket.ReceiveAsync(answer, patience.Token);
            return Encoding.ASCII.GetString(answer, 0, count);
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task ServesAsync(TestServer server)
    {
        var health = await server.Http.GetAsync("healthz", TestContext.Current.CancellationToken);
        Assert.True(health.IsSuccessStatusCode);
    }

    /// <summary>Null where it is not told that status in time.</summary>
    private static async Task<string?> WithinAsync(TimeSpan time, TestServer server, int status)
    {
        using var patience = new CancellationTokenSource(time);
        try
        {
            return await UntilStatusAsync(server, status, patience);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task<string> UntilStatusAsync(TestServer server, int status)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await UntilStatusAsync(server, status, patience);
    }

    private static async Task<string> UntilStatusAsync(TestServer server, int status, CancellationTokenSource patience)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.OperatorToken);
        while (true)
        {
            try
            {
                using var response = await http.GetAsync("v1/estate", patience.Token);
                if ((int)response.StatusCode == status)
                {
                    return await response.Content.ReadAsStringAsync(patience.Token);
                }
            }
            catch (HttpRequestException)
            {
                // Cut: there are too many connections still.
            }

            await Task.Delay(20, patience.Token);
        }
    }
}
