using System.Security.Cryptography;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Simulation;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>Decisions, simulations and outcomes.</summary>
internal sealed class DecisionEndpoints(ControlPlane plane, Callers callers)
{
    private const string KeyHeader = "Idempotency-Key";
    private const string NotRun = "not-run";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/decisions", DecideAsync);
        routes.MapPost("/v1/simulations", SimulateAsync);
        routes.MapPost("/v1/outcomes", SettleAsync);
    }

    private async Task DecideAsync(HttpContext context)
    {
        var key = KeyOf(context);
        var (request, bytes) = await ReadAsync(context, key);
        var served =
            await plane.Decisions.DecideAsync(request, key, SHA256.HashData(bytes))
            ?? throw new ProblemException(
                StatusCodes.Status409Conflict,
                "the idempotency key was used for another request",
                "choose a new key for a new request"
            );
        var answer = Answers.Of(served, request, plane.Settlements);
        await Exchange.WriteAsync(context, answer, ContractJson.Default.DecisionAnswer);
    }

    private async Task SimulateAsync(HttpContext context)
    {
        var (request, _) = await ReadAsync(context, key: null);
        var served = await plane.Decisions.SimulateAsync(request, context.RequestAborted);
        var answer = Answers.Of(served, request, plane.Settlements);
        await Exchange.WriteAsync(context, answer, ContractJson.Default.DecisionAnswer);
    }

    private async Task SettleAsync(HttpContext context)
    {
        var caller = callers.Identify(context);
        var (body, _) = await Exchange.ReadAsync(context, ContractJson.Default.OutcomeBody);
        if (body.Claim is not ("done" or "failed" or NotRun))
        {
            var places = new Places();
            places.Refuse("claim", $"expected done, failed or {NotRun}");
            throw ProblemException.Of(places);
        }

        var id = new PermitId(body.Permit);
        var mayAsk =
            caller.IsOperator
            || (
                caller.Lease is { } lease
                && plane.Parts.Book.FindPermit(id) is { } permit
                && plane.Parts.Book.IsAbove(lease.Id, permit.Lease)
            );
        var answer = mayAsk
            ? await plane.Settlements.SettleAsync(id, body.Claim, caller.Name, context.RequestAborted)
            : null;
        await Exchange.WriteAsync(
            context,
            answer
                ?? throw new ProblemException(
                    StatusCodes.Status404NotFound,
                    "no such permit is out",
                    "it was never given under this lease, or has been settled"
                ),
            ContractJson.Default.OutcomeAnswer
        );
    }

    private async Task<(ActionRequest Request, byte[] Bytes)> ReadAsync(HttpContext context, string? key)
    {
        var lease = callers.DemandLease(context);
        var (body, bytes) = await Exchange.ReadAsync(context, ContractJson.Default.DecisionBody);
        var places = new Places();
        var id = new RequestId(key ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        var request = RequestReader.Read(body, id, lease.Agent, lease.Id, places);
        return places.Errors.Count == 0 ? (request, bytes) : throw ProblemException.Of(places);
    }

    private static string? KeyOf(HttpContext context)
    {
        var header = context.Request.Headers[KeyHeader];
        if (header.Count == 0)
        {
            return null;
        }

        return header is [{ Length: > 0 and <= Limits.KeyChars } key] && key.All(letter => letter is > ' ' and <= '~')
            ? key
            : throw new ProblemException(
                StatusCodes.Status400BadRequest,
                $"{KeyHeader} has 1 to {Limits.KeyChars} visible ASCII characters"
            );
    }
}
