using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>A server to look at, and what it cannot say of itself.</summary>
/// <param name="Cluster">The cluster's name in every id: <c>pg:main/shop/public.orders</c>.</param>
/// <param name="ConnectionString">As Npgsql takes it; its database is where the look at the cluster begins.</param>
public sealed record PostgresOptions(string Cluster, string ConnectionString)
{
    /// <summary>Between two looks at everything.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Where the server is, which it does not know; everything in it is there too.</summary>
    public Location Location { get; init; } = Location.Nowhere;

    /// <summary>By the subscription's name, the database that it follows: who subscribes may not read from where.</summary>
    public IReadOnlyDictionary<string, PostgresUpstream> Upstreams { get; init; } =
        new Dictionary<string, PostgresUpstream>();
}

/// <summary>The database that a subscription follows, by the names that its own source gives it.</summary>
public sealed record PostgresUpstream(string Cluster, string Database);
