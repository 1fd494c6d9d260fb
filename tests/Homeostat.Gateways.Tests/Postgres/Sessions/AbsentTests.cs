using Homeostat.Gateways.Tests.Postgres.Server;
using Npgsql;
using static Homeostat.Gateways.Tests.Postgres.Sessions.TestGateway;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>DROP and ALTER … IF EXISTS of what is not there: done as PostgreSQL does it, and never by that name.</summary>
[Collection(PostgresCollection.Name)]
public sealed class AbsentTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static int s_leases;

    private TestGateway Gateway
    {
        get
        {
            Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
            return fixture.Gateway;
        }
    }

    [Theory]
    [InlineData("drop table if exists absent, other.absent, nowhere.absent cascade")]
    [InlineData("drop view if exists absent")]
    [InlineData("drop materialized view if exists absent")]
    [InlineData("drop sequence if exists absent")]
    [InlineData("drop index if exists absent restrict")]
    [InlineData("drop foreign table if exists absent")]
    [InlineData("drop schema if exists absent")]
    [InlineData("drop type if exists absent")]
    [InlineData("drop domain if exists absent")]
    [InlineData("drop collation if exists absent")]
    [InlineData("drop conversion if exists absent")]
    [InlineData("drop statistics if exists absent")]
    [InlineData("drop text search configuration if exists absent")]
    [InlineData("drop text search dictionary if exists absent")]
    [InlineData("drop text search parser if exists absent")]
    [InlineData("drop text search template if exists absent")]
    [InlineData("drop extension if exists absent")]
    [InlineData("drop language if exists absent")]
    [InlineData("drop foreign data wrapper if exists absent")]
    [InlineData("drop server if exists absent")]
    [InlineData("drop publication if exists absent")]
    [InlineData("drop operator class if exists absent using btree")]
    [InlineData("drop operator family if exists absent using btree")]
    [InlineData("drop event trigger if exists absent")]
    [InlineData("drop trigger if exists absent on notes")]
    [InlineData("drop rule if exists absent on notes")]
    [InlineData("drop policy if exists absent on notes")]
    [InlineData("alter table if exists absent drop constraint if exists absent")]
    [InlineData("alter table if exists absent rename to present")]
    [InlineData("alter table if exists absent rename column absent to present")]
    [InlineData("alter view if exists absent set schema other")]
    [InlineData("alter sequence if exists absent restart")]
    [InlineData("alter index if exists absent set (fillfactor = 70)")]
    [InlineData("alter table if exists only notes drop column if exists absent, drop constraint if exists lacking")]
    public async Task What_is_not_there_is_passed_over_in_the_servers_words(string sql)
    {
        await using var direct = await Gateway.OpenDirectAsync();
        await using var connection = await Gateway.OpenAsync(
            Gateway.Grant($"absent-{Interlocked.Increment(ref s_leases)}")
        );

        var expected = await NoticesAsync(direct, sql);

        Assert.NotEmpty(expected);
        Assert.Equal(expected, await NoticesAsync(connection, sql));
        Assert.DoesNotContain("absent", await LastQueriesAsync(direct), StringComparison.Ordinal);
        await using var prepared = new NpgsqlCommand(sql, connection);
        await prepared.PrepareAsync(TestContext.Current.CancellationToken);
        Assert.Equal(-1, await prepared.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.DoesNotContain("absent", await LastQueriesAsync(direct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drop function if exists absent(int)")]
    [InlineData("drop procedure if exists absent(int)")]
    [InlineData("drop routine if exists absent(int)")]
    [InlineData("drop aggregate if exists absent(int)")]
    [InlineData("drop operator if exists !!!! (int, int)")]
    [InlineData("drop cast if exists (int as notes)")]
    [InlineData("drop trigger if exists absent on absent")]
    [InlineData("drop policy if exists absent on other.absent")]
    public async Task What_is_named_with_more_than_a_name_is_passed_over_too(string sql)
    {
        await using var connection = await Gateway.OpenAsync(
            Gateway.Grant($"absent-{Interlocked.Increment(ref s_leases)}")
        );

        Assert.EndsWith("does not exist, skipping", Assert.Single(await NoticesAsync(connection, sql)));
    }

    [Fact]
    public async Task What_somebody_has_made_a_moment_ago_is_judged_and_not_passed_over()
    {
        await using var direct = await Gateway.OpenDirectAsync();
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("moment"));
        await ExecuteAsync(connection, "drop table if exists fresh");
        await ExecuteAsync(direct, "create table fresh (id int)");

        var refused = await RefusedAsync(connection, "drop table if exists fresh, absent");

        Assert.Contains("public.fresh", refused.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("absent", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync(direct, "select count(*) from fresh"));
    }

    [Fact]
    public async Task Of_several_the_ones_that_are_there_are_dropped_also_in_the_transaction_that_made_them()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("several"));
        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "create table \"Own \"\"one\"\"\" (id int)");
        await ExecuteAsync(connection, "create temporary table own_two (id int)");

        var told = await NoticesAsync(connection, "drop table if exists absent, \"Own \"\"one\"\"\", own_two, lacking");

        Assert.Equal(["table \"absent\" does not exist, skipping", "table \"lacking\" does not exist, skipping"], told);
        Assert.Equal(0L, await ScalarAsync(connection, "select count(*) from pg_class where relname ilike 'own%'"));
        await ExecuteAsync(connection, "rollback");
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task A_prepared_statement_does_not_outlive_what_it_was_prepared_for()
    {
        await using var direct = await Gateway.OpenDirectAsync();
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("outlived"));
        await using var command = new NpgsqlCommand("drop table if exists later", connection);
        await command.PrepareAsync(TestContext.Current.CancellationToken);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(direct, "create table later (id int)");

        var refused = await Assert.ThrowsAsync<PostgresException>(() =>
            command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)
        );

        Assert.Equal("0A000", refused.SqlState);
        Assert.Equal("prepare the statement again", refused.Hint);
        Assert.Equal(0L, await ScalarAsync(direct, "select count(*) from later"));
    }

    [Fact]
    public async Task In_a_text_of_several_statements_it_stands_where_it_stood()
    {
        var lease = Gateway.Grant("texts");

        var (_, told) = await Gateway.RunAsync(
            lease,
            "psql",
            """
            select 1 as one \; select 2 -- ends in a comment
            \; drop table if exists absent \; select 'three; ''3''' as three;
            begin \; create table made (id int) \; drop table if exists made;
            rollback;
            select to_regclass('made') as made;
            """,
            "disable",
            "-X",
            "-At"
        );

        Assert.Contains("NOTICE:  table \"absent\" does not exist, skipping", told, StringComparison.Ordinal);
        Assert.Contains("three; '3'", told, StringComparison.Ordinal);
        Assert.Contains("after CREATE TABLE in the same message", told, StringComparison.Ordinal);
    }

    /// <summary>The text that is put together is as deep as the client's was, and is not read where there is no stack for it.</summary>
    [Fact]
    public async Task A_deep_text_and_one_of_many_names_end_nothing()
    {
        var lease = Gateway.Grant("deep");
        var sum = string.Join('+', Enumerable.Repeat('1', 40_000));
        var many = string.Join(',', Enumerable.Range(0, Limits.MaxAbsentNames + 1).Select(at => $"a{at}"));

        var (_, told) = await Gateway.RunAsync(
            lease,
            "psql",
            $"select {sum} \\; drop table if exists absent;\ndrop table if exists {many};\nselect 'went on';",
            "disable",
            "-X",
            "-At"
        );

        Assert.Contains("went on", told, StringComparison.Ordinal);
        Assert.Contains("DROP TABLE refused", told, StringComparison.Ordinal);
    }

    /// <summary>What a function runs cannot be replaced: there the name is as it is, and may be there when it runs.</summary>
    [Fact]
    public async Task Within_a_function_nothing_is_passed_over()
    {
        await using var direct = await Gateway.OpenDirectAsync();
        await ExecuteAsync(
            direct,
            "create function drops() returns void language sql as 'drop table if exists absent'"
        );
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("within"));
        await ExecuteAsync(connection, "drop table if exists unrelated");

        var refused = await RefusedAsync(connection, "select drops()");

        Assert.Contains("absent", refused.Detail, StringComparison.Ordinal);
    }

    /// <summary>In the simple protocol, without what the server's audit tells everybody.</summary>
    private static async Task<List<string>> NoticesAsync(NpgsqlConnection connection, string sql)
    {
        var told = new List<string>();
        void Note(object sender, NpgsqlNoticeEventArgs notice) => told.Add(notice.Notice.MessageText);
        connection.Notice += Note;
        await ExecuteAsync(connection, sql);
        connection.Notice -= Note;
        told.RemoveAll(text => text.StartsWith("AUDIT: ", StringComparison.Ordinal));
        return told;
    }

    /// <summary>What the sessions of the gateway ran last, as the server shows it to everybody.</summary>
    private static async Task<string> LastQueriesAsync(NpgsqlConnection direct) =>
        (string)
            (
                await ScalarAsync(
                    direct,
                    "select string_agg(query, ' ') from pg_stat_activity where usename = 'gateway_writer'"
                )
            )!;
}
