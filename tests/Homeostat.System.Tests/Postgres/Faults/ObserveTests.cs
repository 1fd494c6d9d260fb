using Homeostat.SystemTests.Postgres.Site;

namespace Homeostat.SystemTests.Postgres.Faults;

/// <summary>Where a team only observes, everything goes through and the log says what would have been refused.</summary>
[Collection(SiteCollection.Name)]
public sealed class ObserveTests(ProductionSite site)
{
    public static bool IsInstalled => Cluster.WhyNot is null;

    [Fact(SkipUnless = nameof(IsInstalled), Skip = "PostgreSQL 15 is not installed")]
    public async Task What_would_be_refused_is_done_and_written_down()
    {
        var cone = Cones.Whole("staging") with { Manner = "reversible" };
        await using var service = await Service.StartAsync(site.Cluster, overlay: "observing.yaml");
        var visit = await site.LendAsync(cone, "staging", by: service);
        var door = site.Cluster.Owner("staging");

        await visit.Door.AskAsync("delete from trial");

        Assert.Equal("0", await door.AskAsync("select count(*) from trial"));
        var decision = await visit.Service.Decisions.FindAsync(visit.Agent, one => one.Operation == "DELETE");
        Assert.Equal("allow", decision.Verdict);
        Assert.Equal("deny", decision.WouldBe);
    }

    /// <summary>Leases are named while the team watches: one that does not name the database yet is let in there, and nowhere else.</summary>
    [Fact(SkipUnless = nameof(IsInstalled), Skip = "PostgreSQL 15 is not installed")]
    public async Task A_lease_for_elsewhere_is_let_in()
    {
        await using var service = await Service.StartAsync(site.Cluster, overlay: "observing.yaml");
        var visit = await site.LendAsync(Cones.Reading, "staging", by: service);

        Assert.Equal("1", await visit.Door.AskAsync("select 1"));

        var enforced = await site.LendAsync(Cones.Reading, "staging");
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => enforced.Door.AskAsync("select 1"));
        Assert.Equal("42501", refused.SqlState);
        Assert.Contains("outside lease", refused.MessageText, StringComparison.Ordinal);
    }
}
