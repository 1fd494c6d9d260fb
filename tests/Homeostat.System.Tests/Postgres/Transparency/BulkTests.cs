using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Transparency;

/// <summary>A million rows out and in again through COPY.</summary>
[Collection(SiteCollection.Name)]
public sealed class BulkTests(ProductionSite site)
{
    private const int Rows = 1_000_000;

    public static bool IsInstalled => Cluster.WhyNot is null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = "PostgreSQL 15 is not installed")]
    public async Task A_million_rows_go_out_and_in_and_are_all_there()
    {
        await site.Cluster.ScriptAsync(
            "play",
            $"drop table if exists bulk, bulk_again; create table bulk as select i as id, md5(i::text) as body from generate_series(1, {Rows}) i; create table bulk_again (like bulk)"
        );
        var visit = await site.LendAsync(Cones.Whole("play"), "play");
        await using var reading = await visit.Door.OpenAsync();
        await using var writing = await visit.Door.OpenAsync();
        var before = site.Service.MemoryBytes;
        await using (var from = await reading.BeginRawBinaryCopyAsync("copy bulk to stdout (format binary)", Token))
        await using (
            var to = await writing.BeginRawBinaryCopyAsync("copy bulk_again from stdin (format binary)", Token)
        )
        {
            var buffer = new byte[1 << 16];
            while (await from.ReadAsync(buffer, Token) is var read and > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), Token);
            }
        }

        Assert.True(site.Service.MemoryBytes - before < 128 << 20, "the rows were held instead of passed on");
        const string same = "select count(*) from (select * from bulk except all select * from bulk_again) x";
        Assert.Equal($"{Rows}", await site.Cluster.Owner("play").AskAsync("select count(*) from bulk_again"));
        Assert.Equal("0", await site.Cluster.Owner("play").AskAsync(same));
        await site.Cluster.ScriptAsync("play", "drop table bulk, bulk_again");
    }
}
