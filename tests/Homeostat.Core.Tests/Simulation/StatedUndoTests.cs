using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>Who asks may say that there is a way back; that alone opens nothing.</summary>
public sealed class StatedUndoTests
{
    [Theory]
    [InlineData(null, Verdict.StepUp)] // "restore it", from nothing
    [InlineData("nobody", Verdict.StepUp)] // from something that is not there
    [InlineData("dump", Verdict.StepUp)] // from a backup that is six hours old
    [InlineData("images", Verdict.Allow)] // from before-images, which are no copy and are there
    public async Task LostDataComesBackOnlyFromSomethingThatIsNotOlder(string? need, Verdict verdict)
    {
        var lose = new Effect.LoseData(new("db"), new("data"), new Extent(10))
        {
            Undo = new Undo(Possible: true, "restore it", need is null ? [] : [new(need)]),
        };
        var decision = await Ledger().DecideAsync(lose);
        Assert.Equal(verdict == Verdict.Allow, !decision.Judgement.Findings.Any(IsIrreversible));
    }

    [Fact]
    public async Task WhatHasBeenReadCannotBeUnread()
    {
        var expose = new Effect.Expose(new("db"), "anybody", Privilege.Read)
        {
            Undo = new Undo(Possible: true, "close it again", []),
        };
        Assert.Equal(Verdict.StepUp, (await Ledger().DecideAsync(expose)).Verdict);
    }

    [Fact]
    public async Task OldEvidenceOfTheBackupThatIsLeftIsLookedAtFirst()
    {
        var estate = new SmallEstate()
            .Add(Of("ledger", "service", Tier.One), Needs("ledger", 1, "db"))
            .Add(Of("db", "database"), Copy("db", CopyRole.Primary))
            .Add(Of("new", "snapshot") with { Existence = Seen(TimeSpan.FromDays(4)) }, Backup("new", 6))
            .Add(Of("old", "snapshot"), Backup("old", 30));

        var decision = await estate.DecideAsync(new Effect.Destroy(new("old")));

        var finding = Assert.Single(decision.Judgement.Findings, finding => finding.Test == HomeostasisTest.Weakened);
        Assert.Equal(Verdict.Defer, finding.AtMost);
        Assert.Contains(new ResourceId("new"), finding.LookAt);
        Assert.Contains("some world", finding.Reason, StringComparison.Ordinal);
    }

    private static bool IsIrreversible(Finding finding) => finding.Test == "homeostasis.irreversible";

    private static Relation.CopyOf Backup(string holder, int hours) =>
        Copy(holder, CopyRole.Backup, TimeSpan.FromHours(hours));

    private static SmallEstate Ledger() =>
        new SmallEstate()
            .Add(Of("ledger", "service", Tier.One), Needs("ledger", 1, "db"))
            .Add(Of("db", "database"), Copy("db", CopyRole.Primary))
            .Add(Of("dump", "snapshot"), Backup("dump", 6))
            .Add(Of("images", "bucket"));
}
