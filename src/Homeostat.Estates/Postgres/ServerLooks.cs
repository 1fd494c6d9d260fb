using System.Collections.Concurrent;
using Homeostat.Core.Estate;
using Npgsql;

namespace Homeostat.Estates.Postgres;

/// <summary>The questions to one server, over connections that stay open: one round trip for each database that is asked.</summary>
internal sealed class ServerLooks(PostgresOptions options, string source, TimeProvider time) : IAsyncDisposable
{
    /// <summary>
    /// Each batch is one transaction that sees one moment and writes nothing; a name means what the system catalogue says, whatever the
    /// role's own settings are.
    /// </summary>
    private const string Session =
        "-c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on -c search_path=pg_catalog"
        + " -c lock_timeout=5s -c row_security=off -c jit=off";

    /// <summary>
    /// A look at a few objects goes from index to index, whatever the planner expects of their number: a hash of the whole catalogue
    /// takes 35 ms at 5 000 tables, and the indexes less than one. A plan is made once, however large a catalogue grows meanwhile.
    /// </summary>
    private const string FewObjects =
        " -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan";

    /// <summary>By the database and whether a few objects or all are asked for: a poll keeps no look waiting.</summary>
    private readonly ConcurrentDictionary<(string Database, bool IsLook), NpgsqlDataSource> _pools = new();

    public async Task<ClusterRows> ClusterAsync(CancellationToken token)
    {
        var look = await StartAsync(
                null,
                [
                    ClusterQueries.Server,
                    ClusterQueries.Databases,
                    ClusterQueries.DatabaseGrants,
                    ClusterQueries.Roles,
                    ClusterQueries.Memberships,
                    ClusterQueries.Standbys,
                    ClusterQueries.Slots,
                    ClusterQueries.Archiver,
                    ClusterQueries.Tablespaces,
                ],
                token
            )
            .ConfigureAwait(false);
        await using (look.ConfigureAwait(false))
        {
            var server = (await look.RowsAsync(RowReading.Server).ConfigureAwait(false))[0];
            return new ClusterRows(new Moment(source, look.SentAt, server.Clock), server)
            {
                Databases = await look.RowsAsync(RowReading.Database).ConfigureAwait(false),
                DatabaseGrants = await look.RowsAsync(RowReading.DatabaseGrant).ConfigureAwait(false),
                Roles = await look.RowsAsync(RowReading.Role).ConfigureAwait(false),
                Memberships = await look.RowsAsync(RowReading.Pair).ConfigureAwait(false),
                Standbys = await look.RowsAsync(RowReading.Standby).ConfigureAwait(false),
                Slots = await look.RowsAsync(RowReading.Slot).ConfigureAwait(false),
                Archiver = (await look.RowsAsync(RowReading.Archiver).ConfigureAwait(false)).FirstOrDefault(),
                Tablespaces = await look.RowsAsync(RowReading.Pair).ConfigureAwait(false),
            };
        }
    }

    /// <summary>Everything that somebody made in the database.</summary>
    public async Task<DatabaseRows> ListAsync(string database, CancellationToken token)
    {
        var queries = DatabaseQueries.Listing;
        var look = await StartAsync(
                database,
                [
                    DatabaseQueries.Moment,
                    .. OfRelations(queries),
                    queries.Objects,
                    queries.ObjectDependencies,
                    queries.SchemaGrants,
                ],
                token
            )
            .ConfigureAwait(false);
        await using (look.ConfigureAwait(false))
        {
            var rows = await RelationsAsync(look, database).ConfigureAwait(false);
            rows.Objects.AddRange(await look.RowsAsync(RowReading.Object).ConfigureAwait(false));
            rows.Dependencies.AddRange(await look.RowsAsync(RowReading.Dependency).ConfigureAwait(false));
            rows.SchemaGrants.AddRange(await look.RowsAsync(RowReading.Grant).ConfigureAwait(false));
            return rows;
        }
    }

    /// <summary>These relations as they are counted, with their marks.</summary>
    public async Task<MarkedRows> MarksAsync(
        string database,
        IReadOnlyCollection<RelationName> relations,
        bool isItselfAsked,
        CancellationToken token
    )
    {
        string[] itself = isItselfAsked ? [MarkQueries.Database, ClusterQueries.OwnGrants] : [];
        string[] sql = [DatabaseQueries.Moment, DatabaseQueries.Named.Marks, .. itself];
        var names = Arrays(relations);
        var look = await StartAsync(PoolOf(database, isLook: true), sql, at => at == 1 ? names : [], token)
            .ConfigureAwait(false);
        await using (look.ConfigureAwait(false))
        {
            var moment = await MomentAsync(look).ConfigureAwait(false);
            var marked = await look.RowsAsync(RowReading.Marked).ConfigureAwait(false);
            if (!isItselfAsked)
            {
                return new MarkedRows(database, moment, marked, Itself: null);
            }

            var row = (await look.RowsAsync(RowReading.Database).ConfigureAwait(false))[0];
            var grants = await look.RowsAsync(RowReading.DatabaseGrant).ConfigureAwait(false);
            return new MarkedRows(database, moment, marked, (row, grants));
        }
    }

    /// <summary>Just these relations, and the objects whose last name is one of these.</summary>
    public async Task<DatabaseRows> ReadAsync(
        string database,
        IReadOnlyCollection<RelationName> relations,
        IReadOnlyCollection<string> objects,
        CancellationToken token
    )
    {
        var queries = DatabaseQueries.Named;
        var names = Arrays(relations);
        var sql = new List<string> { DatabaseQueries.Moment };
        string[] ofObjects = [queries.Objects, queries.ObjectDependencies, queries.SchemaGrants];
        var objectQuestions = objects.Count > 0 ? ofObjects.Length : 0;
        sql.AddRange(relations.Count > 0 ? OfRelations(queries) : []);
        sql.AddRange(ofObjects.Take(objectQuestions));
        var look = await StartAsync(
                PoolOf(database, isLook: true),
                sql,
                at =>
                    at == 0 ? []
                    : sql[at] == queries.Objects || sql[at] == queries.ObjectDependencies
                        ?
                        [
                            [.. objects],
                        ]
                    : names,
                token
            )
            .ConfigureAwait(false);
        await using (look.ConfigureAwait(false))
        {
            var rows =
                relations.Count > 0
                    ? await RelationsAsync(look, database).ConfigureAwait(false)
                    : new DatabaseRows(database, await MomentAsync(look).ConfigureAwait(false));
            if (objects.Count > 0)
            {
                rows.Objects.AddRange(await look.RowsAsync(RowReading.Object).ConfigureAwait(false));
                rows.Dependencies.AddRange(await look.RowsAsync(RowReading.Dependency).ConfigureAwait(false));
                rows.SchemaGrants.AddRange(await look.RowsAsync(RowReading.Grant).ConfigureAwait(false));
            }

            return rows;
        }
    }

    /// <summary>Nothing is asked over a connection that stands now.</summary>
    public void ForgetIdle()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Values)
        {
            await pool.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string[][] Arrays(IReadOnlyCollection<RelationName> relations) =>
        [
            [.. relations.Select(name => name.Schema)],
            [.. relations.Select(name => name.Name)],
        ];

    private static IEnumerable<string> OfRelations(DatabaseQueries queries) =>
        [queries.Relations, queries.Dependencies, queries.Inheritance, queries.Grants, queries.SubscribedTables];

    private async Task<DatabaseRows> RelationsAsync(Look look, string database) =>
        new(database, await MomentAsync(look).ConfigureAwait(false))
        {
            Relations = await look.RowsAsync(RowReading.Relation).ConfigureAwait(false),
            Dependencies = await look.RowsAsync(RowReading.Dependency).ConfigureAwait(false),
            Inheritance = await look.RowsAsync(RowReading.Inheritance).ConfigureAwait(false),
            Grants = await look.RowsAsync(RowReading.Grant).ConfigureAwait(false),
            Subscribed = await look.RowsAsync(RowReading.Subscribed).ConfigureAwait(false),
        };

    private async Task<Moment> MomentAsync(Look look) =>
        new(source, look.SentAt, (await look.RowsAsync(reader => reader.GetInt64(0)).ConfigureAwait(false))[0]);

    private Task<Look> StartAsync(string? database, IReadOnlyList<string> sql, CancellationToken token) =>
        StartAsync(PoolOf(database, isLook: false), sql, _ => [], token);

    private async Task<Look> StartAsync(
        NpgsqlDataSource pool,
        IReadOnlyList<string> sql,
        Func<int, string[][]> parametersOf,
        CancellationToken token
    )
    {
        var connection = await pool.OpenConnectionAsync(token).ConfigureAwait(false);
        try
        {
            var batch = new NpgsqlBatch(connection);
            for (var at = 0; at < sql.Count; at++)
            {
                var command = new NpgsqlBatchCommand(sql[at]);
                foreach (var names in parametersOf(at))
                {
                    command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = names });
                }

                batch.BatchCommands.Add(command);
            }

            var sentAt = time.GetUtcNow();
            var reader = await batch.ExecuteReaderAsync(token).ConfigureAwait(false);
            return new Look(connection, batch, reader, sentAt, token);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private NpgsqlDataSource PoolOf(string? database, bool isLook) =>
        _pools.GetOrAdd((database ?? "", isLook), _ => Pool(database, isLook));

    private NpgsqlDataSource Pool(string? database, bool isLook)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            ApplicationName = "homeostat-estate",
            Enlist = false,
            Pooling = true,
            // Nothing of a session is ever changed by what is asked: to reset it would cost the server more than a look.
            NoResetOnClose = true,
            MaxPoolSize = PostgresLimits.MaxConnections,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            Timeout = (int)PostgresLimits.Connect.TotalSeconds,
            CommandTimeout = (int)PostgresLimits.Answer.TotalSeconds,
        };
        text.Options = $"{text.Options} {Session}{(isLook ? FewObjects : "")}";
        text.Database = database ?? text.Database ?? "postgres";
        return new NpgsqlDataSourceBuilder(text.ConnectionString).Build();
    }

    /// <summary>One batch under way: its results in the order of its questions.</summary>
    private sealed class Look(
        NpgsqlConnection connection,
        NpgsqlBatch batch,
        NpgsqlDataReader reader,
        DateTimeOffset sentAt,
        CancellationToken token
    ) : IAsyncDisposable
    {
        public DateTimeOffset SentAt => sentAt;

        public async Task<List<T>> RowsAsync<T>(Func<NpgsqlDataReader, T> read)
        {
            var rows = new List<T>();
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                rows.Add(read(reader));
                if (rows.Count > PostgresLimits.MaxRows)
                {
                    throw new EstateSourceException(
                        $"{connection.Database} answers with more than {PostgresLimits.MaxRows} rows; "
                            + "give the role that looks no right to connect to it, and it is listed without its content"
                    );
                }
            }

            await reader.NextResultAsync(token).ConfigureAwait(false);
            return rows;
        }

        public async ValueTask DisposeAsync()
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            await batch.DisposeAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
