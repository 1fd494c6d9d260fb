using System.Net;
using System.Security.Cryptography.X509Certificates;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Postgres.Upstream;

namespace Homeostat.Gateways.Postgres;

/// <summary>One gateway in front of one PostgreSQL server.</summary>
public sealed record PostgresOptions
{
    /// <summary>The name of the server in ids: <c>pg:cluster/database/…</c>.</summary>
    public required string Cluster { get; init; }

    /// <summary>As whom leases work that may change something.</summary>
    public required UpstreamAddress Writer { get; init; }

    /// <summary>As whom leases work that only read.</summary>
    public required UpstreamAddress Reader { get; init; }

    /// <summary>Where clients come; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 6432);

    /// <summary>Null = no TLS, and so nobody but from this host.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether clients on this host may come without TLS.</summary>
    public bool AllowPlainOnLoopback { get; init; } = true;

    /// <summary>Functions that a DBA vouches for.</summary>
    public IReadOnlyList<CodeDeclaration> Declared { get; init; } = [];

    internal UpstreamAddress AddressFor(bool onlyReads) => onlyReads ? Reader : Writer;

    /// <summary>What is wrong, all of it; empty where nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Cluster))
        {
            errors.Add("cluster: it is empty; give the name that the server has in ids");
        }

        if (Certificate is { HasPrivateKey: false })
        {
            errors.Add("certificate: it has no private key; give one that has");
        }

        if (Certificate is null && !IPAddress.IsLoopback(Listen.Address))
        {
            errors.Add(
                $"listen: {Listen} is reached from other hosts; give a certificate, or listen on this host alone"
            );
        }

        if (Certificate is null && !AllowPlainOnLoopback)
        {
            errors.Add("certificate: without one and without plain connections nobody can come; give one");
        }

        return errors;
    }
}
