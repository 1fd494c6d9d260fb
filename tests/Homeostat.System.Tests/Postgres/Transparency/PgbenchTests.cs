using System.Text.RegularExpressions;
using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Transparency;

/// <summary>pgbench as it comes, with every script and every protocol that it has; no transaction fails.</summary>
[Collection(SiteCollection.Name)]
public sealed partial class PgbenchTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";
    private const string Transactions = "60";

    public static bool IsInstalled => Cluster.WhyNot is null;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task Its_tables_are_made_and_its_scripts_run()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await Programs.ClientAsync(visit.Door, "pgbench", "-i", "-q", "-s", "1");
        Assert.Equal("100000", await site.Cluster.Owner("play").AskAsync("select count(*) from pgbench_accounts"));

        foreach (var script in new[] { "tpcb-like", "simple-update", "select-only" })
        {
            foreach (var mode in new[] { "simple", "extended", "prepared" })
            {
                await RunAsync(visit.Door, "-b", script, "-M", mode);
            }
        }

        // Three modes of two scripts that write history, two clients each.
        var written = 3 * 2 * 2 * int.Parse(Transactions);
        Assert.Equal($"{written}", await site.Cluster.Owner("play").AskAsync("select count(*) from pgbench_history"));
    }

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_pipeline_of_libpq_runs()
    {
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            """
            \startpipeline
            begin;
            select 1;
            select count(*) from generate_series(1, 1000);
            select pg_sleep(0);
            commit;
            select 2;
            \endpipeline
            """,
            TestContext.Current.CancellationToken
        );

        await RunAsync(visit.Door, "-n", "-f", file, "-M", "extended");
        await RunAsync(visit.Door, "-n", "-f", file, "-M", "prepared");
        File.Delete(file);
    }

    private static async Task RunAsync(Door door, params string[] how)
    {
        string[] arguments = ["-n", "-c", "2", "-j", "1", "-t", Transactions, .. how];
        var output = await Programs.ClientAsync(door, "pgbench", arguments);
        var done = Done().Match(output);
        Assert.True(done.Groups["done"].Value == done.Groups["all"].Value, output);
        Assert.Contains("number of failed transactions: 0 ", output, StringComparison.Ordinal);
    }

    [GeneratedRegex("actually processed: (?<done>[0-9]+)/(?<all>[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Done();
}
