using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>The simulator says what the slow reference says. A failure names the seed that repeats it.</summary>
public sealed class SimulatorAgainstReferenceTests
{
    private readonly Simulator _simulator = new(new SimulationOptions());

    [Fact]
    public void VariablesImpairedAndEndedEqualTheReference() =>
        Gen.Int[1, 1_000_000].Sample(Compare, iter: 400, threads: 2);

    private void Compare(int seed)
    {
        var estate = new RandomEstate(seed, new EstateShape(30 + (seed % 170)));
        var effects = new RandomRequest(seed, estate).Destructive(1 + (seed % 6));
        var consequences = _simulator.Predict(estate.Build(), CommittedFutures.None, effects, RandomEstate.Now);
        var before = new NaiveEstate(estate);
        var after = before.After(effects);

        Assert.True(
            Different(before.Variables(), after.Variables()).SequenceEqual(Different(consequences)),
            $"""
            seed {seed}
            {string.Join('\n', (object[])effects)}
            reference: {string.Join(", ", Different(before.Variables(), after.Variables()))}
            simulator: {string.Join(", ", Different(consequences))}
            """
        );
        var (workedBefore, worksAfter) = (before.Working(), after.Working());
        var hit = effects
            .Where(effect => effect is Effect.Stop or Effect.Destroy or Effect.Change)
            .Select(effect => effect.Target)
            .ToHashSet();
        var impaired = worksAfter.Keys.Where(id =>
            worksAfter[id] < workedBefore[id] && after.IsAlive(id) && !hit.Contains(id)
        );
        Assert.Equal(Sorted(impaired), Sorted(consequences.Impaired));
        Assert.Equal(Sorted(worksAfter.Keys.Where(id => !after.IsAlive(id))), Sorted(consequences.Destroyed));
    }

    /// <summary>The charge is Σ weight · factor · what the stress of each variable grows by.</summary>
    [Fact]
    public void TheChargeIsTheFormula() =>
        Gen.Int[1, 1_000_000]
            .Sample(
                seed =>
                {
                    var estate = new RandomEstate(seed, new EstateShape(120));
                    var effects = new RandomRequest(seed, estate).Destructive(1 + (seed % 6));
                    var snapshot = estate.Build();
                    var consequences = _simulator.Predict(snapshot, CommittedFutures.None, effects, RandomEstate.Now);
                    var input = new AssessmentInput(effects, Goal: null, Budget: 0.1, HasLooked: false);
                    var assessment = new HomeostasisTest(StressTable.Default).Assess(consequences, input);
                    var before = new NaiveEstate(estate);
                    var expected = NaiveCharge.Of(
                        estate,
                        before.Variables(),
                        before.After(effects).Variables(),
                        before.Settled(effects).Variables(),
                        before.LongestOf(effects)
                    );
                    Assert.Equal(expected, assessment.Charge, 6);
                },
                iter: 250,
                threads: 2
            );

    [Fact]
    public void EffectiveTiersEqualTheReference() =>
        Gen.Int[1, 1_000_000]
            .Sample(
                seed =>
                {
                    var estate = new RandomEstate(seed, new EstateShape(60 + (seed % 100)));
                    var (snapshot, tiers) = (estate.Build(), new NaiveTiers(estate));
                    Assert.All(
                        estate.Resources,
                        resource => Assert.Equal(tiers.Of(resource.Id), snapshot.EffectiveTierOf(resource.Id))
                    );
                },
                iter: 100,
                threads: 2
            );

    /// <summary>Whatever the order of the effects, and however often the simulator has been used before.</summary>
    [Fact]
    public void TheOrderOfDestructiveEffectsDoesNotMatter() =>
        Gen.Int[1, 1_000_000]
            .Sample(
                seed =>
                {
                    var estate = new RandomEstate(seed, new EstateShape(150, StaleShare: seed % 2 * 0.1));
                    var effects = new RandomRequest(seed, estate).Destructive(6);
                    var other = effects.ToArray();
                    new Random(seed).Shuffle(other);
                    Assert.Equal(Told(estate, effects), Told(estate, other));
                },
                iter: 300,
                threads: 2
            );

    private string Told(RandomEstate estate, Effect[] effects)
    {
        var consequences = _simulator.Predict(estate.Build(), CommittedFutures.None, effects, RandomEstate.Now);
        var input = new AssessmentInput(effects, Goal: null, Budget: 0.1, HasLooked: false);
        var assessment = new HomeostasisTest(StressTable.Default).Assess(consequences, input);
        var verdict = assessment.Findings.Aggregate(Verdict.Allow, (most, finding) => most.And(finding.AtMost));
        return $"{verdict} {assessment.Charge:R} impaired {string.Join(' ', Sorted(consequences.Impaired))} "
            + $"ended {string.Join(' ', Sorted(consequences.Destroyed))} for good {consequences.Irreversible.Count}";
    }

    private static string[] Sorted(IEnumerable<ResourceId> ids) =>
        [.. ids.Select(id => id.Value).Order(StringComparer.Ordinal)];

    private static string[] Different(
        Dictionary<(VariableKind Kind, string Subject), double> before,
        Dictionary<(VariableKind Kind, string Subject), double> after
    ) =>
        [
            .. before
                .Where(row => row.Value != after[row.Key])
                .Select(row => $"{row.Key.Kind} of {row.Key.Subject}: {row.Value:0.###} to {after[row.Key]:0.###}")
                .Order(StringComparer.Ordinal),
        ];

    private static string[] Different(Consequences consequences) =>
        [
            .. Assert
                .Single(consequences.Outcomes)
                .Changes.Where(change => change.Before != change.After)
                .Select(change =>
                    $"{change.Kind} of {Names.SubjectOf(consequences.Estate, change)}: {change.Before:0.###} to {change.After:0.###}"
                )
                .Order(StringComparer.Ordinal),
        ];
}
