using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json;
using Homeostat.Client.Contract;

namespace Homeostat.SystemTests.Postgres.Site;

/// <summary>Follows the log's decisions as a team's own tools would: over server-sent events.</summary>
internal sealed class Decisions : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, ConcurrentQueue<DecisionEvent>> _byAgent = new(
        StringComparer.Ordinal
    );
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http;
    private readonly Task _following;
    private readonly Func<string> _said;

    public Decisions(Uri address, string token, Func<string> said)
    {
        _said = said;
        _http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _following = Task.Run(() => FollowAsync(token));
    }

    public IReadOnlyCollection<DecisionEvent> Of(string agent) => _byAgent.TryGetValue(agent, out var all) ? all : [];

    /// <summary>Waits for a decision about an agent that is written already, or is being written.</summary>
    public async Task<DecisionEvent> FindAsync(string agent, Func<DecisionEvent, bool> is_)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Of(agent).FirstOrDefault(is_) is { } found)
            {
                return found;
            }

            Assert.False(_following.IsCompleted, $"the events ended: {_following.Exception} {_said()}");
            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < Patience,
                $"the log has no such decision about {agent}: {string.Join(", ", Of(agent).Select(Say))}"
            );
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following;
        _http.Dispose();
        _stopping.Dispose();
    }

    private static string Say(DecisionEvent one) => $"{one.Verdict} {one.Operation}";

    private async Task FollowAsync(string token)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "v1/events");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var answer = await _http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                _stopping.Token
            );
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_stopping.Token));
            var name = "";
            while (await lines.ReadLineAsync(_stopping.Token) is { } line)
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line["event: ".Length..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal) && name == "decision")
                {
                    Take(line["data: ".Length..]);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or HttpRequestException)
        {
            // The service is gone, or nobody listens any more.
        }
    }

    private void Take(string json)
    {
        var one = JsonSerializer.Deserialize(json, ContractJson.Default.DecisionEvent)!;
        _byAgent.GetOrAdd(one.Agent, _ => []).Enqueue(one);
    }
}
