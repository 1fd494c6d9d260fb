using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Simulation;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>The properties of the design's section 6, on random estates and requests. A failure names its seed.</summary>
public sealed class VerdictPropertyTests
{
    [Fact]
    public void MoreDestructiveEffectsNeverLoosen() =>
        ForEach(
            400,
            seed =>
            {
                var (estate, random) = Make(seed, stale: seed % 3 == 0);
                Effect[] effects = [.. random.Ordinary(2), .. random.Destructive(4)];
                var goal = random.Goal(effects);
                AssertNeverLooser(estate.Build(), goal, effects);
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
                AssertNeverLooser(estate.Build(), random.Goal(effects), effects);
            }
        );

    private static void AssertNeverLooser(EstateSnapshot estate, Goal goal, Effect[] effects)
    {
        var before = Verdict.Allow;
        for (var count = 1; count <= effects.Length; count++)
        {
            var judgement = Judging.Review(estate, Judging.Request(goal, effects[..count]));
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
                AssertNotLooser(estate.Build(), new Widening(seed, estate).Widened(), random.Goal(effects), effects);
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
                AssertNotLooser(new Widening(seed, estate).OneTruth(), estate.Build(), random.Goal(effects), effects);
            }
        );

    private static void AssertNotLooser(EstateSnapshot narrow, EstateSnapshot wide, Goal goal, Effect[] effects)
    {
        var request = Judging.Request(goal, effects) with
        {
            Premises = [new Predicate(effects[0].Target, "cpu_percent", Comparison.Less, FactValue.Of(50))],
        };
        var before = Judging.Review(narrow, request);
        var after = Judging.Review(wide, request);
        Assert.True(
            after.Verdict <= (before.Verdict > Verdict.Defer ? before.Verdict : Verdict.Defer),
            $"narrow {Judging.Told(before)}\nwide {Judging.Told(after)}\n{string.Join('\n', (object[])effects)}"
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
                    allowed[subset] = Judging.Review(snapshot, Judging.Request(goal, chosen)).Verdict == Verdict.Allow;
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

    private static (RandomEstate Estate, RandomRequest Random) Make(int seed, bool stale, double critical = 0.4)
    {
        var shape = new EstateShape(60 + (seed % 140), stale ? 0.02 + (seed % 7 * 0.03) : 0, critical);
        var estate = new RandomEstate(seed, shape);
        return (estate, new RandomRequest(seed + 1, estate));
    }

    private static void ForEach(int samples, Action<int> holds) =>
        Gen.Int[1, 10_000_000].Sample(holds, iter: samples, threads: 2);
}
