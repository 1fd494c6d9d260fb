using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Simulation;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>How far something is open is principals × resources × privilege, against the limit that was declared.</summary>
public sealed class ExposureTests
{
    [Theory]
    [InlineData(1, Privilege.Read, Verdict.Allow)]
    [InlineData(1, Privilege.Administer, Verdict.Allow)] // 2 readers + 4 ≤ 8
    [InlineData(4, Privilege.Read, Verdict.Allow)]
    [InlineData(4, Privilege.Administer, Verdict.Deny)] // 2 + 16: twice the limit
    [InlineData(20, Privilege.Read, Verdict.Deny)]
    public async Task MorePrincipalsOrMorePrivilegeThanTheLimit(int principals, Privilege privilege, Verdict verdict)
    {
        Effect[] grants =
        [
            .. Enumerable
                .Range(0, principals)
                .Select(at => new Effect.Grant(new("org-1"), new($"new-{at}"), privilege)),
        ];
        Assert.Equal(verdict, (await Organisations(limit: 8).DecideAsync(grants)).Verdict);
    }

    [Fact]
    public async Task AGrantOnTheContainerOpensEverythingInIt()
    {
        Effect[] grants =
        [
            .. Enumerable
                .Range(0, 5)
                .Select(at => new Effect.Grant(new("pod"), new($"new-{at}"), Privilege.Administer)),
        ];
        var decision = await Organisations(limit: 8).DecideAsync(grants);
        var opened = decision.Judgement.Assessment!.Variables.Where(reading => reading.Kind == VariableKind.Exposure);
        Assert.Equal(["org-1", "org-2"], opened.Select(reading => reading.Subject).Order(StringComparer.Ordinal));
        Assert.Equal(Verdict.Deny, decision.Verdict);
    }

    [Fact]
    public async Task AGroupCountsItsMembers() =>
        Assert.Equal(
            Verdict.Deny,
            (
                await Organisations(limit: 8)
                    .DecideAsync(new Effect.Grant(new("org-1"), new("everybody"), Privilege.Read))
            ).Verdict
        );

    [Fact]
    public async Task TheSamePrincipalAgainAddsOnlyWhatItMayDoMore()
    {
        var decision = await Organisations(limit: 8)
            .DecideAsync(new Effect.Grant(new("org-1"), new("reader-1"), Privilege.Write));
        var reading = Assert.Single(decision.Judgement.Assessment!.Variables);
        Assert.Equal((2.0 / 8, 3.0 / 8), (reading.Before, reading.After));
    }

    [Fact]
    public async Task WithoutADeclaredLimitItIsNotCharged() =>
        Assert.Equal(
            Verdict.Allow,
            (
                await Organisations(limit: null)
                    .DecideAsync(new Effect.Grant(new("org-1"), new("everybody"), Privilege.Read))
            ).Verdict
        );

    [Fact]
    public async Task TwoGrantsThatAreWithinTheLimitOnlyApartAreNotBothPermitted()
    {
        using var fixture = new DeciderFixture(Organisations(limit: 4).Build(), Now);
        Effect Grant(string to) => new Effect.Grant(new("org-1"), new(to), Privilege.Administer);
        var first = await fixture.DecideAsync(fixture.Request(fixture.GrantEverything("first"), Grant("new-1")));
        var second = await fixture.DecideAsync(fixture.Request(fixture.GrantEverything("second"), Grant("new-2")));
        Assert.Equal((Verdict.Deny, Verdict.Deny), (first.Verdict, second.Verdict));

        using var roomier = new DeciderFixture(Organisations(limit: 6).Build(), Now);
        first = await roomier.DecideAsync(roomier.Request(roomier.GrantEverything("first"), Grant("new-1")));
        second = await roomier.DecideAsync(roomier.Request(roomier.GrantEverything("second"), Grant("new-2")));
        Assert.Equal((Verdict.Allow, Verdict.Deny), (first.Verdict, second.Verdict));
    }

    [Fact]
    public async Task WhatAPrincipalReadsThatNobodyKnowsCannotBeUnread()
    {
        var decision = await Organisations(limit: 20)
            .DecideAsync(new Effect.Grant(new("org-1"), new("everyone"), Privilege.Read));
        Assert.Equal(Verdict.StepUp, decision.Verdict);
    }

    [Theory]
    [InlineData(Privilege.Write, Verdict.Allow)]
    [InlineData(Privilege.Administer, Verdict.StepUp)] // a new policy may reach anything
    public async Task RightsOnSomethingNewOpenNothingThatIsThereUnlessTheyAreAll(Privilege privilege, Verdict verdict)
    {
        Effect[] effects =
        [
            new Effect.Create(new("inbox"), new("queue")),
            new Effect.Grant(new("inbox"), new("events.example"), privilege),
        ];
        Assert.Equal(verdict, (await Organisations(limit: 20).DecideAsync(effects)).Verdict);
    }

    [Fact]
    public async Task ToMakeThePrincipalFirstDoesNotMakeItKnown()
    {
        Effect[] effects =
        [
            new Effect.Create(new("everyone"), new("identity")),
            new Effect.Grant(new("org-1"), new("everyone"), Privilege.Read),
        ];
        Assert.Equal(Verdict.StepUp, (await Organisations(limit: 20).DecideAsync(effects)).Verdict);
    }

    private static SmallEstate Organisations(int? limit)
    {
        var estate = new SmallEstate()
            .Add(
                Of("pod", "account", Tier.Zero),
                new Relation.Contains(new("pod"), new("org-1")),
                new Relation.Contains(new("pod"), new("org-2"))
            )
            .Add(Of("org-1", "tenant", Tier.Zero) with { ExposureLimit = limit })
            .Add(Of("org-2", "tenant", Tier.Zero) with { ExposureLimit = limit })
            .Add(
                Of("everybody", "identity"),
                [.. Enumerable.Range(0, 50).Select(at => new Relation.Contains(new("everybody"), new($"user-{at}")))]
            );
        foreach (var at in Enumerable.Range(0, 20))
        {
            estate.Add(Of($"new-{at}", "identity"));
        }

        foreach (var reader in (string[])["reader-1", "reader-2"])
        {
            estate.Add(Of(reader, "identity"), new Relation.Grants(new(reader), new("org-1"), Privilege.Read));
        }

        return estate;
    }
}
