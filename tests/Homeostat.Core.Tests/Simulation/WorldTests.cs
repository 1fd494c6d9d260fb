using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>What old, missing or impossible evidence does to a verdict.</summary>
public sealed class WorldTests
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(100);

    private static Small Running(string id) => Small.Of("compute-instance", id) with { State = RunState.Running };

    private static EstateSnapshot TwoMembers(Small second) =>
        Small.Estate(Small.Of("service", "web", Tier.Zero, Small.Needs("web", 1, "a", "b")), Running("a"), second);

    private static Judgement StopA(EstateSnapshot estate, bool hasLooked = false) =>
        Judging.Review(estate, Judging.Request(null, new Effect.Stop(new("a"))), hasLooked: hasLooked);

    /// <summary>The other member was seen running long ago: it may be gone, and it may be there.</summary>
    [Fact]
    public void AnOldRunningMayBeStopped()
    {
        var judgement = StopA(TwoMembers(Running("b") with { SeenAgo = Old }));
        Assert.Equal(Verdict.Defer, judgement.Verdict);
        Assert.Contains(new ResourceId("b"), judgement.Findings.SelectMany(finding => finding.LookAt));
        Assert.Equal(Verdict.Deny, StopA(TwoMembers(Running("b") with { SeenAgo = Old }), hasLooked: true).Verdict);
        Assert.Equal(Verdict.Allow, StopA(TwoMembers(Running("b"))).Verdict);
    }

    /// <summary>Seen stopped long ago it may run by now: then this kills nothing, and somebody must look.</summary>
    [Fact]
    public void AnOldStoppedMayBeRunning()
    {
        var stopped = Running("b") with { State = RunState.Stopped };
        Assert.Equal(Verdict.Deny, StopA(TwoMembers(stopped)).Verdict);
        Assert.Equal(Verdict.Defer, StopA(TwoMembers(stopped with { SeenAgo = Old })).Verdict);
    }

    [Fact]
    public void EvidenceWithoutATimeAndFromTheFutureProvesNothing()
    {
        Provenance[] nothing =
        [
            new("test", null),
            new("test", Small.Now.AddMinutes(2)),
            new("test", Small.Now.AddYears(200)),
            new("test", DateTimeOffset.MaxValue),
        ];
        Assert.All(
            nothing,
            seen => Assert.Equal(Verdict.Defer, StopA(TwoMembers(Running("b") with { Seen = seen })).Verdict)
        );
    }

    [Fact]
    public void WhatAPersonWroteHoldsUntilItIsChanged() =>
        Assert.Equal(Verdict.Allow, StopA(TwoMembers(Running("b") with { Seen = Provenance.Overlay })).Verdict);

    /// <summary>Nobody has looked at it: unknown, in use and tier 0.</summary>
    [Fact]
    public void WhatTheModelHasNotSeenIsDeferred()
    {
        var estate = Small.Estate(Running("a"), Small.Of("identity", "ci"), Small.Of("quantum-thing", "q", Tier.Three));
        ResourceId unseen = new("nobody-knows");
        Effect[] deferred =
        [
            new Effect.Stop(unseen),
            new Effect.Read(unseen, ""),
            new Effect.Detach(new("a"), unseen),
            new Effect.Delegate(new("a"), unseen, "cron"),
            new Effect.Destroy(new("q")),
            new Effect.Stop(new("ci")),
            new Effect.Unknown(new("a"), "a statement that nobody understood"),
        ];
        Assert.All(deferred, effect => Assert.Equal(Verdict.Defer, Judging.Review(estate, effect).Verdict));
    }

    /// <summary>A trigger is judged as everything that its principal may do.</summary>
    [Fact]
    public void DelegatingIsJudgedAsAllThatThePrincipalMayDo()
    {
        var estate = Small.Estate(
            Running("a"),
            Small.Of("identity", "reader", Tier.Three, new Relation.Grants(new("reader"), new("db"), Privilege.Write)),
            Small.Of("identity", "admin", Tier.Three, new Relation.Grants(new("admin"), new("db"), Privilege.Delete)),
            Small.Of("database", "db", Tier.Three)
        );
        Assert.Equal(
            Verdict.Allow,
            Judging.Review(estate, new Effect.Delegate(new("a"), new("reader"), "cron")).Verdict
        );
        var judgement = Judging.Review(estate, new Effect.Delegate(new("a"), new("admin"), "cron"));
        Assert.Equal(Verdict.StepUp, judgement.Verdict);
        Assert.Equal([new("db")], judgement.Consequences!.Destroyed);

        var inside = Judging.Everything() with { Where = new Core.Leases.Selector { Ids = ["a"] } };
        var balance = Judging.Balance() with { Lineage = [Judging.Lease(cone: inside)] };
        var request = Judging.Request(null, new Effect.Delegate(new("a"), new("admin"), "cron"));
        var judged = Judging.Judge.Review(request, balance, estate, CommittedFutures.None, Small.Now);
        Assert.Contains(
            judged.Findings,
            finding => finding.Test == "light-cone" && finding.Reason.Contains("db would")
        );
    }

    /// <summary>Nobody can have seen what is only being made; what it does as whom it runs is judged all the same.</summary>
    [Fact]
    public void DelegatingThroughWhatIsMadeIsJudgedAsAllThatThePrincipalMayDo()
    {
        var estate = Small.Estate(
            Running("a"),
            Small.Of("identity", "reader", Tier.Three, new Relation.Grants(new("reader"), new("db"), Privilege.Write)),
            Small.Of("identity", "admin", Tier.Three, new Relation.Grants(new("admin"), new("db"), Privilege.Delete)),
            Small.Of("database", "db", Tier.Three)
        );
        Effect Make(string id) => new Effect.Create(new(id), new("configuration"));
        Judgement Of(string made, string through, string principal) =>
            Judging.Review(estate, Make(made), new Effect.Delegate(new(through), new(principal), "cron"));

        Assert.Equal(Verdict.Allow, Of("job", "job", "reader").Verdict);
        var judgement = Of("job", "job", "admin");
        Assert.Equal(Verdict.StepUp, judgement.Verdict);
        Assert.Equal([new("db")], judgement.Consequences!.Destroyed);
        Assert.Equal(Verdict.Defer, Of("job", "another", "reader").Verdict);
        Assert.Equal(Verdict.Defer, Of("job", "job", "nobody-knows").Verdict);
        Assert.Equal(Verdict.StepUp, Of("a", "a", "admin").Verdict);
    }

    [Fact]
    public void AConditionIsJudgedInBothWorldsUnlessItIsKnown()
    {
        Verdict With(TimeSpan ago, FactValue value, bool reversible = true)
        {
            var fact = new Fact("load", value, new("test", Small.Now - ago));
            var estate = Small.Estate(
                Small.Of("service", "web", Tier.Zero, Small.Needs("web", 1, "a")),
                Running("a") with
                {
                    Facts = [fact],
                },
                Small.Of("database", "db", Tier.Two)
            );
            var condition = new Predicate(new("a"), "load", Comparison.Less, FactValue.Of(5));
            Effect effect = reversible
                ? new Effect.Stop(new("a")) { Condition = condition }
                : new Effect.Destroy(new("db")) { Condition = condition };
            return Judging.Review(estate, Judging.Request(null, effect)).Verdict;
        }

        Assert.Equal(Verdict.Deny, With(TimeSpan.Zero, FactValue.Of(1)));
        Assert.Equal(Verdict.Allow, With(TimeSpan.Zero, FactValue.Of(9)));
        Assert.Equal(Verdict.Defer, With(Old, FactValue.Of(9)));
        Assert.Equal(Verdict.Defer, With(TimeSpan.Zero, FactValue.Of("9")));
        Assert.Equal(Verdict.Defer, With(TimeSpan.Zero, FactValue.Of(double.NaN)));
        Assert.Equal(Verdict.StepUp, With(Old, FactValue.Of(9), reversible: false));
    }

    [Theory]
    [InlineData(23, 0)]
    [InlineData(25, 1)]
    public void ARecoveryPointPastItsLimitCountsNothing(int hours, int lethal)
    {
        var estate = Backups(new(TimeSpan.FromHours(hours), new("test", Small.Now)), TimeSpan.FromDays(9));
        var durability = Of(Judging.Review(estate, new Effect.Destroy(new("db"))), VariableKind.Durability);
        Assert.Equal((lethal == 0 ? 2 : 1, lethal == 0 ? 1 : 0), (durability.Before, durability.After));
    }

    /// <summary>A backup that was seen young has grown older since.</summary>
    [Fact]
    public void ABackupAgesAfterItWasSeen()
    {
        var seen = new Provenance("test", Small.Now.AddHours(-20));
        var estate = Backups(new(TimeSpan.FromHours(6), seen), TimeSpan.FromDays(9));
        Assert.Equal(1, Of(Judging.Review(estate, new Effect.Destroy(new("db"))), VariableKind.Durability).Before);
    }

    /// <summary>
    /// Restored too long ago it may still be a way back, which is held against its destruction, and may be none, which is
    /// held against the destruction of the other.
    /// </summary>
    [Fact]
    public void AnOldRestoreTestGivesNoCreditAndNoLicence()
    {
        RecoveryPoint point = new(TimeSpan.FromHours(1), new("test", Small.Now));
        Verdict Of(int days, string destroyed) =>
            Judging
                .Review(
                    Backups(point, TimeSpan.FromDays(days)),
                    Judging.Request(null, new Effect.Destroy(new(destroyed))),
                    0.6
                )
                .Verdict;
        Assert.Equal(Verdict.Allow, Of(89, "dr"));
        Assert.Equal(Verdict.Defer, Of(91, "dr"));
        Assert.Equal(Verdict.Deny, Of(89, "snap"));
        Assert.Equal(Verdict.Defer, Of(91, "snap"));
    }

    private static EstateSnapshot Backups(RecoveryPoint point, TimeSpan tested) =>
        Small.Estate(
            Small.Of(
                "service",
                "web",
                Tier.Zero,
                Small.Needs("web", 1, "db"),
                new Relation.StandbyFor("dr", [new("dr")], new("web"))
            ),
            Small.Of("database", "db", null, Small.Copy("db", "data", CopyRole.Primary)),
            Running("dr"),
            Small.Of(
                "snapshot",
                "snap",
                null,
                Small.Copy("snap", "data", CopyRole.Backup, testedAgo: tested) with
                {
                    RecoveryPoint = point,
                }
            )
        );

    private static Core.Homeostasis.VariableReading Of(Judgement judgement, VariableKind kind) =>
        Assert.Single(judgement.Assessment!.Variables, reading => reading.Kind == kind);

    /// <summary>
    /// With more unknowns than are tried one by one the bound holds: the one copy that is destroyed may be the one of two
    /// that counted.
    /// </summary>
    [Fact]
    public void BeyondTheEnumeratedUnknownsTheBoundIsSound()
    {
        Small Holder(int at) =>
            Small.Of(
                "snapshot",
                $"s{at}",
                null,
                Small.Copy($"s{at}", "data", CopyRole.Backup, TimeSpan.FromHours(1), TimeSpan.FromDays(3))
            );
        var estate = Small.Estate([
            Small.Of("database", "db", Tier.One, Small.Copy("db", "data", CopyRole.Primary)),
            .. Enumerable.Range(0, 9).Select(Holder),
        ]);
        var judgement = Judging.Review(estate, new Effect.Destroy(new("s0")));
        Assert.Equal(Verdict.Defer, judgement.Verdict);
        Assert.Contains(judgement.Findings, finding => finding.Test == "homeostasis.budget");
    }

    /// <summary>What is already down and loses what it would need to come back is at most reviewed, however far away.</summary>
    [Fact]
    public void WeakeningWhatIsAlreadyDownIsReviewed()
    {
        var estate = Small.Estate(
            Small.Of("service", "web", Tier.Zero, Small.Needs("web", 1, "mid")),
            Small.Of(
                "load-balancer",
                "mid",
                Tier.Three,
                Small.Needs("mid", 2, "a", "b"),
                Small.Needs("mid", 1, "c") with
                {
                    Group = "c",
                }
            ),
            Running("a"),
            Running("b"),
            Running("spare"),
            Running("c") with
            {
                State = RunState.Stopped,
            }
        );
        var judgement = Judging.Review(estate, Judging.Request(null, new Effect.Stop(new("a"))), stress: 100);
        Assert.Equal(Verdict.StepUp, judgement.Verdict);
        Assert.Contains(
            judgement.Findings,
            finding => finding.Test == "homeostasis.already-lethal" && finding.Reason.Contains("web")
        );
        Assert.Equal(Verdict.Allow, Judging.Review(estate, new Effect.Stop(new("spare"))).Verdict);
    }

    /// <summary>What is strained nearby lowers the budget, and touching more never lowers it less.</summary>
    [Fact]
    public void StressLeaksAlongNeedsToEverybodyNearby()
    {
        string[] crowd = [.. Enumerable.Range(0, 400).Select(at => $"m{at}")];
        var estate = Small.Estate([
            Small.Of(
                "service",
                "down",
                Tier.Zero,
                Small.Needs("down", 1, "shared") with
                {
                    Group = "x",
                },
                Small.Needs("down", 1, "dead")
            ),
            Running("dead") with
            {
                State = RunState.Stopped,
            },
            Small.Of("service", "near", Tier.Two, Small.Needs("near", 1, "shared", "spare")),
            Small.Of("service", "far", Tier.Two, Small.Needs("far", 1, ["far-1", "far-2", .. crowd])),
            .. new[] { "shared", "spare", "far-1", "far-2" }.Concat(crowd).Select(Running),
        ]);
        double Budget(params IEnumerable<string> stopped)
        {
            Effect[] effects = [.. stopped.Select(id => new Effect.Stop(new(id)))];
            var consequences = new Simulator(new()).Predict(estate, CommittedFutures.None, effects, Small.Now);
            return 1 - Core.Homeostasis.StressLeak.Near(estate, consequences, Core.Homeostasis.StressTable.Default);
        }

        Assert.Equal(1, Budget("far-1"));
        Assert.Equal(1 - (0.5 * 0.5 * 0.5), Budget("spare"), 9);
        Assert.Equal(0.5, Budget("shared"), 9);
        Assert.True(Budget([.. crowd, "spare"]) <= Budget("spare"));
    }

    [Fact]
    public void ReachBeyondItsDeclaredLimitIsCharged()
    {
        var estate = Small.Estate(
            Small.Of("secret", "secret", Tier.One) with
            {
                ExposureLimit = 1,
            },
            Small.Of("identity", "one", Tier.Three, new Relation.Grants(new("one"), new("secret"), Privilege.Read)),
            Small.Of("identity", "two", Tier.Three)
        );
        Judgement Grant(string to) => Judging.Review(estate, new Effect.Grant(new("secret"), new(to), Privilege.Read));
        Assert.Equal(Verdict.Allow, Grant("one").Verdict);
        Assert.Equal((Verdict.Deny, 0.25), (Grant("two").Verdict, Grant("two").Assessment!.Charge));
    }

    /// <summary>The goal's own loss at tiers 2 and 3 costs nothing, what others lose by it does.</summary>
    [Fact]
    public void ThePurposeIsNotChargedButWhatOthersLoseByItIs()
    {
        var estate = Small.Estate(
            Small.Of("service", "old", Tier.Two, Small.Needs("old", 1, "db")),
            Small.Of("service", "other", Tier.Two, Small.Needs("other", 1, "old")),
            Small.Of("database", "db", Tier.Two, Small.Copy("db", "data", CopyRole.Primary))
        );
        Effect[] effects = [new Effect.Destroy(new("old")), new Effect.Destroy(new("db"))];
        Assert.Equal(0.1, Judging.Review(estate, effects).Assessment!.Charge, 9);
        Assert.Equal(0.3, Judging.Review(estate, Judging.Request(null, effects)).Assessment!.Charge, 9);
    }
}
