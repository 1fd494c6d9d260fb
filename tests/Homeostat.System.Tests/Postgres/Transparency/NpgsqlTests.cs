using Homeostat.SystemTests.Postgres.Site;
using Npgsql;
using NpgsqlTypes;

namespace Homeostat.SystemTests.Postgres.Transparency;

/// <summary>What programs do through Npgsql works as it does without the gateway.</summary>
[Collection(SiteCollection.Name)]
public sealed class NpgsqlTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    public static bool IsInstalled => Cluster.WhyNot is null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Prepared_statements_are_run_again_and_again()
    {
        await using var connection = await OpenAsync("prepared");
        await using var insert = new NpgsqlCommand("insert into prepared values ($1, $2)", connection)
        {
            Parameters = { new NpgsqlParameter<int>(), new NpgsqlParameter<string>() },
        };
        await insert.PrepareAsync(Token);
        for (var i = 1; i <= 20; i++)
        {
            (insert.Parameters[0].Value, insert.Parameters[1].Value) = (i, $"row {i}");
            Assert.Equal(1, await insert.ExecuteNonQueryAsync(Token));
        }

        await using var update = new NpgsqlCommand("update prepared set body = $2 where id = $1", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = 7 },
                new NpgsqlParameter<string> { TypedValue = "x" },
            },
        };
        await update.PrepareAsync(Token);
        Assert.Equal(1, await update.ExecuteNonQueryAsync(Token));
        Assert.Equal(19L, await AskAsync(connection, "select count(*) from prepared where body like 'row %'"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_batch_is_answered_part_by_part_and_stops_where_it_fails()
    {
        await using var connection = await OpenAsync("batched");
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into batched values (1, 'a')"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("select body from batched where id = 1"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("update batched set body = 'b' where id = 1"));
            await using var reader = await batch.ExecuteReaderAsync(Token);
            Assert.True(await reader.ReadAsync(Token));
            Assert.Equal("a", reader.GetString(0));
        }

        await using (var failing = new NpgsqlBatch(connection))
        {
            failing.BatchCommands.Add(new NpgsqlBatchCommand("insert into batched values (2, 'a')"));
            failing.BatchCommands.Add(new NpgsqlBatchCommand("insert into batched values (1, 'again')"));
            failing.BatchCommands.Add(new NpgsqlBatchCommand("insert into batched values (3, 'a')"));
            var error = await Assert.ThrowsAsync<PostgresException>(() => failing.ExecuteNonQueryAsync(Token));
            Assert.Equal("23505", error.SqlState);
        }

        Assert.Equal(1L, await AskAsync(connection, "select count(*) from batched"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Transactions_and_savepoints_end_as_they_are_told()
    {
        await using var connection = await OpenAsync("saved");
        await using (var transaction = await connection.BeginTransactionAsync(Token))
        {
            await ExecuteAsync(connection, "insert into saved values (1, 'kept')");
            await transaction.SaveAsync("s", Token);
            await ExecuteAsync(connection, "insert into saved values (2, 'dropped')");
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "select 1 / 0"));
            await transaction.RollbackAsync("s", Token);
            await transaction.CommitAsync(Token);
        }

        await using (var dropped = await connection.BeginTransactionAsync(Token))
        {
            await ExecuteAsync(connection, "insert into saved values (3, 'dropped')");
            await dropped.RollbackAsync(Token);
        }

        Assert.Equal("kept", await AskAsync(connection, "select string_agg(body, ',') from saved"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Rows_are_copied_in_and_out_in_binary_and_a_copy_can_be_given_up()
    {
        await using var connection = await OpenAsync("copied");
        await using (
            var import = await connection.BeginBinaryImportAsync("copy copied from stdin (format binary)", Token)
        )
        {
            for (var i = 0; i < 1000; i++)
            {
                await import.StartRowAsync(Token);
                await import.WriteAsync(i, NpgsqlDbType.Integer, Token);
                await import.WriteAsync($"row {i}", NpgsqlDbType.Text, Token);
            }

            Assert.Equal(1000UL, await import.CompleteAsync(Token));
        }

        await using (
            var export = await connection.BeginBinaryExportAsync("copy copied to stdout (format binary)", Token)
        )
        {
            var rows = 0;
            while (await export.StartRowAsync(Token) >= 0)
            {
                Assert.Equal($"row {await export.ReadAsync<int>(Token)}", await export.ReadAsync<string>(Token));
                rows++;
            }

            Assert.Equal(1000, rows);
        }

        await using (
            var given = await connection.BeginBinaryImportAsync("copy copied from stdin (format binary)", Token)
        )
        {
            await given.StartRowAsync(Token);
            await given.WriteAsync(5000, NpgsqlDbType.Integer, Token);
            await given.WriteAsync("given up", NpgsqlDbType.Text, Token);
        }

        Assert.Equal(1000L, await AskAsync(connection, "select count(*) from copied"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Values_of_64_MB_go_in_and_come_out()
    {
        const int size = 64 << 20;
        await using var connection = await OpenAsync("large", "id int primary key, bytes bytea, body text");
        var bytes = new byte[size];
        new Random(3).NextBytes(bytes.AsSpan(0, 1 << 20));
        var text = new string('ä', size / 2);
        await using (var insert = new NpgsqlCommand("insert into large values (1, $1, $2)", connection))
        {
            insert.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = bytes });
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
            Assert.Equal(1, await insert.ExecuteNonQueryAsync(Token));
        }

        await using var select = new NpgsqlCommand("select bytes, body from large", connection);
        await using var reader = await select.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        Assert.True(bytes.AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(0)), "the bytes are others");
        Assert.True(string.Equals(text, reader.GetString(1), StringComparison.Ordinal), "the text is another");
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Errors_keep_every_field_that_the_server_filled()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await using var through = await visit.Door.OpenAsync();
        await using var direct = await site.Cluster.Direct("play").OpenAsync();
        await using var owner = await site.Cluster.Owner("play").OpenAsync();
        await ExecuteAsync(
            owner,
            "create table if not exists strict (id int primary key, n int not null constraint positive check (n > 0), d int references strict)"
        );
        foreach (
            var sql in new[]
            {
                "insert into strict values (1, -1)",
                "insert into strict (id) values (1)",
                "insert into strict values (1, 1, 99)",
                "select nope from strict",
                "select * from strict where id = 'x'",
                "select strict(1)",
            }
        )
        {
            var expected = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(direct, sql));
            var seen = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(through, sql));
            Assert.Equal(Fields(expected), Fields(seen));
        }
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Notices_parameters_and_notifications_arrive()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await using var connection = await visit.Door.OpenAsync();
        await using var direct = await site.Cluster.Direct("play").OpenAsync();
        var notices = new List<string>();
        connection.Notice += (_, e) => notices.Add($"{e.Notice.SqlState} {e.Notice.MessageText}");
        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "commit");
        Assert.Equal(["25001 there is already a transaction in progress"], notices);

        var before = Parameters(direct);
        Assert.Equal(before, Parameters(connection));
        await ExecuteAsync(connection, "set application_name = 'renamed'");
        Assert.Equal("renamed", connection.PostgresParameters["application_name"]);

        var notified = new TaskCompletionSource<string>();
        connection.Notification += (_, e) => notified.TrySetResult($"{e.Channel}: {e.Payload}");
        await ExecuteAsync(connection, "listen news");
        var waiting = connection.WaitAsync(Token);
        await ExecuteAsync(direct, "notify news, 'hello'");
        await waiting;
        Assert.Equal("news: hello", await notified.Task);
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_statement_is_cancelled_and_its_session_goes_on()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await using var connection = await visit.Door.OpenAsync();
        await using var sleep = new NpgsqlCommand("select pg_sleep(30)", connection);
        var sleeping = sleep.ExecuteNonQueryAsync(Token);
        await Task.Delay(200, Token);
        sleep.Cancel();

        var error = await Assert.ThrowsAnyAsync<Exception>(() => sleeping.WaitAsync(TimeSpan.FromSeconds(5), Token));

        Assert.Equal("57014", (error as PostgresException ?? error.InnerException as PostgresException)?.SqlState);
        Assert.Equal(1, await AskAsync(connection, "select 1"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Many_connections_share_few_sessions_of_a_pool()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        var builder = visit.Door.Npgsql;
        (builder.Pooling, builder.MaxPoolSize, builder.Multiplexing) = (true, 4, true);
        await using var source = NpgsqlDataSource.Create(builder.ConnectionString);
        var asked = Enumerable
            .Range(0, 400)
            .Select(async i =>
            {
                await using var command = source.CreateCommand("select $1 * 2");
                command.Parameters.AddWithValue(i);
                Assert.Equal(i * 2, await command.ExecuteScalarAsync(Token));
            });
        await Task.WhenAll(asked);

        // A pooled connection is reset (DISCARD ALL) before it is used again.
        builder.Multiplexing = false;
        await using var pooled = NpgsqlDataSource.Create(builder.ConnectionString);
        for (var i = 0; i < 5; i++)
        {
            await using var connection = await pooled.OpenConnectionAsync(Token);
            Assert.NotEqual("attic", await AskAsync(connection, "show search_path"));
            await ExecuteAsync(connection, "set search_path = attic");
        }
    }

    /// <summary>A table of its own in a database of its own, through the gateway.</summary>
    private async Task<NpgsqlConnection> OpenAsync(string table, string columns = "id int primary key, body text")
    {
        await site.Cluster.ScriptAsync("play", $"drop table if exists {table}; create table {table} ({columns})");
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        return await visit.Door.OpenAsync();
    }

    private static Dictionary<string, string> Parameters(NpgsqlConnection connection) =>
        connection
            .PostgresParameters.Where(one => one.Key != "session_authorization")
            .ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal);

    private static string Fields(PostgresException error) =>
        $"{error.Severity}|{error.InvariantSeverity}|{error.SqlState}|{error.MessageText}|{error.Detail}|{error.Hint}|"
        + $"{error.Position}|{error.Where}|{error.SchemaName}|{error.TableName}|{error.ColumnName}|"
        + $"{error.DataTypeName}|{error.ConstraintName}|{error.Routine}";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
