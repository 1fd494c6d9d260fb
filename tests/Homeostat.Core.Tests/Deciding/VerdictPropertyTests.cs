using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Simulation;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>The properties of the design's section 6, on random estates and requests. A failure names its seed.</summary>
public sealed class VerdictPropertyTests
{
    /// <summary>The random requests get every verdict: a property over refusals alone would show little.</summary>
    [Fact]
    public void TheSamplesGetEveryVerdict()
    {
        var counts = new int[5];
        for (var seed = 1; seed <= 300; seed++)
        {
            var (estate, random) = Make(seed * 977, stale: seed % 3 == 0, critical: seed % 2 * 0.4);
            var effects = random.Ordinary(1 + (seed % 3));
            var request = Judging.Request(Judging.GoalOf(effects), effects);
            counts[(int)Judging.Review(estate.Build(), request, BudgetOf(seed)).Verdict]++;
        }

        Verdict[] expected = [Verdict.Deny, Verdict.Defer, Verdict.StepUp, Verdict.Allow];
        Assert.All(expected, verdict => Assert.True(counts[(int)verdict] >= 15, string.Join(' ', counts)));
    }

    [Fact]
    public void MoreDestructiveEffectsNeverLoosen() =>
        ForEach(
            400,
            seed =>
            {
                var (estate, random) = Make(seed, stale: seed % 3 == 0);
                Effect[] effects = [.. random.Ordinary(2), .. random.Destructive(4)];
                var goal = random.Goal(effects);
                AssertNeverLooser(estate.Build(), goal, effects, BudgetOf(seed));
            }
        );

    [Fact]
    public void MoreConstructiveEffectsNeverLoosen() =>
        ForEach(
            300,
            seed =>
            {
                var (estate, random) = Make(seed, stale: seed % 3 == 0);
                Effect[] effects = [.. random.Ordinary(2), .. random.Constructive(4)];
                AssertNeverLooser(estate.Build(), random.Goal(effects), effects, BudgetOf(seed));
            }
        );

    private static void AssertNeverLooser(EstateSnapshot estate, Goal goal, Effect[] effects, double budget)
    {
        var before = Verdict.Allow;
        for (var count = 1; count <= effects.Length; count++)
        {
            var judgement = Judging.Review(estate, Judging.Request(goal, effects[..count]), budget);
            Assert.True(
                judgement.Verdict <= before,
                $"{before} became looser with {effects[count - 1]}\n{Judging.Told(judgement)}"
            );
            before = judgement.Verdict;
        }
    }

    /// <summary>verdict(widened) ≤ max(verdict(narrow), Defer).</summary>
    [Fact]
    public void OlderEvidenceNeverPermits() =>
        ForEach(
            500,
            seed =>
            {
                var (estate, random) = Make(seed, stale: false);
                var effects = seed % 2 == 0 ? random.Ordinary(3) : random.Destructive(3);
                var request = Premised(estate, random.Goal(effects), effects);
                AssertNotLooser(estate.Build(), new Widening(seed, estate).Widened(), request, BudgetOf(seed));
            }
        );

    /// <summary>Whatever the truth behind old evidence turns out to be, the verdict was at most that of the truth, or Defer.</summary>
    [Fact]
    public void NoTruthBehindOldEvidenceIsWorseThanTheVerdict() =>
        ForEach(
            500,
            seed =>
            {
                var (estate, random) = Make(seed, stale: true);
                var effects = seed % 2 == 0 ? random.Ordinary(3) : random.Destructive(3);
                var request = Premised(estate, random.Goal(effects), effects);
                var (truth, seen) = (new Widening(seed, estate).OneTruth(), estate.Build());
                if (Leak(truth, effects) <= Leak(seen, effects))
                {
                    // What leaks from strained services nearby goes by the states last seen, fresh or not.
                    AssertNotLooser(truth, seen, request, BudgetOf(seed));
                }
            }
        );

    private static double Leak(EstateSnapshot estate, Effect[] effects) =>
        StressLeak.Near(
            estate,
            new Simulator(new()).Predict(estate, CommittedFutures.None, effects, RandomEstate.Now),
            StressTable.Default
        );

    /// <summary>With a premise where there is a fact that it could be about.</summary>
    private static ActionRequest Premised(RandomEstate estate, Goal goal, Effect[] effects)
    {
        var known = estate.Resources.Find(resource => resource.Id == effects[0].Target && resource.Facts.Count > 0);
        return Judging.Request(goal, effects) with
        {
            Premises = known is null ? [] : [new Predicate(known.Id, "cpu_percent", Comparison.Less, FactValue.Of(50))],
        };
    }

    private static void AssertNotLooser(
        EstateSnapshot narrow,
        EstateSnapshot wide,
        ActionRequest request,
        double budget
    )
    {
        var before = Judging.Review(narrow, request, budget);
        var after = Judging.Review(wide, request, budget);
        Assert.True(
            after.Verdict <= (before.Verdict > Verdict.Defer ? before.Verdict : Verdict.Defer),
            $"narrow {Judging.Told(before)}\nwide {Judging.Told(after)}\n{string.Join('\n', request.Effects)}"
        );
    }

    /// <summary>Every subset of an admissible destructive batch is admissible.</summary>
    [Fact]
    public void AdmissibleSubsetsAreClosedDownward() =>
        ForEach(
            120,
            seed =>
            {
                var (estate, random) = Make(seed, stale: seed % 4 == 0, critical: 0.1);
                var (snapshot, effects) = (estate.Build(), random.Ordinary(5));
                var goal = Judging.GoalOf(effects);
                var allowed = new bool[1 << effects.Length];
                for (var subset = 0; subset < allowed.Length; subset++)
                {
                    Effect[] chosen = [.. effects.Where((_, at) => (subset >> at & 1) != 0)];
                    var request = Judging.Request(goal, chosen);
                    allowed[subset] = Judging.Review(snapshot, request, BudgetOf(seed)).Verdict == Verdict.Allow;
                }

                for (var subset = 0; subset < allowed.Length; subset++)
                {
                    for (var at = 0; at < effects.Length; at++)
                    {
                        Assert.True(
                            !allowed[subset] || allowed[subset & ~(1 << at)],
                            $"{subset:b} is, without {at} not"
                        );
                    }
                }
            }
        );

    [Fact]
    public void AnAgentsConfidenceChangesNothing() =>
        ForEach(
            100,
            seed =>
            {
                var (estate, random) = Make(seed, stale: seed % 2 == 0);
                var effects = random.Destructive(3);
                var request = Judging.Request(random.Goal(effects), effects);
                var snapshot = estate.Build();
                var silent = Judging.Told(Judging.Review(snapshot, request));
                foreach (var confidence in (double[])[0, 0.999, 1, double.NaN, double.PositiveInfinity])
                {
                    var sure = Judging.Review(snapshot, request with { Confidence = confidence });
                    Assert.Equal(silent, Judging.Told(sure));
                }
            }
        );

    /// <summary>A child's judgement holds its parent's cone against the request too, whatever the child's own cone says.</summary>
    [Fact]
    public void AChildLeaseNeverPermitsWhatItsParentDoesNot() =>
        ForEach(
            200,
            seed =>
            {
                var (estate, random) = Make(seed, stale: false, critical: 0.1);
                var (snapshot, dice) = (estate.Build(), new Random(seed));
                var effects = random.Ordinary(2);
                var request = Judging.Request(Judging.GoalOf(effects), effects);
                var parent = Judging.Lease("parent", cone: RandomCone(dice));
                var child = Judging.Lease("child", cone: RandomCone(dice)) with { Parent = parent.Id };
                var ofParent = Judge(snapshot, request, parent);
                var ofChild = Judge(snapshot, request, child, parent);
                Assert.True(ofChild <= ofParent, $"child {ofChild}, parent {ofParent}");
            }
        );

    private static Verdict Judge(EstateSnapshot estate, ActionRequest request, params Lease[] lineage)
    {
        var balance = new LeaseBalance(lineage, lineage.Min(lease => lease.Cone.Amounts.Stress), 10, 10, 10);
        return Judging.Judge.Review(request, balance, estate, CommittedFutures.None, RandomEstate.Now).Verdict;
    }

    private static LightCone RandomCone(Random dice) =>
        Judging.Everything(dice.NextDouble() / 5) with
        {
            Operations = dice.Next(4) == 0 ? Operations.Stop : (Operations)ushort.MaxValue,
            Manner = (Manner)dice.Next(4),
            Where =
                dice.Next(2) == 0
                    ? Selector.Everything
                    : new Selector { Environments = ["prod"], Regions = dice.Next(2) == 0 ? ["r1"] : null },
        };

    private static double BudgetOf(int seed) =>
        (seed % 3) switch
        {
            0 => 0.1,
            1 => 0.5,
            _ => 3,
        };

    private static (RandomEstate Estate, RandomRequest Random) Make(int seed, bool stale, double critical = 0.4)
    {
        var shape = new EstateShape(60 + (seed % 140), stale ? 0.02 + (seed % 7 * 0.03) : 0, critical);
        var estate = new RandomEstate(seed, shape);
        return (estate, new RandomRequest(seed + 1, estate));
    }

    private static void ForEach(int samples, Action<int> holds) =>
        Gen.Int[1, 10_000_000].Sample(holds, iter: samples, threads: 2);
}
