using Homeostat.Client.Contract;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>Whether the process lives, and whether it can decide.</summary>
internal sealed class HealthEndpoints(ControlPlane plane)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", context => context.Response.WriteAsync("ok\n"));
        routes.MapGet("/readyz", ReadyAsync);
    }

    private Task ReadyAsync(HttpContext context)
    {
        var missing = plane.Missing();
        var status = missing.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        var answer = new ReadyAnswer(missing.Count == 0, missing, plane.Warnings());
        return Exchange.WriteAsync(context, answer, ContractJson.Default.ReadyAnswer, status);
    }
}
