using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Critics;

/// <summary>What a request says of itself, and when it may be made.</summary>
public sealed class PremiseAndIntentTests
{
    private static readonly EstateSnapshot Estate = Small.Estate(
        Small.Of("compute-instance", "a", Tier.Three) with
        {
            State = RunState.Running,
            Environments = ["test"],
        },
        Small.Of("compute-instance", "b", Tier.Three) with
        {
            State = RunState.Running,
            Environments = ["test", "prod"],
        },
        Small.Of("network", "net", Tier.Three) with
        {
            Environments = ["test"],
        },
        Small.Of("bucket", "inside", Tier.Three, new Relation.Contains(new("net"), new("inside"))) with
        {
            Environments = ["prod"],
        }
    );

    private static readonly Effect[] StopBoth = [new Effect.Stop(new("a")), new Effect.Stop(new("b"))];

    private static Judgement With(Intent intent, params Effect[] effects) =>
        Judging.Review(Estate, Judging.Request(Judging.GoalOf(effects), effects) with { Intent = intent });

    [Fact]
    public void WhatExceedsItsIntentIsDenied()
    {
        Intent[] exceeded =
        [
            new() { Operations = Operations.Start },
            new() { Count = 1 },
            new() { Environments = ["test"] },
            new() { Environments = [] },
            new() { Targets = [new("a")] },
        ];
        Assert.All(exceeded, intent => Assert.Equal(Verdict.Deny, With(intent, StopBoth).Verdict));
        Intent kept = new()
        {
            Operations = Operations.Stop,
            Count = 2,
            Environments = ["test", "prod"],
            Targets = [new("a"), new("b")],
        };
        Assert.Equal(Verdict.Allow, With(kept, StopBoth).Verdict);
    }

    /// <summary>A request for test that ends something of production with its target is not what it says.</summary>
    [Fact]
    public void WhatEndsWithATargetIsPartOfWhatTheRequestDoes() =>
        Assert.Equal(
            Verdict.Deny,
            With(new Intent { Environments = ["test"] }, new Effect.Destroy(new("net"))).Verdict
        );

    [Fact]
    public void FallingShortIsOnlyAFinding()
    {
        var judgement = With(new Intent { Targets = [new("a"), new("b")] }, StopBoth[0]);
        Assert.Equal(Verdict.Allow, judgement.Verdict);
        Assert.Contains(judgement.Findings, finding => finding.Test == "critic.intent" && finding.Reason.Contains('b'));
    }

    /// <summary>A false premise does not become a permit by growing old.</summary>
    [Theory]
    [InlineData(1, false, Verdict.Allow)]
    [InlineData(9, false, Verdict.Deny)]
    [InlineData(1, true, Verdict.Defer)]
    [InlineData(9, true, Verdict.Defer)]
    public void APremiseMustBeKnownToHold(int load, bool isOld, Verdict verdict)
    {
        var seen = new Provenance("test", isOld ? Small.Now.AddDays(-1) : Small.Now);
        var estate = Small.Estate(
            Small.Of("compute-instance", "a", Tier.Three) with
            {
                State = RunState.Running,
                Facts = [new Fact("load", FactValue.Of(load), seen)],
            }
        );
        var request = Judging.Request(null, StopBoth[0]) with
        {
            Premises = [new Predicate(new("a"), "load", Comparison.Less, FactValue.Of(5))],
        };
        Assert.Equal(verdict, Judging.Review(estate, request).Verdict);
        if (isOld)
        {
            Assert.Equal(Verdict.StepUp, Judging.Review(estate, request, hasLooked: true).Verdict);
        }
    }

    [Fact]
    public void NotBeforeAndWindowsBindReadingFreezesBindChangesAndWhatEndsWithThem()
    {
        var read = new Effect.Read(new("a"), "");
        var night = new Window([Small.Now.DayOfWeek], new TimeOnly(1, 0), new TimeOnly(2, 0));
        var freeze = new Freeze(
            "release",
            Small.Now,
            Small.Now.AddDays(1),
            "week",
            new Selector { Environments = ["prod"] }
        );
        Assert.Equal(Verdict.Deny, Under(Judging.Everything() with { NotBefore = Small.Now.AddSeconds(1) }, read));
        Assert.Equal(Verdict.Deny, Under(Judging.Everything() with { Windows = [night] }, read));
        Assert.Equal(Verdict.Deny, Under(Judging.Everything() with { Windows = [] }, read));
        Assert.Equal(
            Verdict.Allow,
            Under(Judging.Everything() with { Freezes = [freeze with { Where = null }] }, read)
        );
        Assert.Equal(Verdict.Allow, Under(Judging.Everything() with { Freezes = [freeze] }, StopBoth[0]));
        Assert.Equal(
            Verdict.Deny,
            Under(Judging.Everything() with { Freezes = [freeze] }, new Effect.Destroy(new("net")))
        );

        static Verdict Under(LightCone cone, Effect effect)
        {
            var balance = Judging.Balance() with { Lineage = [Judging.Lease(cone: cone)] };
            var request = Judging.Request(Judging.GoalOf(effect, new Effect.Destroy(new("inside"))), effect);
            return Judging.Judge.Review(request, balance, Estate, CommittedFutures.None, Small.Now).Verdict;
        }
    }

    [Fact]
    public void ARequestWithoutEffectsDoesNothingAndIsAllowed()
    {
        var judgement = Judging.Review(Estate, []);
        Assert.Equal((Verdict.Allow, 0), (judgement.Verdict, judgement.Assessment!.Charge));
        Assert.Empty(judgement.Consequences!.Touched);
    }
}
