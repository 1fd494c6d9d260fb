using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>A copy that follows comes back from its primary, and only if somebody has seen the primary there.</summary>
public sealed class SeedingTests
{
    [Theory]
    [InlineData("follower", 0, Verdict.Allow)]
    [InlineData("follower", 26, Verdict.Defer)]
    [InlineData("primary", 0, Verdict.StepUp)]
    public async Task AFollowerCanBeSeededAgain(string emptied, int primarySeenHoursAgo, Verdict verdict) =>
        Assert.Equal(verdict, (await Pair(primarySeenHoursAgo).DecideAsync(Empty(emptied))).Verdict);

    [Fact]
    public async Task NotFromAPrimaryThatIsEmptiedWithIt() =>
        Assert.NotEqual(
            Verdict.Allow,
            (await Pair(primarySeenHoursAgo: 0).DecideAsync(Empty("follower"), Empty("primary"))).Verdict
        );

    [Fact]
    public async Task ALogicalLossReachesTheFollowerAndNotTheBackup()
    {
        var decision = await Pair(primarySeenHoursAgo: 0)
            .DecideAsync(new Effect.LoseData(new("primary"), new("data"), Extent.Everything));
        Assert.Equal(
            ["follower", "primary"],
            decision.Judgement.Consequences!.CopiesLost.Select(copy => copy.Holder.Value).Order(StringComparer.Ordinal)
        );
        Assert.NotEqual(Verdict.Allow, decision.Verdict);
    }

    private static Effect.LoseData Empty(string holder) =>
        new(new(holder), new("data"), Extent.Everything) { OfCopyOnly = true };

    private static SmallEstate Pair(int primarySeenHoursAgo) =>
        new SmallEstate()
            .Add(Of("orders", "service", Tier.Zero), Needs("orders", 1, "primary"))
            .Add(
                Of("primary", "database") with
                {
                    Existence = Seen(TimeSpan.FromHours(primarySeenHoursAgo)),
                    Location = new Location(Zone: "a"),
                },
                Copy("primary", CopyRole.Primary)
            )
            .Add(
                Of("follower", "database-replica") with
                {
                    Location = new Location(Zone: "b"),
                },
                Copy("follower", CopyRole.Replica, TimeSpan.Zero)
            )
            .Add(Of("backup-1", "snapshot"), Copy("backup-1", CopyRole.Backup, TimeSpan.FromHours(1)))
            .Add(Of("backup-2", "snapshot"), Copy("backup-2", CopyRole.Backup, TimeSpan.FromHours(1)));
}
