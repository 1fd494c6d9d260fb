using System.Security.Cryptography;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Server.Hosting;

namespace Homeostat.Server.Api;

/// <summary>Who asks: exactly one of these.</summary>
/// <param name="Lease">The lease whose secret was shown, whether it can still be used or not.</param>
internal sealed record Caller(bool IsOperator, bool IsEstate, Lease? Lease)
{
    public string Name =>
        IsOperator ? "operator"
        : IsEstate ? "estate"
        : $"lease {Lease!.Id}";
}

/// <summary>Tells callers by what they show; secrets are compared by their hashes, in constant time.</summary>
internal sealed class Callers(MemoryLeaseBook book, DataFolder folder)
{
    private const string Scheme = "Bearer ";
    private const string LeasePrefix = "hsl_";
    private static readonly object s_lease = new();
    private static readonly byte[] Nobody = new byte[SHA256.HashSizeInBytes];

    public static string LeaseToken(LeaseId id, string secret) => $"{LeasePrefix}{id}.{secret}";

    /// <exception cref="ProblemException">Nothing was shown, or nothing that is known.</exception>
    public Caller Identify(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } text || !text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw Unknown(context, "show a token: Authorization: Bearer …");
        }

        if (LeaseOf(context) is { } shown)
        {
            return new Caller(IsOperator: false, IsEstate: false, shown);
        }

        var token = text[Scheme.Length..].Trim();
        var hash = DataFolder.Hash(token);
        if (CryptographicOperations.FixedTimeEquals(hash, folder.OperatorHash))
        {
            return new Caller(IsOperator: true, IsEstate: false, null);
        }

        if (CryptographicOperations.FixedTimeEquals(hash, folder.EstateHash))
        {
            return new Caller(IsOperator: false, IsEstate: true, null);
        }

        throw Unknown(context, "the token is not one of this service");
    }

    /// <exception cref="ProblemException">It is not the operator.</exception>
    public void DemandOperator(HttpContext context)
    {
        if (!Identify(context).IsOperator)
        {
            throw Forbidden("this is for the operator's token");
        }
    }

    /// <exception cref="ProblemException">It is not the bearer of a lease.</exception>
    public Lease DemandLease(HttpContext context) =>
        Identify(context).Lease ?? throw Forbidden("this is for the secret of a lease; grant one first");

    /// <summary>The lease whose secret is shown; null where none is, or not the right one. Compared once for each request.</summary>
    public Lease? LeaseOf(HttpContext context)
    {
        if (context.Items.TryGetValue(s_lease, out var known))
        {
            return (Lease?)known;
        }

        var lease =
            context.Request.Headers.Authorization is [{ } text] && text.StartsWith(Scheme, StringComparison.Ordinal)
                ? LeaseOf(text[Scheme.Length..].Trim())
                : null;
        context.Items[s_lease] = lease;
        return lease;
    }

    /// <summary>The operator sees every lease, a lease itself and what is under it.</summary>
    public bool IsSeenBy(Caller caller, LeaseId id) =>
        caller.IsOperator || (caller.Lease is { } own && book.IsAbove(own.Id, id));

    public static ProblemException Forbidden(string detail) =>
        new(StatusCodes.Status403Forbidden, "the token does not entitle to this", detail);

    private Lease? LeaseOf(string token)
    {
        var dot = token.LastIndexOf('.');
        if (dot < LeasePrefix.Length || !token.StartsWith(LeasePrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var lease = book.FindLease(new LeaseId(token[LeasePrefix.Length..dot]));
        var known = lease is { SecretHash.Length: > 0 } ? Convert.FromHexString(lease.SecretHash) : Nobody;
        return CryptographicOperations.FixedTimeEquals(DataFolder.Hash(token[(dot + 1)..]), known) ? lease : null;
    }

    private static ProblemException Unknown(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return new ProblemException(StatusCodes.Status401Unauthorized, "who is asking is not known", detail);
    }
}
