using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Transparency;

/// <summary>What people do in psql looks the same through the gateway as without it.</summary>
[Collection(SiteCollection.Name)]
public sealed class PsqlTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    public static bool IsInstalled => Cluster.WhyNot is null;

    public static TheoryData<string> Scripts =>
        [
            "\\d",
            "\\d+ orders",
            "\\d+ recent_customers",
            "\\d inbox_rule",
            "\\d+ events",
            "\\d inbox",
            "\\l",
            "\\l+",
            "\\dn+",
            "\\df+ public.*",
            "\\du+",
            "\\dt+",
            "\\di+",
            "\\dv+",
            "\\ds+",
            "\\dT+",
            "\\dD+",
            "\\do+ public.*",
            "\\da+ public.*",
            "\\dC+",
            "\\dx+",
            "\\des+",
            "\\dew+",
            "\\dp",
            "\\ddp",
            "\\dP+",
            "\\drds",
            "\\dL+",
            "\\dO+",
            "\\dc+",
            "\\dF+",
            "\\dRp+",
            "\\dX",
            "\\dy",
            "\\db+",
            "\\dconfig work_mem",
            "\\sf purge_archive",
            "\\sv recent_customers",
            "\\dl+",
            "\\x\nselect * from customers where id < 3;",
            "select 1 / 0;",
            "select nope from customers;",
            "select 'a' || E'\\n' || 'b', null, 'ü', 1.5::float8, now() > '2020-01-01', array[1, 2], row(1, 'x');",
            "\\pset format csv\nselect * from orders order by id limit 5;",
            "begin;\nselect 1;\nselect 1 / 0;\nselect 2;\nrollback;\nselect 3;",
            "\\copy (select * from orders order by id) to stdout csv header",
            "select 1 \\; select 2 \\; select 3;",
            "select 1 as a \\gset\n\\echo :a",
            "select 'select ' || i from generate_series(1, 3) i \\gexec",
            "select $1::int + $2::int \\bind 1 2 \\g",
            "select * from customers \\gdesc",
            "\\set FETCH_COUNT 7\nselect * from order_lines order by 1, 2;",
            "\\set ON_ERROR_ROLLBACK on\nbegin;\nselect 1;\nselect 1 / 0;\nselect 2;\ncommit;",
            "show server_version;\nshow search_path;\nshow transaction_isolation;",
            "set search_path = attic, public;\nselect * from boxes;\nreset search_path;",
            "begin;\nsavepoint a;\nset search_path = attic;\nselect * from boxes;\nrollback to a;\nselect * from attic.boxes;\nrollback;\nshow search_path;",
            "set datestyle = 'German';\nselect date '2026-01-31';",
            "set time zone 'Asia/Tokyo';\nselect timestamptz '2026-01-01 00:00Z';",
            "prepare p (int) as select name from customers where id = $1;\nexecute p (3);\ndeallocate p;",
            "begin;\ndeclare c cursor for select id from orders order by id;\nfetch 3 from c;\nmove 2 in c;\nfetch 1 from c;\nclose c;\ncommit;",
            "explain (costs off) select * from orders where id = 1;",
            "explain (analyze, costs off, timing off, summary off) select count(*) from orders;",
            "create temp table t (i int);\ninsert into t select generate_series(1, 3);\nselect * from t;\ndrop table t;",
            "begin transaction isolation level serializable read only deferrable;\nselect count(*) from orders;\ncommit;",
            "select relname from pg_catalog.pg_class c where (c.relkind in ('r')) and substring(c.relname, 1, 3) = 'ord' order by 1;",
            "discard all;\nselect 1;",
            "\\set VERBOSITY default\ndrop table if exists none, \"No \"\"ne\", attic.none, nowhere.none cascade;\nselect 1;",
            "\\set VERBOSITY default\nbegin;\ncreate temp table t (i int);\ndrop table if exists none, t, nil;\nselect count(*) from pg_class where relname = 't';\nrollback;",
            "\\set VERBOSITY default\nselect 1 \\; drop view if exists none \\; select 2;",
            "\\set VERBOSITY default\nalter table if exists only none drop constraint if exists c;\nalter table orders drop column if exists c;",
            "begin read only;\ndrop table if exists none;\nselect 1;\nrollback;",
            "begin;\nselect 1 / 0;\ndrop table if exists none;\nrollback;",
            "set client_min_messages = warning;\ndrop sequence if exists none;",
            "\\encoding\n\\encoding UTF8",
        ];

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [MemberData(nameof(Scripts))]
    public async Task The_same_is_seen(string script)
    {
        var visit = await site.LendAsync(Cones.Whole("shop"));

        var direct = await Programs.PsqlAsync(site.Cluster.Direct("shop"), script + "\n");
        var through = await Programs.PsqlAsync(visit.Door, script + "\n");

        Assert.Equal(direct.Output, through.Output);
        Assert.Equal(direct.Errors, through.Errors);
        Assert.Equal(direct.Code, through.Code);
    }

    /// <summary>What the gateway cannot judge it refuses by itself, under the state that the server would have named.</summary>
    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [InlineData("select * from no_such_table;", "42P01")]
    [InlineData("drop table no_such_table;", "42P01")]
    [InlineData("select no_such_function(1);", "42883")]
    [InlineData("execute no_such_statement;", "26000")]
    [InlineData("selec 1;", "42601")]
    [InlineData("begin;\nsavepoint a;\nset search_path = attic;\nrollback to a;\nselect * from boxes;", "42P01")]
    public async Task The_same_state_is_named(string script, string state)
    {
        var visit = await site.LendAsync(Cones.Whole("shop"));

        var direct = await Programs.PsqlAsync(site.Cluster.Direct("shop"), script + "\n");
        var through = await Programs.PsqlAsync(visit.Door, script + "\n");

        Assert.StartsWith($"ERROR:  {state}: ", direct.Errors, StringComparison.Ordinal);
        Assert.StartsWith($"ERROR:  {state}: ", through.Errors, StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task An_interrupted_statement_is_cancelled_and_the_script_goes_on()
    {
        var visit = await site.LendAsync(Cones.Whole("shop"));
        using var psql = Programs.Start(
            $"{Programs.Folder}/psql",
            ["-X", "-q", "-v", "VERBOSITY=verbose", "-At"],
            visit.Door
        );
        await psql.StandardInput.WriteAsync("\\echo begun\nselect pg_sleep(30);\nselect 'went on';\n");
        await psql.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal("begun", await psql.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        const string running =
            "select count(*) from pg_stat_activity where query = 'select pg_sleep(30);' and state = 'active'";
        while (await site.Cluster.Owner("shop").AskAsync(running) != "1")
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await Programs.RunAsync("bash", ["-c", $"kill -INT {psql.Id}"]);

        Assert.Equal(
            "Cancel request sent",
            await psql.StandardError.ReadLineAsync(TestContext.Current.CancellationToken)
        );
        Assert.StartsWith(
            "ERROR:  57014: ",
            await psql.StandardError.ReadLineAsync(TestContext.Current.CancellationToken)
        );
        psql.StandardInput.Close();
        await psql.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
