using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Postgres.Wire;
using Homeostat.Gateways.Tests.Postgres.Server;
using Npgsql;

namespace Homeostat.Gateways.Tests.Postgres.Upstream;

[Collection(PostgresCollection.Name)]
public sealed class UpstreamConnectionTests(PostgresServer server) : IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Encoded => Uri.EscapeDataString(PostgresServer.Password);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
        await server.CreateRolesAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("scram_role:PASSWORD", "disable", false)]
    [InlineData("md5_role:PASSWORD", "disable", false)]
    [InlineData("trust_role", "disable", false)]
    [InlineData("scram_role:PASSWORD", "prefer", true)]
    [InlineData("md5_role:PASSWORD", "require", true)]
    [InlineData("scram_role:PASSWORD", "require&sslrootcert=ROOTS", true)]
    [InlineData("scram_role:PASSWORD", "verify-full&sslrootcert=ROOTS", true)]
    [InlineData("password_role:PASSWORD", "verify-full&sslrootcert=ROOTS", true)]
    public async Task A_server_is_satisfied_in_the_way_that_it_asks_for(string user, string mode, bool isEncrypted)
    {
        await using var connection = await ConnectAsync(Url(user, mode));

        Assert.Equal(isEncrypted, connection.IsEncrypted);
        Assert.Equal(15, connection.ServerMajor);
        Assert.Equal("UTF8", connection.Parameters["client_encoding"]);
        Assert.Equal(
            [$"{user.Split(':')[0]} upstream test {isEncrypted}"],
            await ListAsync(
                connection,
                "select concat_ws(' ', current_user, current_setting('application_name'), case when ssl then 'True' else 'False' end) from pg_stat_ssl where pid = pg_backend_pid()"
            )
        );
    }

    [Fact]
    public async Task A_socket_in_a_folder_is_a_way_in()
    {
        await using var connection = await ConnectAsync(SocketUrl);

        Assert.Equal(["postgres"], await ListAsync(connection, "select current_user"));
    }

    [Theory]
    [InlineData("scram_role:wrong", "disable", "28P01")]
    [InlineData("md5_role:wrong", "disable", "28P01")]
    [InlineData("scram_role", "disable", "28P01")]
    [InlineData("password_role:PASSWORD", "disable", "28000")]
    [InlineData("password_role:PASSWORD", "require", "28000")]
    [InlineData("scram_role:PASSWORD", "verify-full", "08001")]
    [InlineData("scram_role:PASSWORD", "verify-full&sslrootcert=/nowhere.pem", "08001")]
    public async Task What_does_not_hold_is_refused_without_the_password(string user, string mode, string state)
    {
        var refusal = await Assert.ThrowsAsync<UpstreamException>(() => ConnectAsync(Url(user, mode)));

        Assert.Equal(state, refusal.SqlState);
        Assert.DoesNotContain(PostgresServer.Password, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_the_servers_refusal()
    {
        var address = UpstreamAddress.Parse(SocketUrl);

        var refusal = await Assert.ThrowsAsync<UpstreamException>(() =>
            UpstreamConnection.ConnectAsync(address, "nowhere", null, Token)
        );

        Assert.Equal("3D000", refusal.SqlState);
        Assert.Equal("FATAL", refusal.Fields?.Severity);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        var address = UpstreamAddress.Parse("postgres://u@127.0.0.1:1");

        var refusal = await Assert.ThrowsAsync<UpstreamException>(() =>
            UpstreamConnection.ConnectAsync(address, "x", null, Token)
        );

        Assert.Contains("127.0.0.1:1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_verifier_of_a_password_is_the_servers_own()
    {
        await using var connection = await ConnectAsync(SocketUrl);
        var stored = await ListAsync(connection, "select rolpassword from pg_authid where rolname = 'scram_role'");

        Assert.True(ScramVerifier.TryParse(stored[0], out var verifier));
        Assert.Equal(
            stored[0],
            ScramVerifier.Create(PostgresServer.Password, verifier.Salt, verifier.Iterations).ToString()
        );
    }

    [Fact]
    public async Task Values_are_read_by_their_types()
    {
        await using var connection = await ConnectAsync(SocketUrl);
        var rows = 0;

        await connection.QueryAsync(
            """
            select 'ä', null, true, false, -7, 4294967295::oid, 'r'::"char", ''::"char", '{1,-2}'::int4[], '{}'::int4[],
                   '3 4'::int2vector::int2[], array[1, null, 9223372036854775807], 9223372036854775807, ''
            """,
            (_, row) =>
            {
                rows++;
                Assert.Equal(14, row.Count);
                Assert.Equal("ä", row.GetString(0));
                Assert.True(row.IsNull(1));
                Assert.True(row.GetBoolean(2));
                Assert.False(row.GetBoolean(3));
                Assert.Equal(-7, row.GetInt32(4));
                Assert.Equal(uint.MaxValue, row.GetOid(5));
                Assert.Equal(('r', ' '), (row.GetChar(6), row.GetChar(7)));
                Assert.Equal([1, -2], row.GetInt32Array(8));
                Assert.Empty(row.GetInt32Array(9));
                Assert.Equal([3, 4], row.GetInt32Array(10));
                Assert.Equal([1, null, long.MaxValue], row.GetInt64Array(11));
                Assert.Equal(long.MaxValue, row.GetInt64(12));
                Assert.False(row.IsNull(13));
                Assert.Equal("", row.GetString(13));
            },
            Token
        );

        Assert.Equal(1, rows);
    }

    [Fact]
    public async Task Result_sets_are_numbered_and_what_comes_between_is_heard()
    {
        await using var connection = await ConnectAsync(SocketUrl);
        var heard = new List<char>();
        var rows = new List<(int, string)>();
        connection.Overheard = (header, _) => heard.Add((char)header.Type);

        var status = await connection.QueryAsync(
            """
            listen here; begin; select 'a' from generate_series(1, 2); do $$ begin raise warning 'x'; end $$;
            set time zone 'Asia/Tokyo'; select 'b' where false; select 'c'; notify here; commit; begin
            """,
            (set, row) => rows.Add((set, row.GetString(0))),
            Token
        );

        Assert.Equal((byte)'T', status);
        Assert.Equal([(0, "a"), (0, "a"), (2, "c")], rows);
        Assert.Equal("Asia/Tokyo", connection.Parameters["TimeZone"]);
        Assert.Contains('N', heard);
        Assert.Contains('S', heard);
    }

    [Fact]
    public async Task After_an_error_the_connection_goes_on()
    {
        await using var connection = await ConnectAsync(SocketUrl);
        var refusal = await Assert.ThrowsAsync<UpstreamException>(() =>
            ListAsync(connection, "select 'x' from generate_series(1, 3); select * from nowhere")
        );
        Assert.Equal("42P01", refusal.SqlState);
        Assert.NotNull(refusal.Fields?.Position);

        await Assert.ThrowsAsync<ProtocolException>(() =>
            connection.QueryAsync("select null from generate_series(1, 1000)", (_, row) => row.GetString(0), Token)
        );
        await Assert.ThrowsAsync<UpstreamException>(() => ListAsync(connection, "copy pg_class from stdin"));

        Assert.Equal(["1"], await ListAsync(connection, "select 1"));
        Assert.Empty(await ListAsync(connection, ""));
    }

    [Fact]
    public async Task An_answer_that_was_not_awaited_is_not_taken_for_the_next_ones()
    {
        await using var connection = await ConnectAsync(SocketUrl);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            connection.QueryAsync("select pg_sleep(0.5), 'old'", (_, _) => { }, limit.Token)
        );

        await Assert.ThrowsAsync<InvalidOperationException>(() => ListAsync(connection, "select 'new'"));
    }

    [Fact]
    public async Task A_long_row_arrives()
    {
        await using var connection = await ConnectAsync(SocketUrl);

        Assert.Equal([new string('x', 3_000_000)], await ListAsync(connection, "select repeat('x', 3000000)"));
        await Assert.ThrowsAsync<ProtocolException>(() => ListAsync(connection, "select repeat('x', 17000000)"));
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("require")]
    public async Task A_statement_is_cancelled_from_without(string mode)
    {
        await using var connection = await ConnectAsync(Url("trust_role", mode));
        var sleeping = ListAsync(connection, "select pg_sleep(9)");

        while (!sleeping.IsCompleted)
        {
            await connection.CancelAsync(Token);
            await Task.WhenAny(sleeping, Task.Delay(50, Token));
        }

        Assert.Equal("57014", (await Assert.ThrowsAsync<UpstreamException>(() => sleeping)).SqlState);
        Assert.Equal(["1"], await ListAsync(connection, "select 1"));
    }

    [Fact]
    public async Task A_connection_that_the_server_ends_is_told_with_the_servers_words()
    {
        await using var connection = await ConnectAsync(SocketUrl);
        await using var other = await server.OpenAsync("postgres");
        await using var command = new NpgsqlCommand($"select pg_terminate_backend({connection.ProcessId})", other);
        await command.ExecuteNonQueryAsync(Token);

        var refusal = await Assert.ThrowsAsync<UpstreamException>(() => ListAsync(connection, "select pg_sleep(9)"));

        Assert.Contains(refusal.SqlState, (string[])["57P01", "08006"]);
    }

    private string SocketUrl => $"postgres://postgres@{Uri.EscapeDataString(server.SocketFolder)}:{server.Port}";

    private string Url(string user, string mode) =>
        $"postgres://{user.Replace("PASSWORD", Encoded, StringComparison.Ordinal)}@localhost:{server.Port}?sslmode="
        + mode.Replace("ROOTS", Uri.EscapeDataString(server.CertificatePath), StringComparison.Ordinal);

    private static Task<UpstreamConnection> ConnectAsync(string url) =>
        UpstreamConnection.ConnectAsync(UpstreamAddress.Parse(url), "postgres", "upstream test", Token);

    private static async Task<List<string>> ListAsync(UpstreamConnection connection, string sql)
    {
        var values = new List<string>();
        await connection.QueryAsync(sql, (_, row) => values.Add(row.GetString(0)), Token);
        return values;
    }
}
