using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Deciding;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>What was permitted counts on, also after the estate's arrays were built anew.</summary>
public sealed class FuturesAfterRebuildTests
{
    [Fact]
    public async Task APermitOfBeforeTheRebuildStillCounts()
    {
        using var fixture = new DeciderFixture(new OrdersEstate().Build(), OrdersEstate.Now);
        var first = fixture.GrantEverything("first");
        Assert.Equal(
            Verdict.Allow,
            (await fixture.DecideAsync(fixture.Request(first, new Effect.Stop(new("web-1"))))).Verdict
        );

        fixture.Estate = new OrdersEstate().Build();
        var second = await fixture.DecideAsync(
            fixture.Request(fixture.GrantEverything("second"), new Effect.Stop(new("web-2")))
        );
        Assert.Equal(Verdict.Deny, second.Verdict);
    }

    [Fact]
    public async Task APermitElsewhereDoesNotStandInTheWayAfterTheRebuild()
    {
        using var fixture = new DeciderFixture(TwoServices(), OrdersEstate.Now);
        var first = fixture.GrantEverything("first", stress: 10);
        for (var at = 0; at < 8; at++)
        {
            Assert.Equal(
                Verdict.Allow,
                (await fixture.DecideAsync(fixture.Request(first, new Effect.Stop(new($"left-{at}"))))).Verdict
            );
        }

        fixture.Estate = TwoServices();
        var second = await fixture.DecideAsync(
            fixture.Request(fixture.GrantEverything("second"), new Effect.Stop(new("right-0")))
        );
        Assert.Equal(Verdict.Allow, second.Verdict);
        Assert.Empty(second.Judgement.Consequences!.Considered);
    }

    private static EstateSnapshot TwoServices()
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        var seen = new Provenance("test", OrdersEstate.Now);
        foreach (var side in (string[])["left", "right"])
        {
            ResourceId[] members = [.. Enumerable.Range(0, 20).Select(at => new ResourceId($"{side}-{at}"))];
            var service = new Resource
            {
                Id = new(side),
                Kind = new("service"),
                Tier = Tier.Zero,
                Existence = seen,
            };
            builder.Add(new EstateChange.Upsert(service, [new Relation.Needs(service.Id, "web", members, 1)]));
            foreach (var member in members)
            {
                builder.Add(
                    new EstateChange.Upsert(
                        new Resource
                        {
                            Id = member,
                            Kind = new("compute-instance"),
                            State = RunState.Running,
                            Existence = seen,
                        },
                        []
                    )
                );
            }
        }

        return builder.Build();
    }
}
