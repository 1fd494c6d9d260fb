using System.Security.Cryptography;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Ledger.Storage;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>Granting, delegating, listing, showing and revoking leases.</summary>
internal sealed class LeaseEndpoints(ControlPlane plane, Callers callers)
{
    private MemoryLeaseBook Book => plane.Parts.Book;

    private DateTimeOffset Now => plane.Parts.Clock.GetUtcNow();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/leases", GrantAsync);
        routes.MapGet("/v1/leases", ListAsync);
        routes.MapGet("/v1/leases/{id}", ShowAsync);
        routes.MapDelete("/v1/leases/{id}", RevokeAsync);
    }

    private async Task GrantAsync(HttpContext context)
    {
        var caller = callers.Identify(context);
        if (caller.IsEstate)
        {
            throw Callers.Forbidden("the estate's token is for telling what is there");
        }

        var (body, _) = await Exchange.ReadAsync(context, ContractJson.Default.GrantBody);
        var places = new Places();
        var id = new LeaseId(
            body.Id is { } chosen
                ? Chosen(chosen, places)
                : $"l-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}"
        );
        var secret = DataFolder.NewSecret();
        var lease = GrantReader.Read(body, id, caller.Lease?.Id, Now, places) with
        {
            SecretHash = Convert.ToHexStringLower(DataFolder.Hash(secret)),
            PasswordVerifier = plane.Postgres is null
                ? ""
                : ScramVerifier.Create(Callers.LeaseToken(id, secret)).ToString(),
        };
        if (places.Errors.Count > 0)
        {
            throw ProblemException.Of(places);
        }

        if (Book.FindLease(id) is { } existing)
        {
            await RepeatAsync(context, lease, existing);
            return;
        }

        var answer = await plane.Parts.Registry.GrantAsync(lease, caller.Name);
        if (answer.Refusal is { } refusal)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "the lease is not granted", refusal);
        }

        var granted = new GrantAnswer(Answers.Of(Book.Status(id, Now)!), Callers.LeaseToken(id, secret));
        context.Response.Headers.CacheControl = "no-store";
        await Exchange.WriteAsync(context, granted, ContractJson.Default.GrantAnswer, StatusCodes.Status201Created);
    }

    private static string Chosen(string text, Places places)
    {
        if (
            text.Length is > 0 and <= Limits.NameChars
            && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        )
        {
            return text;
        }

        places.Refuse("id", $"expected 1 to {Limits.NameChars} small letters, digits and hyphens");
        return "unnamed";
    }

    /// <summary>The same grant again changes nothing; its secret was told once and is not known any more.</summary>
    private async Task RepeatAsync(HttpContext context, Lease asked, Lease existing)
    {
        var same = asked with
        {
            IssuedAt = existing.IssuedAt,
            ExpiresAt = existing.IssuedAt + (asked.ExpiresAt - asked.IssuedAt),
            SecretHash = existing.SecretHash,
            PasswordVerifier = existing.PasswordVerifier,
        };
        if (Book.RefusalOf(same, Now) is { } refusal)
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "the lease is not granted", refusal);
        }

        var answer = new GrantAnswer(Answers.Of(Book.Status(existing.Id, Now)!), null);
        await Exchange.WriteAsync(context, answer, ContractJson.Default.GrantAnswer);
    }

    private async Task ListAsync(HttpContext context)
    {
        var caller = callers.Identify(context);
        var after = context.Request.Query["after"].ToString();
        var rows = Book.List(Now)
            .Where(status => callers.IsSeenBy(caller, status.Lease.Id))
            .Where(status => string.CompareOrdinal(status.Lease.Id.Value, after) > 0)
            .Take(Limits.PageRows + 1)
            .ToList();
        var page = rows.Take(Limits.PageRows).Select(Answers.Of).ToList();
        var next = rows.Count > Limits.PageRows ? page[^1].Id : null;
        await Exchange.WriteAsync(context, new LeasePage(page, next), ContractJson.Default.LeasePage);
    }

    private Task ShowAsync(HttpContext context)
    {
        var id = Asked(context);
        return Exchange.WriteAsync(context, Answers.Of(Book.Status(id, Now)!), ContractJson.Default.LeaseBody);
    }

    private async Task RevokeAsync(HttpContext context)
    {
        var id = Asked(context);
        try
        {
            var receipt = await plane.Parts.Registry.RevokeAsync(id, callers.Identify(context).Name);
            var answer = new RevokeAnswer(id.Value, receipt!.Index);
            await Exchange.WriteAsync(context, answer, ContractJson.Default.RevokeAnswer);
        }
        catch (AppendRefusedException error)
        {
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable,
                "the lease is revoked, but the log could not take it",
                $"after a restart it would be valid again; ask again: {error.Message}"
            );
        }
    }

    /// <summary>The lease of the path, where the caller may see it; others are told the same as if it were not there.</summary>
    private LeaseId Asked(HttpContext context)
    {
        var caller = callers.Identify(context);
        var id = new LeaseId((string)context.Request.RouteValues["id"]!);
        return Book.FindLease(id) is not null && callers.IsSeenBy(caller, id)
            ? id
            : throw new ProblemException(StatusCodes.Status404NotFound, "there is no such lease under this token");
    }
}
