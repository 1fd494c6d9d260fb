using Homeostat.Core.Actions;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using static Homeostat.Core.Actions.Verdict;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>The worked example of the design, row by row, with the default table and no other numbers.</summary>
public sealed class WorkedExampleTests
{
    private static readonly ResourceId Web1 = new("web-1");
    private static readonly ResourceId Web2 = new("web-2");
    private static readonly ResourceId DbA = new("db-a");
    private static readonly ResourceId DbB = new("db-b");
    private static readonly ResourceId DrDb = new("dr-db");
    private static readonly ResourceId DrWeb = new("dr-web");

    [Fact]
    public async Task EveryRowOfTheTable()
    {
        var estate = new OrdersEstate();
        var dayOld = TimeSpan.FromHours(25);

        // | # | request | verdict | because |
        var row1 = await Decide(estate, Stop(Web1));
        Row(row1, Allow);
        Charge(row1, 0.05);

        var row2 = await Decide(estate, Stop(Web1), Stop(Web2));
        Row(row2, Deny, "homeostasis.lethal", "homeostasis.budget");
        Charge(row2, 1.05);
        Assert.Single(row2.Alternative!.Kept);

        Row(await DecideWhileAnotherStops(estate, Web1, Stop(Web2)), Deny, "homeostasis.lethal", "homeostasis.budget");

        Row(await Decide(estate, Destroy(DbB)), StepUp, "homeostasis.irreversible");

        var row5 = await Decide(estate with { LagSeenAgo = dayOld, SnapSeenAgo = dayOld }, Destroy(DbB));
        Row(row5, Defer, "homeostasis.budget", "homeostasis.irreversible");
        Assert.Equivalent(new ResourceId[] { DrDb, new("snap") }, LookAt(row5));

        var row6 = await Decide(estate, Destroy(DrDb), Destroy(DrWeb));
        Row(row6, Deny, "homeostasis.budget", "homeostasis.irreversible", "homeostasis.irreversible");
        Charge(row6, 0.5);
        Assert.Empty(row6.Alternative!.Kept);
        Assert.Equal([Stop(DrWeb)], row6.Alternative.Safer);

        Row(
            await Decide(estate with { HasDr = false }, Destroy(new("snap"))),
            Deny,
            "homeostasis.lethal",
            "homeostasis.budget",
            "homeostasis.irreversible"
        );

        Predicate idle = new(DbA, "cpu_percent", Comparison.Less, FactValue.Of(5));
        var row8 = await Decide(estate with { CpuOfDbA = (2, TimeSpan.FromDays(9)) }, [idle], null, Destroy(DbA));
        Row(row8, Defer, "critic.premise", "homeostasis.irreversible");
        Assert.Equal([DbA], LookAt(row8));
        Row(
            await Decide(estate with { CpuOfDbA = (60, TimeSpan.Zero) }, [idle], null, Destroy(DbA)),
            Deny,
            "critic.premise",
            "homeostasis.irreversible"
        );

        Row(await Decide(estate, new Effect.DisableGuard(new("alarm"))), StepUp, "homeostasis.guard");

        var row10 = await Decide(estate, Destroy(new("test-db")));
        Row(row10, Allow);
        Charge(row10, 0);

        Row(await Decide(estate, Destroy(new("never-seen"))), Defer, "homeostasis.unseen", "homeostasis.irreversible");

        Row(await Decide(estate, [], 0.999, Stop(Web1), Stop(Web2)), Deny, "homeostasis.lethal", "homeostasis.budget");
    }

    private static Effect.Stop Stop(ResourceId id) => new(id);

    private static Effect.Destroy Destroy(ResourceId id) => new(id);

    private static Task<Decision> Decide(OrdersEstate estate, params Effect[] effects) =>
        Decide(estate, [], null, effects);

    private static async Task<Decision> Decide(
        OrdersEstate estate,
        Predicate[] premises,
        double? confidence,
        params Effect[] effects
    )
    {
        using var fixture = new DeciderFixture(estate.Build(), OrdersEstate.Now);
        var lease = fixture.GrantEverything();
        return await fixture.DecideAsync(
            fixture.Request(lease, effects) with
            {
                Premises = premises,
                Confidence = confidence,
            }
        );
    }

    private static async Task<Decision> DecideWhileAnotherStops(OrdersEstate estate, ResourceId stopped, Effect effect)
    {
        using var fixture = new DeciderFixture(estate.Build(), OrdersEstate.Now);
        var other = await fixture.DecideAsync(fixture.Request(fixture.GrantEverything("another"), Stop(stopped)));
        Assert.Equal(Allow, other.Verdict);
        return await fixture.DecideAsync(fixture.Request(fixture.GrantEverything(), effect));
    }

    private static void Row(Decision decision, Verdict verdict, params string[] tests)
    {
        var found = decision
            .Judgement.Findings.Where(finding => finding.AtMost < Allow)
            .Select(finding => finding.Test)
            .Order(StringComparer.Ordinal);
        var told = string.Join('\n', decision.Judgement.Findings);
        Assert.True(tests.Order(StringComparer.Ordinal).SequenceEqual(found), told);
        Assert.Equal(verdict, decision.Verdict);
        Assert.NotNull(decision.Receipt);
        Assert.Equal(verdict == Allow, decision.Permit is not null);
    }

    private static void Charge(Decision decision, double charge) =>
        Assert.Equal(charge, decision.Judgement.Assessment!.Charge, precision: 9);

    private static ResourceId[] LookAt(Decision decision) =>
        [.. decision.Judgement.Findings.SelectMany(finding => finding.LookAt).Distinct()];
}
