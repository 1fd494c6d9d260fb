using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Server.Hosting;
using Homeostat.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Homeostat.Server.Tests.Postgres;

/// <summary>What SQL would do, asked of a service before a real server, where nothing of it happens.</summary>
public sealed class SqlSimulationTests
{
    [Fact]
    public async Task Each_statement_is_told_with_its_effects_its_rows_and_its_verdict()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        await using var cluster = await PostgresCluster.StartAsync();
        await ExecuteAsync(
            cluster,
            """
            create table orders (id int primary key, status text);
            insert into orders select n, 'new' from generate_series(1, 700) n;
            create function spy() returns int language plpgsql immutable as
              $$ begin delete from orders; return 1; end $$;
            analyze
            """
        );
        await using var server = await TestServer.StartAsync(
            new ServerOptions
            {
                Data = "",
                Postgres = Url(cluster),
                PostgresListen = new(System.Net.IPAddress.Loopback, 0),
            }
        );
        await using var gateway = await server.Plane.Postgres!.StartAsync(server.Plane, NullLoggerFactory.Instance);
        await UntilListedAsync(server);
        var lease = await server.GrantAsync("first", Rows);

        var answer = await AskAsync(
            lease,
            "update orders set status = 'sent' where id = 7; delete from orders; select spy(); set role postgres"
        );

        Assert.Null(answer.Refusal);
        Assert.Equal(["UPDATE", "DELETE", "SELECT"], answer.Statements.Take(3).Select(row => row.Command));
        var (one, all, code, role) = (
            answer.Statements[0],
            answer.Statements[1],
            answer.Statements[2],
            answer.Statements[3]
        );
        Assert.Equal(("allow", 1), (one.Decision.Verdict, one.EstimatedRows));
        Assert.Contains(
            new SqlEffectBody("lose-data", "pg:main/postgres/public.orders", 1),
            one.Effects.Select(effect => effect with { Held = null, HeldAgeSeconds = null })
        );
        Assert.Equal(("deny", 700), (all.Decision.Verdict, all.EstimatedRows));
        Assert.Contains(all.Effects, effect => effect is { Do: "lose-data", Rows: null, Held: 700 });
        Assert.NotNull(code.RunsCode);
        Assert.Null(code.EstimatedRows);
        Assert.NotEqual("allow", code.Decision.Verdict);
        Assert.NotNull(role.Forbidden);
        Assert.Equal(700L, await ScalarAsync(cluster, "select count(*) from orders where status = 'new'"));
        Assert.Empty(server.Plane.Parts.Book.Outstanding());
    }

    [Fact]
    public async Task A_lease_learns_nothing_of_databases_beyond_its_cone()
    {
        Assert.SkipWhen(PostgresCluster.WhyNot is not null, PostgresCluster.WhyNot ?? "");
        await using var cluster = await PostgresCluster.StartAsync();
        await ExecuteAsync(cluster, "create database payroll");
        await using var server = await TestServer.StartAsync(
            new ServerOptions
            {
                Data = "",
                Postgres = Url(cluster),
                PostgresListen = new(System.Net.IPAddress.Loopback, 0),
            }
        );
        await using var gateway = await server.Plane.Postgres!.StartAsync(server.Plane, NullLoggerFactory.Instance);
        await UntilListedAsync(server);
        var lease = await server.GrantAsync("narrow", body => Within(body, "pg:main/postgres"));
        var tables = await server.GrantAsync("tables", body => Within(body, "pg:main/payroll/public.*"));

        Assert.Single((await AskAsync(lease, "select 1")).Statements);
        var (there, not) = (await RefusedAsync(lease, "payroll"), await RefusedAsync(lease, "pension"));
        var beside = await RefusedAsync(tables, "payroll");

        Assert.Equal(403, there.Problem.Status);
        Assert.Contains("pg:main/payroll is outside lease", there.Message, StringComparison.Ordinal);
        Assert.Equal(there.Message, not.Message.Replace("pension", "payroll", StringComparison.Ordinal));
        Assert.Equal(403, beside.Problem.Status);
        Assert.Single((await AskAsync(server.Operator, "select 1", "payroll")).Statements);
        Assert.Contains("pension", (await AskAsync(server.Operator, "select 1", "pension")).Refusal);
        await server.Operator.RevokeAsync("narrow");
        Assert.Equal(403, (await RefusedAsync(lease, "postgres")).Problem.Status);
    }

    private static GrantBody Within(GrantBody body, string id) =>
        body with
        {
            Cone = body.Cone with
            {
                Operations = ["read"],
                Where = new SelectorBody { Ids = [id] },
            },
        };

    private static GrantBody Rows(GrantBody body) =>
        body with
        {
            Cone = body.Cone with
            {
                Operations = ["read", "change", "lose-data"],
                Where = new SelectorBody(),
                Amounts = new AmountsBody { Rows = 5, Resources = 5 },
            },
        };

    private static Task<SqlAnswer> AskAsync(HomeostatClient client, string sql, string database = "postgres") =>
        client.SimulateAsync(new SqlBody { Database = database, Sql = sql }, TestContext.Current.CancellationToken);

    private static Task<HomeostatException> RefusedAsync(HomeostatClient client, string database) =>
        Assert.ThrowsAsync<HomeostatException>(() => AskAsync(client, "select 1", database));

    private static string Url(PostgresCluster cluster)
    {
        var parts = new NpgsqlConnectionStringBuilder(cluster.ConnectionString("postgres"));
        return $"postgres://postgres@{Uri.EscapeDataString(parts.Host!)}:{parts.Port}/postgres";
    }

    private static async Task UntilListedAsync(TestServer server)
    {
        while (server.Plane.Missing().Count > 0)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static async Task ExecuteAsync(PostgresCluster cluster, string text)
    {
        await using var connection = await OpenAsync(cluster);
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<object?> ScalarAsync(PostgresCluster cluster, string text)
    {
        await using var connection = await OpenAsync(cluster);
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgresCluster cluster)
    {
        var connection = new NpgsqlConnection(cluster.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
