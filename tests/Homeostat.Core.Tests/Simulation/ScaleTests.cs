using System.Diagnostics;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>
/// Deep and wide estates end neither in an overflow nor in quadratic work: what must take a second at most on an idle
/// machine is given half a minute, and quadratic work over these sizes takes longer.
/// </summary>
public sealed class ScaleTests
{
    private const int Many = 100_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void AChainOfContainersEndsToItsLast()
    {
        var estate = Chain((at, below) => new Relation.Contains(at, below), stateful: true);
        var judgement = InTime(() => Judging.Review(estate, new Effect.Destroy(new("r0"))));
        Assert.Equal(Many, judgement.Consequences!.Destroyed.Count());
        Assert.Equal(Many, judgement.Consequences.Irreversible.Count);
    }

    [Fact]
    public void AChainOfNeedsFallsToItsLast()
    {
        var estate = Chain((at, below) => new Relation.Needs(below, "g", [at]), stateful: false);
        var judgement = InTime(() => Judging.Review(estate, new Effect.Stop(new("r0"))));
        Assert.Equal(Many - 1, judgement.Consequences!.Impaired.Count());
        Assert.Equal(Verdict.Deny, judgement.Verdict);
    }

    private static EstateSnapshot Chain(Func<ResourceId, ResourceId, Relation> joins, bool stateful) =>
        Small.Estate([
            .. Enumerable
                .Range(0, Many)
                .Select(at =>
                    Small.Of(
                        stateful ? "volume" : "service",
                        $"r{at}",
                        null,
                        at == 0 ? [] : [joins(new($"r{at - 1}"), new($"r{at}"))]
                    )
                ),
        ]);

    /// <summary>A service that needs half of a hundred thousand that all need one network, whose evidence is fresh or old.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void AHugeGroupFallsAndCouldComeBack(int days)
    {
        var members = Enumerable.Range(0, Many).Select(at => $"m{at}").ToArray();
        var estate = Small.Estate([
            Small.Of("service", "web", Tier.Three, Small.Needs("web", Many / 2, members)),
            .. members.Select(member =>
                Small.Of("compute-instance", member, Tier.Three, Small.Needs(member, 1, "net")) with
                {
                    State = RunState.Running,
                    SeenAgo = TimeSpan.FromDays(days),
                }
            ),
            Small.Of("network", "net", Tier.Three, Small.Needs("net", 1, "power")),
            Small.Of("service", "power", Tier.Three),
        ]);
        Effect[] effects = [new Effect.Destroy(new("net")), new Effect.Stop(new("power"))];
        var judgement = InTime(() =>
            Judging.Review(estate, Judging.Request(Judging.GoalOf(effects), effects), stress: 9)
        );
        Assert.Equal(Many + 1, judgement.Consequences!.Impaired.Count());
        Assert.DoesNotContain(judgement.Consequences.Irreversible, loss => loss.Effect is Effect.Stop);
    }

    /// <summary>As many effects as one request may have, each passing, each on a resource of its own.</summary>
    [Fact]
    public void TenThousandEffectsAreJudgedTogether()
    {
        var ids = Enumerable.Range(0, Limits.MaxEffects).Select(at => $"d{at}").ToArray();
        var estate = Small.Estate([
            .. ids.Select(id => Small.Of("database", id, Tier.Three, Small.Copy(id, id, CopyRole.Primary))),
            .. ids.Select(id => Small.Of("service", $"s{id}", Tier.Three, Small.Needs($"s{id}", 1, id))),
        ]);
        Effect[] effects = [.. ids.Select(id => new Effect.Destroy(new(id)) { Duration = TimeSpan.FromSeconds(1) })];
        var goal = Judging.GoalOf(effects);
        var request = Judging.Request(goal, effects) with
        {
            Intent = new Intent { Targets = goal.Removes, Environments = ["test"] },
        };
        var judgement = InTime(() => Judging.Review(estate, request));
        Assert.Equal(Limits.MaxEffects, judgement.Consequences!.Destroyed.Count());
    }

    /// <summary>A hundred copies each with a zone of its own, of which as many must be lost as can be asked for.</summary>
    [Fact]
    public void ManyCopiesAreCountedInTime()
    {
        var holders = Enumerable.Range(0, 100).Select(at => $"h{at}").ToArray();
        Relation.CopyOf Copy(string holder, int at) =>
            Small.Copy(holder, "data", CopyRole.Replica, TimeSpan.Zero) with
            {
                Domains =
                [
                    .. Enumerable
                        .Range(0, 6)
                        .Select(domain => new FailureDomain(Hazards.Zone, $"z{at * 5 % 23 + domain}")),
                ],
            };
        var builder = new EstateBuilder(ShelfLives.Default);
        builder.Add(new EstateChange.Asset(new DataAsset(new("data")) { MinDurability = Limits.MaxDurability }));
        foreach (var (holder, at) in holders.Select((holder, at) => (holder, at)))
        {
            builder.Add(Small.Of("database", holder, Tier.Three, Copy(holder, at)));
        }

        var estate = builder.Build();
        InTime(() => Judging.Review(estate, new Effect.Destroy(new("h0"))));
        Assert.Throws<EstateSourceException>(() =>
            builder.Add(new EstateChange.Asset(new DataAsset(new("data")) { MinDurability = Limits.MaxDurability + 1 }))
        );
    }

    private static T InTime<T>(Func<T> work)
    {
        var start = Stopwatch.GetTimestamp();
        var result = work();
        var took = Stopwatch.GetElapsedTime(start);
        Assert.True(took < Patience, $"took {took.TotalSeconds:0.0} s");
        return result;
    }
}
