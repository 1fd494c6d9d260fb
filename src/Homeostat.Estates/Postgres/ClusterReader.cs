using Homeostat.Core.Estate;
using Npgsql;

namespace Homeostat.Estates.Postgres;

/// <summary>Reads the whole cluster, one database after another, each at one moment.</summary>
internal sealed class ClusterReader(PostgresOptions options, ServerLooks server, WriteTrail writes)
{
    private readonly StandbyTrail _standbys = new();
    private volatile IReadOnlyList<string> _problems = [];
    private volatile Listing? _newest;
    private volatile ClusterRows? _counted;

    public IReadOnlyList<string> Problems => _problems;

    public async Task<Listing> ReadAsync(CancellationToken token)
    {
        var cluster = await ClusterAsync(token).ConfigureAwait(false);
        var problems = new List<string>(Complaints(cluster));
        var contents = new List<EstateChange.Upsert>();
        var unreadable = new HashSet<string>(StringComparer.Ordinal);
        foreach (var database in cluster.Databases.Where(row => !row.IsTemplate))
        {
            var (rows, problem) = await ListAsync(database, token).ConfigureAwait(false);
            if (rows is not null)
            {
                contents.AddRange(new DatabaseRecords(options, rows, writes).Make());
            }
            else
            {
                unreadable.Add(database.Name);
                problems.Add(problem);
            }
        }

        _problems = [.. problems.Take(PostgresLimits.MaxProblems)];
        return _newest = Whole(cluster, contents, unreadable);
    }

    /// <summary>The records of the cluster alone; the newest listing says what its standbys hold.</summary>
    public async Task<(ClusterRows Rows, IReadOnlyList<EstateChange.Upsert> Records)> SharedAsync(
        CancellationToken token
    )
    {
        var listing = _newest ?? await ReadAsync(token).ConfigureAwait(false);
        var cluster = await ClusterAsync(token).ConfigureAwait(false);
        var names = new PostgresNames(options.Cluster, "");
        var unreadable = cluster
            .Databases.Where(row => listing.Unread.Contains(names.OtherDatabase(row.Name).Value) || IsClosed(row))
            .Select(row => row.Name)
            .ToHashSet(StringComparer.Ordinal);
        return (cluster, Shared(cluster, unreadable, listing.Assets));
    }

    /// <summary>
    /// A database of which a look inside it saw that it is there, with its connections and size as they were last counted, and as old.
    /// Null where nobody counted yet.
    /// </summary>
    public EstateChange.Upsert? Inside(MarkedRows look)
    {
        if (
            look.Itself is not var (row, grants)
            || _newest is not { } listing
            || _counted is not { } counted
            || counted.Databases.Find(before => before.Name == row.Name) is not { } before
        )
        {
            return null;
        }

        var names = new PostgresNames(options.Cluster, row.Name);
        var isClosed = IsClosed(row) || listing.Unread.Contains(names.Database.Value);
        return ClusterRecords
            .Database(
                names,
                row with
                {
                    Bytes = before.Bytes,
                    Connections = before.Connections,
                },
                grants,
                isClosed ? RunState.Unknown : RunState.Running,
                look.Moment.Seen,
                counted.Moment.Seen
            )
            .Finish(options.Location);
    }

    private async Task<ClusterRows> ClusterAsync(CancellationToken token)
    {
        var cluster = await server.ClusterAsync(token).ConfigureAwait(false);
        if (cluster.Server.IsStandby)
        {
            throw new EstateSourceException(
                $"the server of postgres:{options.Cluster} is a standby, which knows nothing of the others; "
                    + "name its primary in the connection string"
            );
        }

        return cluster.Databases.Count <= PostgresLimits.MaxDatabases
            ? _counted = cluster
            : throw new EstateSourceException(
                $"postgres:{options.Cluster} has {cluster.Databases.Count} databases; at most {PostgresLimits.MaxDatabases} are read"
            );
    }

    private Listing Whole(ClusterRows cluster, List<EstateChange.Upsert> contents, HashSet<string> unreadable)
    {
        List<AssetId> assets =
        [
            .. contents
                .SelectMany(record => record.Relations)
                .OfType<Relation.CopyOf>()
                .Where(copy => copy.Role == CopyRole.Primary)
                .Select(copy => copy.Asset)
                .OrderBy(asset => asset.Value, StringComparer.Ordinal),
        ];
        unreadable.UnionWith(cluster.Databases.Where(IsClosed).Select(row => row.Name));
        var records = new Dictionary<ResourceId, EstateChange.Upsert>();
        foreach (
            var record in Shared(cluster, unreadable, assets)
                .Concat(contents.OrderBy(record => record.Resource.Id.Value, StringComparer.Ordinal))
        )
        {
            records[record.Resource.Id] = record;
        }

        var names = new PostgresNames(options.Cluster, "");
        return new Listing(
            records,
            assets,
            [.. unreadable.Select(name => names.OtherDatabase(name).Value)],
            cluster.Moment.Seen
        );
    }

    private List<EstateChange.Upsert> Shared(
        ClusterRows cluster,
        IReadOnlySet<string> unreadable,
        IReadOnlyList<AssetId> assets
    )
    {
        var standbys = _standbys.See(cluster.Moment.SentAt, cluster.Server.Position, cluster.Standbys);
        return [.. new ClusterRecords(options, cluster, unreadable, standbys).Make(assets)];
    }

    private static bool IsClosed(DatabaseRow row) => !row.AllowsConnections || !row.MayConnect || row.IsTemplate;

    private async Task<(DatabaseRows? Rows, string Problem)> ListAsync(DatabaseRow row, CancellationToken token)
    {
        if (!row.AllowsConnections || !row.MayConnect)
        {
            return (
                null,
                row.MayConnect
                    ? $"{row.Name} allows no connections: what is in it is unknown"
                    : $"what is in {row.Name} is unknown: GRANT CONNECT ON DATABASE {row.Name} to the role that looks"
            );
        }

        try
        {
            // What is made of it is work: not on the thread of the socket.
            return (await server.ListAsync(row.Name, token).ConfigureAwait(ConfigureAwaitOptions.ForceYielding), "");
        }
        catch (PostgresException error) when (IsRefusal(error))
        {
            return (null, $"what is in {row.Name} is unknown: {error.MessageText}");
        }
    }

    /// <summary>The database refuses us, or went meanwhile; anything else is trouble of the whole server.</summary>
    public static bool IsRefusal(PostgresException error) =>
        error.SqlState
            is PostgresErrorCodes.InvalidCatalogName
                or PostgresErrorCodes.InsufficientPrivilege
                or PostgresErrorCodes.InvalidAuthorizationSpecification
                or PostgresErrorCodes.ObjectNotInPrerequisiteState
                or PostgresErrorCodes.LockNotAvailable;

    private IEnumerable<string> Complaints(ClusterRows cluster)
    {
        if (!cluster.Server.SeesAll)
        {
            yield return "the role that looks is no member of pg_monitor: standbys, lag and others' sessions are not seen";
        }

        if (cluster.Server.VersionNumber is < 130000 or >= 190000)
        {
            yield return $"PostgreSQL {cluster.Server.Version} is not one of the majors 13 to 18 that this source knows";
        }

        if (cluster.Moment.Ahead.Duration() > PostgresLimits.ClockDifference)
        {
            yield return $"the server's clock is {cluster.Moment.Ahead.TotalSeconds:0} s ahead of ours; its times are moved by that much";
        }
    }
}
