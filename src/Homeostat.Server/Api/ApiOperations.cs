using System.Text.Json.Serialization.Metadata;
using Homeostat.Client.Contract;

namespace Homeostat.Server.Api;

/// <summary>One request of the interface, as it is documented.</summary>
/// <param name="Token">Whose token it takes; null = it takes none.</param>
internal sealed record ApiOperation(string Method, string Path, string Summary, string? Token)
{
    public JsonTypeInfo? Body { get; init; }

    /// <summary>A body that is accepted as it stands; a test reads it.</summary>
    public string? Example { get; init; }

    /// <summary>Null where the answer is not JSON.</summary>
    public JsonTypeInfo? Answer { get; init; }

    public int Status { get; init; } = StatusCodes.Status200OK;

    public string AnswerType { get; init; } = "application/json";

    /// <summary>Optional parameters of the query or, with a capital, of the header.</summary>
    public IReadOnlyList<(string Name, string Description)> Parameters { get; init; } = [];
}

/// <summary>Every request that the service answers. A test compares it with the routes.</summary>
internal static class ApiOperations
{
    private const string Operator = "operator";
    private const string Lease = "lease";
    private const string Either = "operator or lease";
    private static readonly ContractJson Json = ContractJson.Default;

    private const string Stop = """
        {
          "operation": "stop",
          "effects": [{ "do": "stop", "id": "aws_instance.orders_dr_web" }],
          "premises": [{ "id": "aws_instance.orders_dr_web", "key": "cpu_percent", "is": "less", "value": 5 }],
          "goal": { "text": "cut cost", "changes": ["aws_instance.orders_dr_web"] }
        }
        """;

    private const string Grant = """
        {
          "agent": "cost-cutter",
          "purpose": "stop what is idle",
          "lifeSeconds": 1200,
          "cone": {
            "operations": ["stop", "start"],
            "where": { "ids": ["aws_instance.*"], "regions": ["eu-west-1"] },
            "amounts": { "resources": 3, "perMinute": 10 },
            "manner": "reversible"
          }
        }
        """;

    private const string Changes = """
        {
          "source": "inventory",
          "observedAt": "2026-03-02T12:00:00Z",
          "upsert": [
            { "id": "orders", "kind": "service", "tier": 0, "needs": [{ "group": "web", "members": ["web-1", "web-2"], "k": 1 }] },
            { "id": "web-1", "kind": "compute-instance", "state": "running", "environments": ["production"] },
            { "id": "web-2", "kind": "compute-instance", "state": "running", "facts": { "cpu_percent": 12.5 } }
          ],
          "remove": ["web-3"]
        }
        """;

    public static IReadOnlyList<ApiOperation> All { get; } =
    [
        .. Decisions(),
        .. Leases(),
        .. Estate(),
        .. Log(),
        new("GET", "/healthz", "whether the process lives", null) { AnswerType = "text/plain" },
        new("GET", "/readyz", "whether requests can be decided, what is missing, what to look at", null)
        {
            Answer = Json.ReadyAnswer,
        },
        new("GET", OpenApi.Path, "this document", null),
    ];

    private static IEnumerable<ApiOperation> Decisions() =>
        [
            new("POST", "/v1/decisions", "decides; the permit in the answer is the right to go ahead", Lease)
            {
                Body = Json.DecisionBody,
                Example = Stop,
                Answer = Json.DecisionAnswer,
                Parameters = [("Idempotency-Key", "the same key with the same body is decided once")],
            },
            new("POST", "/v1/simulations", "what the decision would be; nothing is reserved or written", Lease)
            {
                Body = Json.DecisionBody,
                Example = Stop,
                Answer = Json.DecisionAnswer,
            },
            new("POST", "/v1/postgres/simulations", "what SQL would do; nothing of it is run", Either)
            {
                Body = Json.SqlBody,
                Example = """{ "database": "shop", "sql": "delete from orders where id = 7" }""",
                Answer = Json.SqlAnswer,
            },
            new("POST", "/v1/outcomes", "claims what became of a permit; only observation settles it", Either)
            {
                Body = Json.OutcomeBody,
                Example = """{ "permit": "0f4b5a6c7d8e9f00112233445566778a", "claim": "done" }""",
                Answer = Json.OutcomeAnswer,
            },
            new("GET", "/v1/events", "decisions as they happen, as server-sent events", Either)
            {
                AnswerType = "text/event-stream",
                Parameters = [("Last-Event-ID", "go on behind this event; by default from now on")],
            },
            new("GET", "/v1/agents", "agents with their leases, verdicts and last decision", Either)
            {
                Answer = Json.AgentPage,
                Parameters = [("after", "what the page before calls next")],
            },
        ];

    private static IEnumerable<ApiOperation> Leases() =>
        [
            new("POST", "/v1/leases", "grants a lease; with a lease's secret, delegates under it", Either)
            {
                Body = Json.GrantBody,
                Example = Grant,
                Answer = Json.GrantAnswer,
                Status = StatusCodes.Status201Created,
            },
            new("GET", "/v1/leases", "the leases that the token may see", Either)
            {
                Answer = Json.LeasePage,
                Parameters = [("after", "what the page before calls next")],
            },
            new("GET", "/v1/leases/{id}", "one lease with what is left of it", Either) { Answer = Json.LeaseBody },
            new("DELETE", "/v1/leases/{id}", "ends the lease and everything under it, at once", Either)
            {
                Answer = Json.RevokeAnswer,
            },
        ];

    private static IEnumerable<ApiOperation> Estate() =>
        [
            new("GET", "/v1/estate", "the model and its sources; with an id, a resource", Operator)
            {
                Answer = Json.EstateAnswer,
                Parameters = [("id", "the resource to show")],
            },
            new("POST", "/v1/estate/changes", "what a source of your own has seen", "estate")
            {
                Body = Json.EstateChangesBody,
                Example = Changes,
                Answer = Json.EstateAnswer,
            },
            new("GET", "/v1/reports", "what an operator should know, the newest first", Operator)
            {
                Answer = Json.ReportsAnswer,
                Parameters = [("before", "what the page before calls next")],
            },
        ];

    private static IEnumerable<ApiOperation> Log() =>
        [
            new("GET", "/v1/log/checkpoint", "the newest signed checkpoint", null) { AnswerType = "text/plain" },
            new("GET", "/v1/log/entries", "entries of the log", Operator)
            {
                Answer = Json.LogPage,
                Parameters = [("from", "the index of the first; what the page before calls next")],
            },
            new("GET", "/v1/log/tile/{rest}", "a tile of the log (C2SP tlog-tiles)", Operator)
            {
                AnswerType = "application/octet-stream",
            },
        ];
}
