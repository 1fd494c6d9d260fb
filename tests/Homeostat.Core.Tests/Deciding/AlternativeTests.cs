using CsCheck;
using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Simulation;
using Microsoft.Extensions.Time.Testing;

namespace Homeostat.Core.Tests.Deciding;

public sealed class AlternativeTests
{
    /// <summary>As large as the largest of all subsets, as cheap as the cheapest of those, and first by ids among them.</summary>
    [Fact]
    public void TheNearestAlternativeIsTheBestOfAllSubsets()
    {
        var refused = 0;
        Gen.Int[1, 10_000_000]
            .Sample(
                seed =>
                {
                    var estate = new RandomEstate(seed, new EstateShape(100, seed % 2 * 0.05, CriticalShare: 0.3));
                    var (snapshot, effects) = (estate.Build(), new RandomRequest(seed, estate).Ordinary(6));
                    Judgement Review(IReadOnlyList<Effect> chosen) =>
                        Judging.Review(snapshot, Judging.Request(Judging.GoalOf(effects), chosen), stress: 0.3);
                    if (effects.Length < 2 || Review(effects).Verdict == Verdict.Allow)
                    {
                        return;
                    }

                    Interlocked.Increment(ref refused);
                    var found = new AlternativeSearch(new FakeTimeProvider()).Find(
                        effects,
                        Review,
                        TimeSpan.FromHours(1)
                    );
                    Assert.Equal(BruteForce(effects, Review), Ids(found.Kept));
                    Assert.False(found.NotProvenLargest);
                    Assert.Equal(effects.Length, found.Kept.Count + found.Removed.Count);
                    Assert.True(Review([.. found.Kept, .. found.Safer]).Verdict == Verdict.Allow || found.IsEmpty);
                },
                iter: 70,
                threads: 2
            );
        Assert.True(refused > 20, $"only {refused} refusals");
    }

    private static string BruteForce(Effect[] effects, Func<IReadOnlyList<Effect>, Judgement> review) =>
        Enumerable
            .Range(1, (1 << effects.Length) - 1)
            .Select(subset => effects.Where((_, at) => ((subset >> at) & 1) != 0).ToArray())
            .Select(subset => (Subset: subset, Judgement: review(subset)))
            .Where(row => row.Judgement.Verdict == Verdict.Allow)
            .OrderByDescending(row => row.Subset.Length)
            .ThenBy(row => row.Judgement.Assessment!.Charge)
            .Select(row => Ids(row.Subset))
            .ToArray()
            is { Length: > 0 } allowed
            ? FirstById(allowed, effects, review)
            : "";

    /// <summary>Among the largest and cheapest the one whose sorted ids come first.</summary>
    private static string FirstById(string[] allowed, Effect[] effects, Func<IReadOnlyList<Effect>, Judgement> review)
    {
        double ChargeOf(string ids) =>
            review([.. effects.Where(effect => ids.Split(' ').Contains(effect.Target.Value))]).Assessment!.Charge;
        var best = ChargeOf(allowed[0]);
        return allowed
            .Where(ids => ids.Split(' ').Length == allowed[0].Split(' ').Length && ChargeOf(ids) == best)
            .OrderBy(ids => ids.Split(' '), Comparer<string[]>.Create(Compare))
            .First();
    }

    private static int Compare(string[] left, string[] right) =>
        left.Zip(right, string.CompareOrdinal).FirstOrDefault(order => order != 0);

    private static string Ids(IEnumerable<Effect> effects) =>
        string.Join(' ', effects.Select(effect => effect.Target.Value).Order(StringComparer.Ordinal));

    /// <summary>Time that runs out says so, and nothing goes on being judged after it.</summary>
    [Fact]
    public void ASearchThatIsCutSaysSo()
    {
        var clock = new FakeTimeProvider();
        var judged = 0;
        Effect[] effects = [.. Enumerable.Range(0, 5000).Select(at => new Effect.Stop(new($"r{at}")))];
        var found = new AlternativeSearch(clock).Find(
            effects,
            _ =>
            {
                judged++;
                clock.Advance(TimeSpan.FromMilliseconds(1));
                return new Judgement(Verdict.Deny, []);
            },
            TimeSpan.FromMilliseconds(20)
        );
        Assert.True(found.NotProvenLargest);
        Assert.Empty(found.Kept);
        Assert.InRange(judged, 1, 25);
    }

    [Fact]
    public void TheSaferFormIsOfferedWhereItIsAllowed()
    {
        var estate = Small.Estate(
            Small.Of("service", "web", Tier.One, Small.Needs("web", 1, "a", "b")),
            Small.Of("compute-instance", "a", null, Small.Copy("a", "data", CopyRole.Primary)) with
            {
                State = RunState.Running,
            },
            Small.Of("compute-instance", "b") with
            {
                State = RunState.Running,
            },
            Small.Of("database", "db", Tier.One)
        );
        Alternative Of(string id) =>
            new AlternativeSearch(new FakeTimeProvider()).Find(
                [new Effect.Destroy(new(id))],
                effects => Judging.Review(estate, [.. effects]),
                TimeSpan.FromHours(1)
            );
        Assert.Equal([new Effect.Stop(new("a"))], Of("a").Safer);
        Assert.True(Of("db").IsEmpty);
    }
}
