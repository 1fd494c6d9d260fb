using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Homeostat.Client.Contract;

namespace Homeostat.Client;

/// <summary>Asks a running service; what it refuses to answer is a <see cref="HomeostatException"/>.</summary>
/// <param name="http">Its base address is the service's.</param>
/// <param name="credential">The secret of a lease, the operator's token or the estate's.</param>
public sealed class HomeostatClient(HttpClient http, string credential)
{
    private static readonly ContractJson Json = ContractJson.Default;

    /// <param name="idempotencyKey">The same key with the same body is the same request again: it is decided once.</param>
    public Task<DecisionAnswer> DecideAsync(
        DecisionBody body,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            HttpMethod.Post,
            "v1/decisions",
            Body(body, Json.DecisionBody),
            Json.DecisionAnswer,
            cancellationToken,
            idempotencyKey
        );

    /// <summary>What the decision would be; nothing is reserved and nothing is written.</summary>
    public Task<DecisionAnswer> SimulateAsync(DecisionBody body, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post,
            "v1/simulations",
            Body(body, Json.DecisionBody),
            Json.DecisionAnswer,
            cancellationToken
        );

    /// <summary>What SQL would do, statement by statement; nothing of it is run.</summary>
    public Task<SqlAnswer> SimulateAsync(SqlBody body, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post,
            "v1/postgres/simulations",
            Body(body, Json.SqlBody),
            Json.SqlAnswer,
            cancellationToken
        );

    public Task<OutcomeAnswer> SettleAsync(OutcomeBody body, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "v1/outcomes", Body(body, Json.OutcomeBody), Json.OutcomeAnswer, cancellationToken);

    /// <summary>With the operator's token a root; with a lease's secret a lease under that one.</summary>
    public Task<GrantAnswer> GrantAsync(GrantBody body, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, "v1/leases", Body(body, Json.GrantBody), Json.GrantAnswer, cancellationToken);

    public Task<LeasePage> ListAsync(string? after = null, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Get,
            after is null ? "v1/leases" : $"v1/leases?after={Uri.EscapeDataString(after)}",
            null,
            Json.LeasePage,
            cancellationToken
        );

    public Task<LeaseBody> ShowAsync(string lease, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, Path(lease), null, Json.LeaseBody, cancellationToken);

    /// <summary>Ends the lease and everything under it, at once.</summary>
    public Task<RevokeAnswer> RevokeAsync(string lease, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, Path(lease), null, Json.RevokeAnswer, cancellationToken);

    /// <summary>Whether it can decide, and what is missing; an answer too where it cannot.</summary>
    public async Task<ReadyAnswer> ReadyAsync(CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync("readyz", cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync(Json.ReadyAnswer, cancellationToken)
                ?? throw new JsonException("an empty answer");
        }
        catch (JsonException)
        {
            throw new HomeostatException(
                new ProblemBody
                {
                    Title = $"the service answered {(int)response.StatusCode}",
                    Status = (int)response.StatusCode,
                }
            );
        }
    }

    public Task<EstateAnswer> EstateAsync(CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, "v1/estate", null, Json.EstateAnswer, cancellationToken);

    /// <summary>Needs the estate's credential.</summary>
    public Task<EstateAnswer> TellAsync(EstateChangesBody body, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post,
            "v1/estate/changes",
            Body(body, Json.EstateChangesBody),
            Json.EstateAnswer,
            cancellationToken
        );

    public Task<AgentPage> AgentsAsync(string? after = null, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Get,
            after is null ? "v1/agents" : $"v1/agents?after={Uri.EscapeDataString(after)}",
            null,
            Json.AgentPage,
            cancellationToken
        );

    /// <summary>Needs the operator's token.</summary>
    public Task<LogPage> EntriesAsync(long from, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, $"v1/log/entries?from={from}", null, Json.LogPage, cancellationToken);

    public Task<ReportsAnswer> ReportsAsync(CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, "v1/reports", null, Json.ReportsAnswer, cancellationToken);

    private static string Path(string lease) => $"v1/leases/{Uri.EscapeDataString(lease)}";

    private static JsonContent Body<T>(T body, JsonTypeInfo<T> type) => JsonContent.Create(body, type);

    private async Task<T> SendAsync<T>(
        HttpMethod method,
        string path,
        HttpContent? body,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken,
        string? idempotencyKey = null
    )
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HomeostatException(await ProblemAsync(response, cancellationToken));
        }

        return await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new HomeostatException(
                new ProblemBody { Title = "the service sent an empty answer", Status = (int)response.StatusCode }
            );
    }

    private static async Task<ProblemBody> ProblemAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync(Json.ProblemBody, cancellationToken) is { } problem)
            {
                return problem;
            }
        }
        catch (JsonException)
        {
            // Something between here and the service answered in words of its own.
        }

        return new ProblemBody
        {
            Title = $"the service answered {(int)response.StatusCode} {response.ReasonPhrase}",
            Status = (int)response.StatusCode,
        };
    }
}

/// <summary>The service did not do what it was asked; the problem says why.</summary>
public sealed class HomeostatException(ProblemBody problem) : Exception(Describe(problem))
{
    public ProblemBody Problem { get; } = problem;

    private static string Describe(ProblemBody problem) =>
        string.Join(
            Environment.NewLine,
            (string[])
                [
                    problem.Detail is null ? problem.Title : $"{problem.Title}: {problem.Detail}",
                    .. (problem.Errors ?? []).Select(error => $"  {error.At}: {error.Problem}"),
                ]
        );
}
