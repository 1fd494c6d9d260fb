using System.Globalization;
using Homeostat.Client.Contract;
using Homeostat.Core.Estate;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>What the estate looks like, and who tells so.</summary>
internal sealed class EstateEndpoints(ControlPlane plane, Callers callers)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/estate", ShowAsync);
        routes.MapPost("/v1/estate/changes", ChangeAsync);
        routes.MapGet("/v1/reports", ReportsAsync);
    }

    private Task ShowAsync(HttpContext context)
    {
        callers.DemandOperator(context);
        return context.Request.Query.TryGetValue("id", out var id)
            ? Exchange.WriteAsync(context, Resource(id.ToString()), ContractJson.Default.ResourceAnswer)
            : Exchange.WriteAsync(context, Summary(), ContractJson.Default.EstateAnswer);
    }

    /// <summary>No lease tells what the estate looks like: who acts must not say what was seen.</summary>
    private async Task ChangeAsync(HttpContext context)
    {
        if (!callers.Identify(context).IsEstate)
        {
            throw Callers.Forbidden("what the estate looks like is told under the estate's own token");
        }

        var (body, _) = await Exchange.ReadAsync(context, ContractJson.Default.EstateChangesBody);
        var places = new Places();
        var batch = ChangesReader.Read(body, places);
        if (body.ObservedAt > plane.Parts.Clock.GetUtcNow() + ShelfLives.ClockTolerance)
        {
            places.Refuse("observedAt", "it lies in the future; send the time at which the source looked");
        }

        var name = $"http:{body.Source}";
        if (places.Errors.Count > 0)
        {
            throw ProblemException.Of(places);
        }

        try
        {
            plane.Parts.Estate.Apply(plane.Parts.Estate.Register(name, null), batch);
        }
        catch (EstateSourceException error)
        {
            throw new ProblemException(
                StatusCodes.Status409Conflict,
                "the changes are not taken, none of them",
                error.Message
            );
        }

        await Exchange.WriteAsync(context, Summary(), ContractJson.Default.EstateAnswer);
    }

    private Task ReportsAsync(HttpContext context)
    {
        callers.DemandOperator(context);
        var text = context.Request.Query["before"].ToString();
        if (!long.TryParse(text.Length == 0 ? $"{long.MaxValue}" : text, CultureInfo.InvariantCulture, out var before))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "before: expected what a page calls next");
        }

        var answer = plane.Parts.Reports.Page(before);
        return Exchange.WriteAsync(context, answer, ContractJson.Default.ReportsAnswer);
    }

    private EstateAnswer Summary()
    {
        var estate = plane.Parts.Estate.Current;
        return new EstateAnswer
        {
            Version = estate?.Version ?? 0,
            Resources = estate?.Count ?? 0,
            Relations = estate?.RelationCount ?? 0,
            OutstandingPermits = plane.Parts.Book.Outstanding().Count,
            Overlay = plane.Overlay is { } overlay
                ? new OverlayState(Path.GetFullPath(overlay.File), overlay.LoadedAt, overlay.Problem)
                : null,
            Sources =
            [
                .. plane.Parts.Estate.Sources.Select(source => new SourceBody(
                    source.Name,
                    source.HasListed,
                    source.Problem
                )),
            ],
        };
    }

    private ResourceAnswer Resource(string text)
    {
        if (
            !ResourceId.TryCreate(text, out var id)
            || plane.Parts.Estate.Current is not { } estate
            || estate.Describe(id) is not { } resource
            || !estate.Contains(id)
        )
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "no source describes such a resource");
        }

        var (working, declared) = estate.CapacityOf(id);
        return new ResourceAnswer
        {
            Id = id.Value,
            Kind = resource.Kind.Name,
            State = Words.Of(resource.State),
            EffectiveTier = (int)estate.EffectiveTierOf(id),
            Working = working,
            Declared = declared,
            ObservedAt = resource.Existence.ObservedAt,
            Environments = resource.Environments,
        };
    }
}
