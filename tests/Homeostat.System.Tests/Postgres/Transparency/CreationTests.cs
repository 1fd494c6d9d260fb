using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Transparency;

/// <summary>What an agent with everything may make: what only reads, and nothing that others run as themselves.</summary>
[Collection(SiteCollection.Name)]
public sealed class CreationTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    public static bool IsInstalled => Cluster.WhyNot is null;

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [InlineData("create view made as select id, n from busy where n > 1")]
    [InlineData("create recursive view made (n) as select 1 union all select n + 1 from made where n < 3")]
    [InlineData("create materialized view made as select * from busy")]
    [InlineData("create schema made\ncreate view kept as select * from public.busy")]
    [InlineData("create table made as select * from busy")]
    [InlineData("create type made as enum ('a', 'b')")]
    [InlineData("create sequence made")]
    public async Task What_only_reads_is_made(string sql)
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");

        var ran = await Programs.PsqlAsync(visit.Door, $"begin;\n{sql};\nrollback;\n");

        Assert.Equal("", ran.Errors);
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_view_is_made_read_and_dropped_without_a_transaction()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");

        var ran = await Programs.PsqlAsync(
            visit.Door,
            "create view seen as select count(*) as lines from busy;\ntable seen;\ndrop view seen;\n",
            "-At"
        );

        Assert.Equal("", ran.Errors);
        Assert.Equal("8", ran.Output.Trim());
    }

    [Theory(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    [InlineData("create function made() returns int language sql as 'select 1'")]
    [InlineData("create function made() returns int language plpgsql as $$ begin delete from busy; return 1; end $$")]
    [InlineData("create procedure made() language sql as 'delete from busy'")]
    [InlineData(
        "create trigger made before update on busy for each row execute function suppress_redundant_updates_trigger()"
    )]
    [InlineData("create rule made as on insert to busy do also delete from busy")]
    [InlineData("create policy made on busy using (true)")]
    [InlineData("create operator === (leftarg = int, rightarg = int, function = int4eq)")]
    [InlineData("create domain made as int check (value > 0)")]
    [InlineData("create aggregate made (int) (sfunc = int4pl, stype = int)")]
    [InlineData("create view made as select pg_read_file('postgresql.conf')")]
    [InlineData("create view made as select * from pg_authid")]
    [InlineData("create view made as select query_to_xml('delete from busy', true, true, '')")]
    public async Task What_others_would_run_or_what_does_harm_when_read_is_not(string sql)
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");

        var ran = await Programs.PsqlAsync(visit.Door, $"begin;\n{sql};\nrollback;\n");

        Assert.Matches("^ERROR:  (42501|55000): CREATE [A-Z]+ refused: ", ran.Errors);
        Assert.InRange(ran.Errors.Split('\n').Length, 3, 40);
    }
}
