using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>What each kind of effect does, in estates of a handful of resources.</summary>
public sealed class EffectTests
{
    private const string Irreversible = "homeostasis.irreversible";

    private static Small Running(string id, params IReadOnlyList<Relation> relations) =>
        Small.Of("compute-instance", id, null, relations) with
        {
            State = RunState.Running,
        };

    private static Small Service(string id, Tier tier, params IReadOnlyList<Relation> relations) =>
        Small.Of("service", id, tier, relations);

    /// <summary>A member that leaves and then stops is missed once, in whichever order that is said.</summary>
    [Fact]
    public void DetachingAndStoppingAMemberTakesItAwayOnce()
    {
        var estate = Small.Estate(
            Service("web", Tier.Zero, Small.Needs("web", 2, "a", "b", "c")),
            Running("a"),
            Running("b"),
            Running("c")
        );
        Effect[] effects = [new Effect.Detach(new("a"), new("web")), new Effect.Stop(new("a"))];
        Assert.Equal(Verdict.Allow, Judging.Review(estate, effects).Verdict);
        Assert.Equal(Verdict.Allow, Judging.Review(estate, effects[1], effects[0]).Verdict);
        Assert.Equal(Verdict.Deny, Judging.Review(estate, [.. effects, new Effect.Stop(new("b"))]).Verdict);
    }

    [Fact]
    public void ForgettingTouchesNoFunction()
    {
        var estate = Small.Estate(Service("web", Tier.Zero, Small.Needs("web", 1, "a")), Running("a"));
        var judgement = Judging.Review(estate, new Effect.Detach(new("a"), null));
        Assert.Equal((Verdict.Allow, 0), (judgement.Verdict, judgement.Assessment!.Charge));
    }

    [Fact]
    public void ADetachedStandbyStandsByForNobody()
    {
        var judgement = Judging.Review(WithStandby(), new Effect.Detach(new("dr"), new("web")));
        Assert.Contains(
            judgement.Findings,
            finding => finding.AtMost == Verdict.Deny && finding.Reason.Contains("ways back")
        );
    }

    [Fact]
    public void APromotedStandbyStandsByForNobody()
    {
        var judgement = Judging.Review(WithStandby(), new Effect.Promote(new("dr")));
        Assert.Equal(Verdict.Deny, judgement.Verdict);
        Assert.Contains(
            judgement.Assessment!.Variables,
            reading => reading is { Kind: VariableKind.Recoverability, After: 0 }
        );
    }

    private static EstateSnapshot WithStandby() =>
        Small.Estate(
            Service(
                "web",
                Tier.Zero,
                Small.Needs("web", 1, "db"),
                new Relation.StandbyFor("dr", [new("dr")], new("web"))
            ),
            Small.Of("database", "db", null, Small.Copy("db", "data", CopyRole.Primary)),
            Small.Of("database", "dr", null, Small.Copy("dr", "data", CopyRole.Standby, TimeSpan.FromSeconds(9)))
        );

    /// <summary>A stopped standby counts as long as it could start.</summary>
    [Fact]
    public void AStoppedStandbyIsLostWithWhatItNeedsToStart()
    {
        var estate = Small.Estate(
            Service(
                "web",
                Tier.One,
                Small.Needs("web", 1, "db"),
                new Relation.StandbyFor("dr", [new("dr")], new("web"))
            ),
            Small.Of("database", "db", null, Small.Copy("db", "data", CopyRole.Primary)),
            Running("dr", Small.Needs("dr", 1, "image")) with
            {
                State = RunState.Stopped,
            },
            Running("image")
        );
        var reading = Assert.Single(
            Judging.Review(estate, new Effect.Stop(new("image"))).Assessment!.Variables,
            reading => reading.Kind == VariableKind.Recoverability
        );
        Assert.Equal((0.9, 0.0, true), (reading.Before, reading.After, reading.IsLethal));
    }

    /// <summary>Two records that name one standby make one way back; one without members makes none.</summary>
    [Fact]
    public void AStandbySaidTwiceIsOneStandby()
    {
        var standby = new Relation.StandbyFor("dr", [new("dr")], new("web"));
        var estate = Small.Estate(
            Service("web", Tier.Zero, Small.Needs("web", 1, "db"), standby),
            Small.Of("database", "db", null, Small.Copy("db", "data", CopyRole.Primary)),
            Running("dr", standby)
        );
        var reading = Assert.Single(
            Judging.Review(estate, new Effect.Destroy(new("dr"))).Assessment!.Variables,
            reading => reading.Kind == VariableKind.Recoverability
        );
        Assert.Equal(1, reading.Before);
        Assert.Throws<EstateSourceException>(() =>
            Small.Estate(Service("web", Tier.Zero, standby with { Members = [] }))
        );
    }

    [Fact]
    public void ADetachedGuardNoLongerGuards()
    {
        var estate = Small.Estate(
            Service("web", Tier.Zero),
            Small.Of("alarm", "alarm", Tier.Three, new Relation.Guards(new("alarm"), new("web"), GuardKind.Monitor))
        );
        var judgement = Judging.Review(estate, new Effect.Detach(new("alarm"), new("web")));
        Assert.Equal(Verdict.StepUp, judgement.Verdict);
        Assert.Equal(0.05, judgement.Assessment!.Charge, 9);
    }

    /// <summary>What somebody changes in a guard without knowing what it does may switch it off.</summary>
    [Fact]
    public void ChangingAGuardInUnknownWaysTouchesAGuard()
    {
        var estate = Small.Estate(
            Service("web", Tier.Two),
            Small.Of("alarm", "alarm", Tier.Three, new Relation.Guards(new("alarm"), new("web"), GuardKind.Monitor))
        );
        var change = new Effect.Change(new("alarm"), "threshold", FactValue.Of(1e9), ChangeImpact.Unknown);
        Assert.Equal(Verdict.StepUp, Judging.Review(estate, change).Verdict);
        var label = change with { Impact = ChangeImpact.Harmless };
        Assert.Equal(Verdict.Allow, Judging.Review(estate, label).Verdict);
    }

    /// <summary>The goal that removes the ward removes its guard; and no further destruction makes that better or worse.</summary>
    [Fact]
    public void AGuardOfWhatTheGoalRemovesMayGoWithIt()
    {
        var estate = Small.Estate(
            Small.Of("database", "old", Tier.Three),
            Service("web", Tier.Three),
            Small.Of("alarm", "alarm", Tier.Three, new Relation.Guards(new("alarm"), new("old"), GuardKind.Monitor)),
            Small.Of("alarm", "both", Tier.Three, Guard("both", "old"), Guard("both", "web"))
        );
        var goal = new Goal("remove old") { Removes = [new("old"), new("alarm"), new("both")] };
        Verdict Of(params Effect[] effects) => Judging.Review(estate, Judging.Request(goal, effects)).Verdict;
        Assert.Equal(Verdict.Allow, Of(new Effect.Destroy(new("alarm"))));
        Assert.Equal(Verdict.Allow, Of(new Effect.Destroy(new("alarm")), new Effect.Destroy(new("old"))));
        Assert.Equal(Verdict.StepUp, Of(new Effect.Destroy(new("both")), new Effect.Destroy(new("old"))));

        static Relation.Guards Guard(string guard, string guarded) => new(new(guard), new(guarded), GuardKind.Monitor);
    }

    /// <summary>Naming a resource in a harmless effect does not hide that it ends with its container.</summary>
    [Fact]
    public void TouchingAContentDoesNotHideItsLoss()
    {
        var estate = Small.Estate(
            Small.Of("network", "net", Tier.Three),
            Small.Of("database", "db", Tier.Three, new Relation.Contains(new("net"), new("db"))),
            Service("app", Tier.Three, Small.Needs("app", 1, "net"))
        );
        var goal = new Goal("remove the network") { Removes = [new("net")] };
        Verdict Of(params Effect[] effects) =>
            Judging.Review(estate, Judging.Request(goal, effects), stress: 9).Verdict;
        Assert.Equal(Verdict.StepUp, Of(new Effect.Destroy(new("net"))));
        Assert.Equal(Verdict.StepUp, Of(new Effect.Destroy(new("net")), new Effect.Read(new("app"), "")));
        Assert.Equal(Verdict.StepUp, Of(new Effect.Destroy(new("net")), new Effect.Stop(new("app"))));
    }

    [Fact]
    public void DestroyingAKeyDestroysWhatItEncrypts()
    {
        var estate = Small.Estate(
            Small.Of("key", "key", Tier.Three),
            Small.Of(
                "bucket",
                "bucket",
                Tier.Three,
                new Relation.EncryptedBy(new("bucket"), new("key")),
                Small.Copy("bucket", "files", CopyRole.Primary)
            )
        );
        var consequences = Judging.Review(estate, new Effect.Destroy(new("key"))).Consequences!;
        Assert.Equal([new("key"), new("bucket")], consequences.Destroyed);
        Assert.Equal([(new("bucket"), new("files"))], consequences.CopiesLost);
    }

    /// <summary>A physical loss takes one holder's copy of one asset; a logical one spares only what is frozen.</summary>
    [Fact]
    public void PhysicalAndLogicalLossReachDifferentCopies()
    {
        var estate = Small.Estate(
            Small.Of(
                "database",
                "db",
                Tier.Zero,
                Small.Copy("db", "a", CopyRole.Primary),
                Small.Copy("db", "b", CopyRole.Primary)
            ),
            Small.Of("database", "replica", Tier.Zero, Small.Copy("replica", "a", CopyRole.Replica, TimeSpan.Zero)),
            Small.Of("snapshot", "snap", Tier.Zero, Small.Copy("snap", "a", CopyRole.Backup, TimeSpan.Zero))
        );
        var logical = new Effect.LoseData(new("db"), new("a"), Extent.Everything);
        Assert.Equal(["db", "replica"], Lost(logical));
        Assert.Equal(["db"], Lost(logical with { OfCopyOnly = true }));

        string[] Lost(Effect effect) =>
            [
                .. Judging
                    .Review(estate, effect)
                    .Consequences!.CopiesLost.Select(copy =>
                    {
                        Assert.Equal(new AssetId("a"), copy.Asset);
                        return copy.Holder.Value;
                    }),
            ];
    }

    /// <summary>The tier of a loss is that of the data, whoever is named as the one that loses it.</summary>
    [Fact]
    public void LosingCriticalDataThroughALesserNameIsReviewed()
    {
        var estate = Small.Estate(
            Small.Of("database-schema", "schema", Tier.Three),
            Small.Of("database", "db", Tier.Zero, Small.Copy("db", "data", CopyRole.Primary))
        );
        var lose = new Effect.LoseData(new("schema"), new("data"), Extent.Everything);
        Assert.Equal(Tier.Zero, Assert.Single(Judging.Review(estate, lose).Consequences!.Irreversible).Tier);
    }

    /// <summary>Made again, a stateless resource is away for a while; what it contained, and copies it held, are gone.</summary>
    [Fact]
    public void ReplacingIsAnOutageUnlessSomethingIsLostWithTheOldOne()
    {
        var again = new Effect.Destroy(new("vm")) { Recreated = true, Duration = TimeSpan.FromSeconds(30) };
        Verdict Of(Small vm, params IReadOnlyList<Small> others) =>
            Judging
                .Review(
                    Small.Estate([
                        Service("web", Tier.One, Small.Needs("web", 1, "vm")) with
                        {
                            Tolerance = TimeSpan.FromMinutes(1),
                        },
                        vm,
                        .. others,
                    ]),
                    again
                )
                .Verdict;
        Assert.Equal(Verdict.Allow, Of(Running("vm")));
        Assert.Equal(
            Verdict.StepUp,
            Of(Running("vm"), Small.Of("volume", "disk", Tier.One, new Relation.Contains(new("vm"), new("disk"))))
        );
        Assert.NotEqual(Verdict.Allow, Of(Running("vm", Small.Copy("vm", "data", CopyRole.Primary))));
    }

    /// <summary>A new one earns nothing before it has been seen.</summary>
    [Fact]
    public void CreateBeforeDestroyIsTwoSteps()
    {
        var estate = Small.Estate(Service("web", Tier.Zero, Small.Needs("web", 1, "old")), Running("old"));
        Effect[] effects =
        [
            new Effect.Create(new("new"), new("compute-instance")),
            new Effect.Attach(new("new"), new("web")),
            new Effect.Stop(new("old")),
        ];
        Assert.Equal(Verdict.Deny, Judging.Review(estate, effects).Verdict);
    }

    [Theory]
    [InlineData(60, 0, 60, Verdict.Allow)]
    [InlineData(61, 0, 60, Verdict.Deny)]
    [InlineData(40, 40, 60, Verdict.Deny)]
    [InlineData(-5, 0, 60, Verdict.Deny)]
    public void AnOutageMayLastAsLongAsItIsTolerated(int seconds, int delay, int tolerated, Verdict verdict)
    {
        var estate = Small.Estate(
            Service("web", Tier.Zero, Small.Needs("web", 2, "a", "b")) with
            {
                Tolerance = TimeSpan.FromSeconds(tolerated),
            },
            Running("a"),
            Running("b")
        );
        Effect[] restarts =
        [
            new Effect.Stop(new("a")) { Duration = TimeSpan.FromSeconds(seconds) },
            new Effect.Stop(new("b")) { Duration = TimeSpan.FromSeconds(seconds), Delay = TimeSpan.FromSeconds(delay) },
        ];
        Assert.Equal(verdict, Judging.Review(estate, restarts).Verdict);
        Assert.Equal(Verdict.Deny, Judging.Review(estate, [.. restarts, new Effect.Stop(new("a"))]).Verdict);
    }

    /// <summary>Two that need each other to start cannot start each other again.</summary>
    [Fact]
    public void AWayBackThatNeedsItselfIsNone()
    {
        var estate = Small.Estate(
            Running("a", Small.Needs("a", 1, "b")) with
            {
                Kind = "compute-instance",
            },
            Running("b", Small.Needs("b", 1, "a")),
            Running("c", Small.Needs("c", 1, "d")),
            Running("d")
        );
        Assert.Contains(Irreversible, TestsOf(Judging.Review(estate, new Effect.Stop(new("a")))));
        Assert.DoesNotContain(
            Irreversible,
            TestsOf(Judging.Review(estate, new Effect.Stop(new("c")), new Effect.Stop(new("d"))))
        );
    }

    [Fact]
    public void AWayBackWhoseMeansAreDeadIsNone()
    {
        var estate = Small.Estate(Running("vm"), Small.Of("snapshot", "image", Tier.Three));
        var change = new Effect.Change(new("vm"), "disk", FactValue.Of("x"), ChangeImpact.Harmless)
        {
            Undo = new Undo(Possible: true, "restore", [new("image")]),
        };
        Assert.DoesNotContain(Irreversible, TestsOf(Judging.Review(estate, change)));
        var without = Judging.Review(estate, change, new Effect.Destroy(new("image")));
        Assert.Contains(
            without.Findings,
            finding => finding.Test == Irreversible && finding.Reason.Contains("which would not be there")
        );
    }

    private static IEnumerable<string> TestsOf(Judgement judgement) =>
        judgement.Findings.Select(finding => finding.Test);
}
