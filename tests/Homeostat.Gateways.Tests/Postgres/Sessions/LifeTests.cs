using Homeostat.Core.Leases;
using Homeostat.Gateways.Tests.Postgres.Server;
using Npgsql;
using static Homeostat.Gateways.Tests.Postgres.Sessions.TestGateway;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>How sessions begin and end, and what reaches them from aside.</summary>
[Collection(PostgresCollection.Name)]
public sealed class LifeTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
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
    public async Task Notifications_reach_who_listens()
    {
        var lease = Gateway.Grant("listen", Manner.ReadOnly);
        await using var listening = await Gateway.OpenAsync(lease);
        var heard = new TaskCompletionSource<string>();
        listening.Notification += (_, told) => heard.TrySetResult(told.Payload);
        await ExecuteAsync(listening, "listen news");
        await using var direct = await Gateway.OpenDirectAsync();
        await ExecuteAsync(direct, "notify news, 'hello'");

        await listening.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("hello", await heard.Task);
    }

    [Fact]
    public async Task A_statement_can_be_cancelled_by_its_own_client()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("cancel"));
        await using var command = new NpgsqlCommand("select pg_sleep(9)", connection);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            command.ExecuteNonQueryAsync(soon.Token)
        );

        Assert.Equal("57014", (cancelled.InnerException as PostgresException)?.SqlState);
        Assert.Equal(1, await ScalarAsync(connection, "select 1"));
    }

    [Fact]
    public async Task A_revoked_lease_ends_its_sessions_and_those_under_it_at_once()
    {
        var parent = Gateway.Grant("revoked");
        var child = Gateway.Grant("revoked-child", parent: parent.Id);
        await using var connection = await Gateway.OpenAsync(child);
        var sleeping = ExecuteAsync(connection, "select pg_sleep(9)");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var clock = System.Diagnostics.Stopwatch.StartNew();

        Gateway.Leases.Revoke(parent.Id, TimeProvider.System.GetUtcNow());

        var ended = await Assert.ThrowsAnyAsync<NpgsqlException>(() => sleeping);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
        Assert.Equal("57P01", (ended as PostgresException)?.SqlState);
        await using var direct = await Gateway.OpenDirectAsync();
        await UntilAsync(() =>
            (long)
                ScalarAsync(
                        direct,
                        "select count(*) from pg_stat_activity where query like '%pg_sleep(9)%' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()"
                    )
                    .GetAwaiter()
                    .GetResult()! == 0
        );
        var again = await Assert.ThrowsAsync<PostgresException>(() => Gateway.OpenAsync(child));
        Assert.Equal("28000", again.SqlState);
    }

    [Fact]
    public async Task Who_does_not_know_the_secret_is_not_told_whether_the_lease_exists()
    {
        Gateway.Grant("known");
        var messages = new List<string>();
        foreach (var user in new[] { "known", "unknown" })
        {
            var text = new NpgsqlConnectionStringBuilder(Gateway.ConnectionString(Gateway.Grant($"for-{user}")))
            {
                Username = user,
                Password = "wrong",
            };
            await using var connection = new NpgsqlConnection(text.ConnectionString);
            var refused = await Assert.ThrowsAsync<PostgresException>(() =>
                connection.OpenAsync(TestContext.Current.CancellationToken)
            );
            messages.Add($"{refused.SqlState} {refused.MessageText.Replace(user, "", StringComparison.Ordinal)}");
        }

        Assert.Equal(messages[0], messages[1]);
        Assert.StartsWith("28P01", messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_lease_looks_and_changes_nothing()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("looks", Manner.ReadOnly));

        await ExecuteAsync(connection, "begin");
        Assert.Equal(3L, await ScalarAsync(connection, "select count(*) from customers"));
        await ExecuteAsync(connection, "commit");
        var refused = await RefusedAsync(connection, "insert into notes values (1, 'x')");

        Assert.Equal("42501", refused.SqlState);
        Assert.Contains("is for reading", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permits_of_a_connection_that_is_lost_are_settled()
    {
        var lease = Gateway.Grant("lost");
        var connection = await Gateway.OpenAsync(lease);
        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "insert into notes values (600, 'x')");
        Assert.NotEmpty(Gateway.Leases.Outstanding());

        await using var direct = await Gateway.OpenDirectAsync();
        await ExecuteAsync(
            direct,
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gateway_writer' and state = 'idle in transaction' and datname = current_database()"
        );

        await Gateway.SettledAsync();
        Assert.Contains(Gateway.Settled, permit => permit.Claim == "unknown: connection lost");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(connection, "select 1"));
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Permits_of_a_client_that_leaves_within_its_transaction_are_settled()
    {
        var connection = await Gateway.OpenAsync(Gateway.Grant("leaves"));
        await ExecuteAsync(connection, "begin");
        await ExecuteAsync(connection, "insert into notes values (700, 'x')");

        await connection.CloseAsync();

        await Gateway.SettledAsync();
        await connection.DisposeAsync();
        await using var direct = await Gateway.OpenDirectAsync();
        Assert.Equal(0L, await ScalarAsync(direct, "select count(*) from notes where id = 700"));
    }

    [Fact]
    public async Task A_cancel_request_with_another_secret_does_nothing()
    {
        await using var connection = await Gateway.OpenAsync(Gateway.Grant("guessed"));
        var sleeping = ScalarAsync(connection, "select 'slept' from pg_sleep(1)");
        using var stranger = new System.Net.Sockets.TcpClient("127.0.0.1", Gateway.Port);
        await stranger
            .GetStream()
            .WriteAsync(
                (byte[])
                    [
                        0,
                        0,
                        0,
                        16,
                        0x04,
                        0xD2,
                        0x16,
                        0x2E,
                        .. System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(connection.ProcessID) is var pid
                            ? BitConverter.GetBytes(pid)
                            : [],
                        1,
                        2,
                        3,
                        4,
                    ],
                TestContext.Current.CancellationToken
            );

        Assert.Equal("slept", await sleeping);
    }

    [Fact]
    public async Task Names_of_databases_that_are_made_up_hold_nobody_off()
    {
        var lease = Gateway.Grant("names");
        await using var before = await Gateway.OpenAsync(lease);
        var held = Gateway.Databases;

        for (var at = 0; at <= Limits.MaxDatabases; at++)
        {
            var told = await Gateway.ExplainAsync($"explained_{at}", "select 1");
            Assert.Contains("does not exist", told.Refusal, StringComparison.Ordinal);
            Assert.Equal("3D000", (await TurnedAwayAsync(lease, $"entered_{at}")).SqlState);
        }

        Assert.Equal(held, Gateway.Databases);
        await using var after = await Gateway.OpenAsync(Gateway.Grant("names-reading", Manner.ReadOnly));
        Assert.Equal(1, await ScalarAsync(after, "select 1"));
    }

    [Fact]
    public async Task A_lease_for_elsewhere_is_turned_away_before_the_database_is_asked()
    {
        var lease = Gateway.Grant("elsewhere", where: new Selector { Ids = ["pg:main/another*", "web-?"] });

        var (there, not) = (await TurnedAwayAsync(lease, Gateway.Database), await TurnedAwayAsync(lease, "missing"));

        Assert.Equal(("42501", "42501"), (there.SqlState, not.SqlState));
        Assert.Contains("outside lease elsewhere", there.MessageText, StringComparison.Ordinal);
        var anywhere = Gateway.Grant("tables", where: new Selector { Ids = ["pg:m*/*/public.notes"] });
        var (code, _) = await Gateway.RunAsync(anywhere, "psql", "table notes", "disable", "-v", "ON_ERROR_STOP=1");
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_name_of_a_database_that_the_server_would_cut_is_refused()
    {
        var lease = Gateway.Grant("long-name");

        Assert.Equal("22023", (await TurnedAwayAsync(lease, new string('é', 32))).SqlState);
        Assert.Equal("3D000", (await TurnedAwayAsync(lease, new string('é', 31))).SqlState);
    }

    private async Task<PostgresException> TurnedAwayAsync(Lease lease, string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(Gateway.ConnectionString(lease)) { Database = database };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        return await Assert.ThrowsAsync<PostgresException>(() =>
            connection.OpenAsync(TestContext.Current.CancellationToken)
        );
    }
}
