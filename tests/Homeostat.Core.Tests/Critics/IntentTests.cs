using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Critics;

/// <summary>A request that is not what it says it is, is refused: in kind, number, environment and identity.</summary>
public sealed class IntentTests
{
    private static readonly Intent Exact = new()
    {
        Operations = Operations.Stop,
        Kinds = ["application"],
        Count = 1,
        Environments = ["test"],
        Targets = [new("app-1")],
    };

    [Fact]
    public async Task WhatDoesJustWhatItSaysPasses() =>
        Assert.Equal(Verdict.Allow, await DecideAsync(Exact, new Effect.Stop(new("app-1"))));

    [Fact]
    public async Task AnotherKindOfResource() =>
        Assert.Equal(
            Verdict.Deny,
            await DecideAsync(new Intent { Kinds = ["application"] }, new Effect.Stop(new("web")))
        );

    [Fact]
    public async Task AnotherOperation() =>
        Assert.Equal(
            Verdict.Deny,
            await DecideAsync(Exact, new Effect.Change(new("app-1"), "owner", FactValue.Of("x"), ChangeImpact.Harmless))
        );

    [Fact]
    public async Task MoreThanItSays() =>
        Assert.Equal(
            Verdict.Deny,
            await DecideAsync(new Intent { Count = 1 }, new Effect.Stop(new("app-1")), new Effect.Stop(new("app-2")))
        );

    [Fact]
    public async Task WhatServesAnotherEnvironmentToo() =>
        Assert.Equal(
            Verdict.Deny,
            await DecideAsync(new Intent { Environments = ["test"] }, new Effect.Stop(new("shared")))
        );

    [Fact]
    public async Task AnEmptyListOfTargetsNamesNothing() =>
        Assert.Equal(Verdict.Deny, await DecideAsync(new Intent { Targets = [] }, new Effect.Stop(new("app-1"))));

    [Fact]
    public void ANarrowedRequestKeepsThePremisesOfWhatIsLeft()
    {
        var request = new ActionRequest
        {
            Id = new("r"),
            Agent = new("a"),
            Lease = new("l"),
            Operation = "stop",
            Effects = [new Effect.Stop(new("app-1")), new Effect.Stop(new("app-2"))],
            Premises = [Idle("app-1"), Idle("app-2"), Idle("elsewhere")],
        };
        Assert.Equal([Idle("app-2"), Idle("elsewhere")], request.Narrowed([new Effect.Stop(new("app-2"))]).Premises);
    }

    private static Predicate Idle(string id) => new(new(id), "cpu_percent", Comparison.Less, FactValue.Of(5));

    private static async Task<Verdict> DecideAsync(Intent intent, params Effect[] effects)
    {
        var estate = new SmallEstate()
            .Add(Application("app-1", "application", "test"))
            .Add(Application("app-2", "application", "test"))
            .Add(Application("web", "compute-instance", "test"))
            .Add(Application("shared", "application", "test", "production"));
        using var fixture = new DeciderFixture(estate.Build(), Now);
        var request = fixture.Request(fixture.GrantEverything(), effects) with { Intent = intent };
        return (await fixture.DecideAsync(request)).Verdict;
    }

    private static Resource Application(string id, string kind, params string[] environments) =>
        Of(id, kind, Tier.Three) with
        {
            State = RunState.Running,
            Environments = environments,
        };
}
