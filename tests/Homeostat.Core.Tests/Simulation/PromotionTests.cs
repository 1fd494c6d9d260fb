using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>Who becomes the primary leaves behind what had not arrived, and everybody who followed the old one.</summary>
public sealed class PromotionTests
{
    [Theory]
    [InlineData(RunState.Running, 0, 0, 0, Verdict.StepUp)] // the old primary may go on writing
    [InlineData(RunState.Stopped, 4, 0, 0, Verdict.StepUp)] // four seconds of writes had not arrived
    [InlineData(RunState.Stopped, 0, 60, 0, Verdict.Defer)] // nobody has looked lately at the lag
    [InlineData(RunState.Stopped, 0, 0, 60, Verdict.Defer)] // nobody has looked lately whether it has stopped
    [InlineData(RunState.Stopped, 0, 0, 0, Verdict.Allow)]
    public async Task NothingIsLostOnlyIfTheOldPrimaryStoppedAndEverythingArrived(
        RunState old,
        int lagSeconds,
        int lagSeenMinutesAgo,
        int stateSeenMinutesAgo,
        Verdict verdict
    )
    {
        var estate = Cluster(
            old,
            TimeSpan.FromSeconds(lagSeconds),
            TimeSpan.FromMinutes(lagSeenMinutesAgo),
            TimeSpan.FromMinutes(stateSeenMinutesAgo)
        );
        Assert.Equal(verdict, (await estate.DecideAsync(new Effect.Promote(new("west")))).Verdict);
    }

    [Fact]
    public async Task WhatFollowedTheOldPrimaryDoesNotFollowTheNewOne()
    {
        var estate = Cluster(RunState.Stopped, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        var lost = (await estate.DecideAsync(new Effect.Promote(new("west")))).Judgement.Consequences!.CopiesLost;
        Assert.Equal(["east", "east-follower"], lost.Select(copy => copy.Holder.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheFindingSaysWhereToLook()
    {
        var estate = Cluster(RunState.Stopped, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromHours(1));
        var decision = await estate.DecideAsync(new Effect.Promote(new("west")));
        Assert.Contains(new("east"), decision.Judgement.Findings.SelectMany(finding => finding.LookAt));
    }

    private static SmallEstate Cluster(RunState old, TimeSpan lag, TimeSpan lagSeen, TimeSpan stateSeen) =>
        new SmallEstate()
            .Add(Of("orders", "service", Tier.Zero), Needs("orders", 1, "east", "west"))
            .Add(
                Of("east", "database") with
                {
                    State = old,
                    StateSeen = Seen(stateSeen),
                },
                Copy("east", CopyRole.Primary)
            )
            .Add(Of("east-follower", "database-replica"), Copy("east-follower", CopyRole.Replica, TimeSpan.Zero))
            .Add(Of("west", "database") with { State = RunState.Running }, Copy("west", CopyRole.Replica, lag, lagSeen))
            .Add(Of("backup", "snapshot"), Copy("backup", CopyRole.Backup, TimeSpan.FromHours(1)));
}
