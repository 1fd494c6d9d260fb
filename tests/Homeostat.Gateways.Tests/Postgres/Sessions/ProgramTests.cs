using Homeostat.Gateways.Tests.Postgres.Server;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>The programs that come with PostgreSQL, as they are.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ProgramTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
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
    public async Task Psql_reads_and_writes_and_is_told_of_a_refusal_with_its_receipt()
    {
        var lease = Gateway.Grant("psql");

        var (_, output) = await Gateway.RunAsync(
            lease,
            "psql",
            """
            select name from customers where id = 1;
            insert into notes values (100, 'x');
            delete from customers;
            select 'still', 'here';
            """,
            "disable",
            "-X",
            "-A",
            "-t"
        );

        Assert.Contains("\na\n", "\n" + output, StringComparison.Ordinal);
        Assert.Contains("INSERT 0 1", output, StringComparison.Ordinal);
        Assert.Contains("ERROR:  DELETE refused", output, StringComparison.Ordinal);
        Assert.Contains("held about 3 rows", output, StringComparison.Ordinal);
        Assert.Contains("receipt: entry", output, StringComparison.Ordinal);
        Assert.Contains("HINT:  name one row", output, StringComparison.Ordinal);
        Assert.Contains("still|here", output, StringComparison.Ordinal);
        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task Psql_comes_over_tls_and_asks_for_its_own_settings()
    {
        var (code, output) = await Gateway.RunAsync(
            Gateway.Grant("tls"),
            "psql",
            "set application_name = 'x'; \\conninfo\nselect 'in';\n",
            "require",
            "-X",
            "-A",
            "-t"
        );

        Assert.True(code == 0, output);
        Assert.Contains("TLSv1.", output, StringComparison.Ordinal);
        Assert.Contains("\nin\n", "\n" + output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_with_one_refused_statement_runs_none_of_its_statements()
    {
        var (_, output) = await Gateway.RunAsync(
            Gateway.Grant("several"),
            "psql",
            "insert into notes values (400, 'x')\\; delete from customers;\nselect count(*) from notes where id = 400;\n",
            "disable",
            "-X",
            "-A",
            "-t"
        );

        Assert.Contains("none of them was run", output, StringComparison.Ordinal);
        Assert.StartsWith("0\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_in_a_text_counts_for_the_statements_after_it()
    {
        var (_, output) = await Gateway.RunAsync(
            Gateway.Grant("texts"),
            "psql",
            "set search_path = other\\; select name from customers where id = 9;\nselect name from customers where id = 9;\n",
            "disable",
            "-X",
            "-A",
            "-t"
        );

        Assert.Equal(["SET", "other", "other"], output.Split('\n').Where(line => line is "SET" or "other"));
        Assert.DoesNotContain("ERROR", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pgbench_runs_in_every_protocol()
    {
        var lease = Gateway.Grant("pgbench", rows: 1);
        foreach (var mode in new[] { "simple", "extended", "prepared" })
        {
            var file = Path.GetTempFileName();
            await File.WriteAllTextAsync(
                file,
                "\\set id random(1, 3)\nbegin;\nselect name from customers where id = :id;\nupdate customers set name = name where id = :id;\nend;\n",
                TestContext.Current.CancellationToken
            );

            var (code, output) = await Gateway.RunAsync(
                lease,
                "pgbench",
                "",
                "disable",
                "-n",
                "-M",
                mode,
                "-t",
                "20",
                "-c",
                "2",
                "-f",
                file
            );

            Assert.True(code == 0, output);
            Assert.Contains("number of failed transactions: 0", output, StringComparison.Ordinal);
            File.Delete(file);
        }

        await Gateway.SettledAsync();
    }

    [Fact]
    public async Task Pg_dump_reads_the_whole_database()
    {
        var (code, output) = await Gateway.RunAsync(Gateway.Grant("dump"), "pg_dump", "");

        Assert.True(code == 0, output);
        Assert.Contains("COPY public.customers (id, name) FROM stdin;", output, StringComparison.Ordinal);
    }
}
