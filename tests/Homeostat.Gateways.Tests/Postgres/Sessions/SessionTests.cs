using Homeostat.Gateways.Tests.Postgres.Server;
using Npgsql;
using static Homeostat.Gateways.Tests.Postgres.Sessions.TestGateway;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>What a driver sees of statements, transactions and settings.</summary>
[Collection(PostgresCollection.Name)]
public sealed class SessionTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private TestGateway Gateway
    {
        get
        {
            Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
            return fixture.Gateway;
        }
    }

    [Fact]
    public async Task A_prepared_statement_is_run_many_times_each_by_a_decision_of_its_own()
    {
        var lease = Gateway.Grant("prepared");
        await using var connection = await Gateway.OpenAsync(lease);
        await using var command = new NpgsqlCommand("insert into notes values ($1, $2)", connection)
        {
            Parameters =
            {
                new NpgsqlParameter<int> { TypedValue = 0 },
                new NpgsqlParameter<string> { TypedValue = "text" },
            },
        };
        await command.PrepareAsync(TestContext.Current.CancellationToken);
        var before = Gateway.Settled.Count(permit => permit.Claim == "INSERT 0 1");

        for (var id = 200; id < 210; id++)
        {
            ((NpgsqlParameter<int>)command.Parameters[0]).TypedValue = id;
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await UntilAsync(() => Gateway.Settled.Count(permit => permit.Claim == "INSERT 0 1") >= before + 10);
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task A_refusal_outside_a_transaction_leaves_the_session_usable_in_both_protocols()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("outside"));

        var refused = await RefusedAsync(connection, "delete from customers");
        var bound = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var command = new NpgsqlCommand("delete from customers where id > $1", connection)
            {
                Parameters = { new NpgsqlParameter<int> { TypedValue = 0 } },
            };
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        });

        Assert.Equal("42501", refused.SqlState);
        Assert.Equal("42501", bound.SqlState);
        Assert.DoesNotContain("homeostat refused", refused.MessageText, StringComparison.Ordinal);
        Assert.Equal(3L, await ScalarAsync(connection, "select count(*) from customers"));
    }

    [Fact]
    public async Task A_key_that_is_compared_with_a_fraction_may_stand_for_several_rows()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("fractions"));
        const string Delete = "delete from customers where id = $1";
        async Task DeleteAsync(NpgsqlParameter parameter)
        {
            await using var command = new NpgsqlCommand(Delete, connection) { Parameters = { parameter } };
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await DeleteAsync(new NpgsqlParameter<int> { TypedValue = 99 });
        foreach (
            NpgsqlParameter fraction in new[]
            {
                new NpgsqlParameter { Value = 99d },
                new NpgsqlParameter { Value = 99f },
            }
        )
        {
            var bound = await Assert.ThrowsAsync<PostgresException>(() => DeleteAsync(fraction));
            Assert.Equal("42501", bound.SqlState);
        }

        await ExecuteAsync(connection, $"prepare f (float8) as {Delete}");
        Assert.Equal("42501", (await RefusedAsync(connection, "execute f (99)")).SqlState);
    }

    [Fact]
    public async Task A_time_that_a_clock_skips_is_the_same_moment_as_another()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("clock"));
        await ExecuteAsync(connection, "set timezone to 'Europe/Berlin'");
        async Task<int> RunAsync(string sql, params DateTime[] times)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddRange(Array.ConvertAll(times, time => new NpgsqlParameter { Value = time }));
            return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var skipped = new DateTime(2026, 3, 29, 2, 30, 0, DateTimeKind.Unspecified);
        var moment = new DateTime(2026, 3, 29, 1, 30, 0, DateTimeKind.Utc);
        const string Delete = "delete from clock where at = $1";

        Assert.Equal(
            2L,
            await ScalarAsync(connection, "select count(*) from clock where at = '2026-03-29 01:30Z'::timestamptz")
        );
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => RunAsync(Delete, moment))).SqlState);
        Assert.Equal(1, await RunAsync("update clock set moment = $1 where at = $2", moment, skipped));
        Assert.Equal(1, await RunAsync("delete from clock where moment = $1", moment));
        Assert.Equal(0, await RunAsync(Delete, skipped));
        Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => RunAsync(Delete, moment))).SqlState);
        Assert.Equal(1L, await ScalarAsync(connection, "select count(*) from clock"));
    }

    [Fact]
    public async Task A_refusal_inside_a_transaction_fails_it_as_an_error_of_the_server_does()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("inside"));
        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "insert into notes values (300, 'gone')");
        await ExecuteAsync(connection, "savepoint s");

        await RefusedAsync(connection, "delete from customers");
        var after = await RefusedAsync(connection, "select 1");
        await ExecuteAsync(connection, "rollback to s");
        await ExecuteAsync(connection, "insert into notes values (301, 'gone')");
        await RefusedAsync(connection, "truncate customers");
        await ExecuteAsync(connection, "commit");

        Assert.Equal("25P02", after.SqlState);
        Assert.Equal(0L, await ScalarAsync(connection, "select count(*) from notes where id in (300, 301)"));
        await Gateway.SettledAsync();
        Assert.Contains(Gateway.Settled, permit => permit.Claim == "rolled back");
    }

    [Fact]
    public async Task A_setting_is_followed_through_savepoints_rollback_reset_and_discard()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("settings"));

        // Of public.customers it is one row; other.customers has no key, and so nobody knows how many.
        const string One = "delete from customers where id = 9";
        async Task<string> MeantAsync()
        {
            await ExecuteAsync(connection, "savepoint probe");
            var table = await ScalarAsync(
                connection,
                "select 'customers'::regclass::oid::regclass::text || current_schema()"
            );
            await ExecuteAsync(connection, "release probe");
            return (string)table!;
        }

        await ExecuteAsync(connection, "begin");
        Assert.Equal("customerspublic", await MeantAsync());
        await ExecuteAsync(connection, "savepoint a");
        await ExecuteAsync(connection, "set search_path = other, public");
        Assert.Contains("other.customers", (await RefusedAsync(connection, One)).Detail, StringComparison.Ordinal);
        await ExecuteAsync(connection, "rollback to a");
        Assert.Equal("customerspublic", await MeantAsync());
        await ExecuteAsync(connection, One);
        await ExecuteAsync(connection, "set local search_path = other");
        await ExecuteAsync(connection, "commit");
        Assert.Equal("public", await ScalarAsync(connection, "select current_schema()"));
        await ExecuteAsync(connection, "set search_path = other");
        await RefusedAsync(connection, One);
        await ExecuteAsync(connection, "reset search_path");
        await ExecuteAsync(connection, One);
        await ExecuteAsync(connection, "set search_path = other");
        await ExecuteAsync(connection, "discard all");
        await ExecuteAsync(connection, One);
        Assert.Equal(3L, await ScalarAsync(connection, "select count(*) from customers"));
        await Gateway.SettledAsync();
    }

    [Theory]
    [InlineData("set role postgres")]
    [InlineData("set session authorization postgres")]
    [InlineData("set session_replication_role = replica")]
    [InlineData("set client_encoding = 'latin1'")]
    [InlineData("set standard_conforming_strings = off")]
    [InlineData("select set_config('search_path', name, false) from customers")]
    public async Task What_would_make_somebody_else_of_the_session_is_refused(string sql)
    {
        await using var connection = await Gateway.OpenAsync(
            Gateway.Grant($"never-{(uint)sql.GetHashCode(StringComparison.Ordinal)}")
        );

        var refused = await RefusedAsync(connection, sql);

        Assert.Contains(refused.SqlState, (string[])["42501", "55000"]);
        Assert.Equal("gateway_writer", await ScalarAsync(connection, "select current_user::text"));
    }

    [Fact]
    public async Task Rows_are_copied_in_and_out_and_a_copy_can_fail()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("copy"));
        await using (
            var writer = await connection.BeginBinaryImportAsync(
                "copy notes from stdin (format binary)",
                TestContext.Current.CancellationToken
            )
        )
        {
            for (var id = 1000; id < 3000; id++)
            {
                await writer.WriteRowAsync(TestContext.Current.CancellationToken, id, "row");
            }

            await writer.CompleteAsync(TestContext.Current.CancellationToken);
        }

        await using (
            var writer = await connection.BeginTextImportAsync(
                "copy notes from stdin",
                TestContext.Current.CancellationToken
            )
        )
        {
            await writer.WriteAsync("not a number\tx\n");
            await Assert.ThrowsAsync<PostgresException>(async () => await writer.DisposeAsync());
        }

        using var reader = await connection.BeginTextExportAsync(
            "copy (select * from notes where id between 1000 and 2999) to stdout",
            TestContext.Current.CancellationToken
        );
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        reader.Dispose();
        Assert.Equal(2000, text.Count(character => character == '\n'));
        Assert.Equal(1, await ScalarAsync(connection, "select 1"));
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task A_pipeline_with_a_refusal_in_the_middle_is_undone_to_its_beginning()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("pipeline"));
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("insert into notes values (500, 'first')"),
                new("delete from customers"),
                new("insert into notes values (501, 'last')"),
            },
        };

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal("42501", refused.SqlState);
        Assert.Equal(0L, await ScalarAsync(connection, "select count(*) from notes where id in (500, 501)"));
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task Tables_of_the_session_s_own_transaction_are_nobody_s_loss()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("own-tables"));
        await ExecuteAsync(connection, "create temp table mine (id int)");
        await ExecuteAsync(connection, "insert into mine values (1)");
        await ExecuteAsync(connection, "delete from mine");
        await ExecuteAsync(connection, "drop table mine");
        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "create table fresh (id int)");
        await ExecuteAsync(connection, "insert into fresh values (1)");
        await ExecuteAsync(connection, "delete from fresh");
        await ExecuteAsync(connection, "drop table fresh");
        await ExecuteAsync(connection, "commit");

        await RefusedAsync(connection, "delete from customers");
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task A_statement_prepared_before_a_change_is_decided_again_when_it_is_run()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("again"));
        await using var command = new NpgsqlCommand("delete from customers where id = $1", connection)
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = 4711 } },
        };
        await command.PrepareAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "create table later (id int)");
        await ExecuteAsync(connection, "set local search_path = other");

        // Under the new path it is another table, and one without a key: nobody knows how many rows.
        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)
        );
        Assert.Contains("other.customers", refused.Detail, StringComparison.Ordinal);
        await ExecuteAsync(connection, "rollback");
        Assert.Equal(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_grammar_does_not_read_is_refused_with_its_place()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("grammar"));

        var refused = await RefusedAsync(connection, "selec 1");
        var several = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var command = new NpgsqlCommand("select $1; select 2", connection)
            {
                Parameters = { new NpgsqlParameter<int> { TypedValue = 0 } },
            };
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        });

        Assert.Equal(("42601", 1), (refused.SqlState, refused.Position));
        Assert.Equal("42601", several.SqlState);
    }

    [Fact]
    public async Task Statements_prepared_by_sql_are_judged_when_they_are_executed()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("by-sql"));
        await ExecuteAsync(connection, "prepare x as delete from customers");

        var refused = await RefusedAsync(connection, "execute x");
        await ExecuteAsync(connection, "deallocate x");
        await ExecuteAsync(connection, "prepare x as select 1");
        await ExecuteAsync(connection, "execute x");

        Assert.Equal("42501", refused.SqlState);
        Assert.Equal(3L, await ScalarAsync(connection, "select count(*) from customers"));
    }
}
