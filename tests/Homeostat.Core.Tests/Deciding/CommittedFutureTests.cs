using System.Collections.Concurrent;
using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Simulation;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>What was permitted and not yet seen may have happened or not, in any combination.</summary>
public sealed class CommittedFutureTests
{
    /// <summary>Many threads ask at once; afterwards no combination of what they were granted kills anything.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task NoCombinationOfPermitsIsLethalHoweverManyAskAtOnce(int seed)
    {
        var estate = new RandomEstate(seed, new EstateShape(200, CriticalShare: 0.9));
        using var fixture = new DeciderFixture(estate.Build(), RandomEstate.Now);
        var permits = new ConcurrentBag<Permit>();
        await Parallel.ForAsync(
            0,
            8,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = 8,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (worker, _) =>
            {
                var lease = fixture.GrantEverything($"agent-{worker}", stress: 100);
                var random = new RandomRequest(seed + worker, estate);
                for (var round = 0; round < 25; round++)
                {
                    var decision = await fixture.DecideAsync(fixture.Request(lease, random.Ordinary(2)));
                    if (decision.Permit is { } permit)
                    {
                        permits.Add(permit);
                    }
                }
            }
        );

        Assert.NotEmpty(permits);
        AssertNoSubsetKills(estate, [.. permits.Select(permit => permit.Request.Effects)], seed);
    }

    /// <summary>The same one after the other, where effects also detach, disable and lose data.</summary>
    [Fact]
    public void NoCombinationOfPermitsIsLethal()
    {
        var permits = 0;
        Gen.Int[1, 1_000_000]
            .Sample(
                seed =>
                {
                    var estate = new RandomEstate(seed, new EstateShape(80, CriticalShare: 0.9));
                    var (snapshot, random) = (estate.Build(), new RandomRequest(seed, estate));
                    var (futures, granted) = (CommittedFutures.None, new List<IReadOnlyList<Effect>>());
                    for (var round = 0; round < 40; round++)
                    {
                        var effects = round % 3 == 0 ? random.Destructive(2) : random.Ordinary(1);
                        var judgement = Judging.Review(
                            snapshot,
                            Judging.Request(Judging.GoalOf(effects), effects),
                            stress: 100,
                            futures
                        );
                        if (judgement.Verdict == Verdict.Allow)
                        {
                            granted.Add(effects);
                            futures = futures.With(Future(effects, judgement, granted.Count));
                        }
                    }

                    Interlocked.Add(ref permits, granted.Count);
                    AssertNoSubsetKills(estate, granted, seed);
                },
                iter: 25,
                threads: 2
            );
        Assert.True(permits > 100, $"only {permits} permits: this shows little");
    }

    private static CommittedFuture Future(IReadOnlyList<Effect> effects, Judgement judgement, int number) =>
        new(new PermitId($"p{number}"), effects, RandomEstate.Now) { Footprint = judgement.Consequences!.Footprint };

    private static void AssertNoSubsetKills(RandomEstate estate, IReadOnlyList<IReadOnlyList<Effect>> granted, int seed)
    {
        var before = new NaiveEstate(estate);
        var (healthy, tiers, dice) = (before.Variables(), new NaiveTiers(estate), new Random(seed));
        for (var sample = 0; sample < 40; sample++)
        {
            var chosen = granted.Where((_, at) => sample == 0 || dice.Next(2) == 0).SelectMany(effects => effects);
            var after = before.After(chosen).Variables();
            foreach (var (variable, value) in after)
            {
                var dies = variable.Kind <= VariableKind.Recoverability && value <= 0 && healthy[variable] > 0;
                Assert.False(
                    dies && tiers.Of(variable.Kind, variable.Subject) <= Tier.One,
                    $"{variable} dies of a combination of {granted.Count} permits"
                );
            }
        }
    }

    [Fact]
    public void ANeedThatAPermitMakesCountsAtOnce()
    {
        var estate = Small.Estate(
            Small.Of("service", "web", Tier.Zero),
            Small.Of("cache", "cache", Tier.Three),
            Small.Of("service", "other", Tier.Three)
        );
        var attach = new Effect.Attach(new("web"), new("cache")) { TargetNeedsIt = true };
        Assert.Equal(Verdict.Deny, AfterPermit(estate, attach, new Effect.Destroy(new("cache"))).Verdict);
    }

    [Fact]
    public void WhatOthersMayStillGiveNeverCounts()
    {
        var estate = Small.Estate(
            Small.Of("service", "web", Tier.Zero, Small.Needs("web", 1, "a", "b")),
            Small.Of("compute-instance", "a") with
            {
                State = RunState.Running,
            },
            Small.Of("compute-instance", "b") with
            {
                State = RunState.Stopped,
            }
        );
        Assert.Equal(Verdict.Deny, AfterPermit(estate, new Effect.Start(new("b")), new Effect.Stop(new("a"))).Verdict);
    }

    [Fact]
    public void AWayBackThatAnotherMayTakeAwayIsNone()
    {
        var estate = Small.Estate(
            Small.Of("compute-instance", "web", Tier.One),
            Small.Of("snapshot", "image", Tier.Three)
        );
        var change = new Effect.Change(new("web"), "disk", FactValue.Of("new"), ChangeImpact.Harmless)
        {
            Undo = new Undo(Possible: true, "restore the image", [new("image")]),
        };
        Assert.Equal(Verdict.Allow, Judging.Review(estate, change).Verdict);
        Assert.Equal(Verdict.StepUp, AfterPermit(estate, new Effect.Destroy(new("image")), change).Verdict);
    }

    /// <summary>More than are tried subset by subset: the last of the spares is still never given away.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void ManyFuturesLeaveTheLastSpare(int spares)
    {
        string[] members = [.. Enumerable.Range(0, spares + 1).Select(at => $"m{at}")];
        var estate = Small.Estate([
            Small.Of("service", "web", Tier.Zero, Small.Needs("web", 1, members)),
            .. members.Select(member => Small.Of("compute-instance", member) with { State = RunState.Running }),
        ]);
        var futures = CommittedFutures.None;
        var granted = 0;
        foreach (var member in members)
        {
            var effect = new Effect.Stop(new(member));
            var judgement = Judging.Review(estate, Judging.Request(null, effect), stress: 10, futures);
            granted += judgement.Verdict == Verdict.Allow ? 1 : 0;
            futures = judgement.Verdict == Verdict.Allow ? futures.With(Future([effect], judgement, granted)) : futures;
        }

        Assert.Equal(spares, granted);
    }

    /// <summary>A permit whose reach has grown since, because something else failed, is still taken into account.</summary>
    [Fact]
    public void APermitIsJudgedAgainInTheEstateAsItIsNow()
    {
        var model = new EstateModel(ShelfLives.Default);
        Small[] records =
        [
            Small.Of("service", "top", Tier.Zero, Small.Needs("top", 1, "left", "right")),
            Small.Of("service", "left", Tier.Three, Small.Needs("left", 1, "x", "y")),
            Small.Of("compute-instance", "right") with
            {
                State = RunState.Running,
            },
            Small.Of("compute-instance", "x") with
            {
                State = RunState.Running,
            },
            Small.Of("compute-instance", "y") with
            {
                State = RunState.Running,
            },
        ];
        var before = model.Apply(
            new EstateBatch(
                [.. records.Select(EstateChange (record) => (EstateChange.Upsert)record)],
                IsFullListing: true
            )
        );
        var stopX = new Effect.Stop(new("x"));
        var permit = Judging.Review(before, stopX);
        Assert.Equal(Verdict.Allow, permit.Verdict);
        var futures = CommittedFutures.None.With(Future([stopX], permit, 1));

        EstateChange.Upsert failed = records[4] with { State = RunState.Stopped };
        var now = model.Apply(new EstateBatch([failed], IsFullListing: false));
        var stopRight = Judging.Request(null, new Effect.Stop(new("right")));
        Assert.Equal(Verdict.Deny, Judging.Review(now, stopRight, stress: 10, futures).Verdict);
    }

    private static Judgement AfterPermit(EstateSnapshot estate, Effect permitted, Effect effect)
    {
        var first = Judging.Review(estate, permitted);
        Assert.Equal(Verdict.Allow, first.Verdict);
        var futures = CommittedFutures.None.With(Future([permitted], first, 1));
        return Judging.Review(estate, Judging.Request(Judging.GoalOf(effect), effect), futures: futures);
    }
}
