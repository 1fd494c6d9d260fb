using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Transparency;

/// <summary>A dump that was taken through the gateway, and one that was read in through it, are the database.</summary>
[Collection(SiteCollection.Name)]
public sealed class DumpTests(ProductionSite site)
{
    private const string Missing = "PostgreSQL 15 is not installed";

    public static bool IsInstalled => Cluster.WhyNot is null;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task A_dump_is_the_dump_that_is_taken_without_it()
    {
        var visit = await site.LendAsync(Cones.Whole("shop"));

        // Not the table whose policy runs code of somebody's.
        string[] how = ["--restrict-key=x", "--exclude-table=guarded"];
        var direct = await Programs.ClientAsync(site.Cluster.Direct("shop"), "pg_dump", how);
        var through = await Programs.ClientAsync(visit.Door, "pg_dump", how);

        Assert.Contains("COPY public.customers", direct, StringComparison.Ordinal);
        Assert.Contains("lowrite", direct, StringComparison.Ordinal);
        Assert.Equal(direct, through);
    }

    /// <summary>
    /// As people restore: into a database where none of it is, and once more over what is there then. Without code: what
    /// functions do nobody can foresee, so that they are not made through the gateway.
    /// </summary>
    [Fact(SkipUnless = nameof(IsInstalled), Skip = Missing)]
    public async Task What_is_read_in_through_it_dumps_as_it_was()
    {
        string[] parts =
        [
            "-t",
            "customers",
            "-t",
            "orders",
            "-t",
            "order_lines",
            "-t",
            "payments",
            "-t",
            "events*",
            "-t",
            "invoice_numbers",
            "--clean",
            "--if-exists",
            "--no-owner",
            "--restrict-key=x",
        ];
        var dump = await Programs.ClientAsync(site.Cluster.Direct("shop"), "pg_dump", parts);
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        for (var time = 0; time < 2; time++)
        {
            var ran = await Programs.PsqlAsync(visit.Door, dump, "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=default");

            Assert.True(ran.Code == 0, ran.Errors);
            Assert.DoesNotContain("ERROR", ran.Errors, StringComparison.Ordinal);
            var again = await Programs.ClientAsync(site.Cluster.Direct("play"), "pg_dump", parts);
            Assert.Equal(dump, again);
        }
    }
}
