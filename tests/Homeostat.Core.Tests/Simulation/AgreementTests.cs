using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Tests.Deciding;
using static Homeostat.Core.Tests.Deciding.SmallEstate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>Members that serve together must agree, where somebody said so; at odds they supply nothing.</summary>
public sealed class AgreementTests
{
    private static readonly Agreement Always = new("version");
    private static readonly Agreement WhileOn = new("version", "feature", FactValue.Of("on"));

    [Fact]
    public async Task SettingOneMemberAtOddsTakesTheGroupAway() =>
        Assert.Equal(Verdict.Deny, (await Fleet(Always).DecideAsync(Set("a", "version", "2"))).Verdict);

    [Fact]
    public async Task SettingAllOfThemAlikeDoesNot() =>
        Assert.Equal(
            Verdict.Allow,
            (
                await Fleet(Always)
                    .DecideAsync(Set("a", "version", "2"), Set("b", "version", "2"), Set("c", "version", "2"))
            ).Verdict
        );

    [Fact]
    public async Task AConditionAsksItOnlyWhereItHolds()
    {
        Assert.Equal(Verdict.Allow, (await Fleet(WhileOn).DecideAsync(Set("a", "version", "2"))).Verdict);
        Assert.Equal(
            Verdict.Deny,
            (
                await Fleet(WhileOn)
                    .DecideAsync(
                        Set("a", "version", "2"),
                        Set("a", "feature", "on"),
                        Set("b", "feature", "on"),
                        Set("c", "feature", "on")
                    )
            ).Verdict
        );
    }

    /// <summary>Each alone leaves the members in agreement; whoever comes second would set them at odds.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TwoChangesThatAreHarmlessApartAreNotBothPermitted(bool versionFirst)
    {
        using var fixture = new DeciderFixture(Fleet(WhileOn).Build(), Now);
        var lease = fixture.GrantEverything();
        Effect[] version = [Set("a", "version", "2")];
        Effect[] feature = [Set("a", "feature", "on"), Set("b", "feature", "on"), Set("c", "feature", "on")];
        var (first, second) = versionFirst ? (version, feature) : (feature, version);

        Assert.Equal(Verdict.Allow, (await fixture.DecideAsync(fixture.Request(lease, first))).Verdict);
        Assert.Equal(Verdict.Deny, (await fixture.DecideAsync(fixture.Request(lease, second))).Verdict);
    }

    /// <summary>Facts bound nobody when it was permitted; they do as soon as the estate says that members must agree.</summary>
    [Fact]
    public async Task AChangeThatWasPermittedBeforeAnybodyHadToAgreeIsNotForgotten()
    {
        using var fixture = new DeciderFixture(Fleet(WhileOn, needsAgreement: false).Build(), Now);
        var lease = fixture.GrantEverything();
        Assert.Equal(
            Verdict.Allow,
            (await fixture.DecideAsync(fixture.Request(lease, Set("a", "version", "2")))).Verdict
        );
        fixture.Estate = Fleet(WhileOn).Build();

        var feature = await fixture.DecideAsync(
            fixture.Request(lease, Set("a", "feature", "on"), Set("b", "feature", "on"), Set("c", "feature", "on"))
        );
        Assert.Equal(Verdict.Deny, feature.Verdict);
    }

    [Fact]
    public async Task AVersionThatNobodyHasReadLatelyIsUnknown()
    {
        var decision = await Fleet(Always, cReadAgo: TimeSpan.FromDays(9)).DecideAsync(Set("a", "feature", "on"));
        Assert.Equal(Verdict.Defer, decision.Verdict);
        Assert.Contains(new("c"), decision.Judgement.Findings.SelectMany(finding => finding.LookAt));
    }

    [Fact]
    public async Task AMemberThatDoesNotWorkNeedNotAgree() =>
        Assert.Equal(
            Verdict.Allow,
            (
                await Fleet(Always, cVersion: "1", c: RunState.Stopped)
                    .DecideAsync(Set("a", "version", "2"), Set("b", "version", "2"))
            ).Verdict
        );

    [Fact]
    public void WhatIsAtOddsAlreadySuppliesNothingInTheModelEither()
    {
        Assert.Equal(1, Fleet(Always).Build().CapacityOf(new("orders")).Working);
        Assert.Equal(0, Fleet(Always, cVersion: "2").Build().CapacityOf(new("orders")).Working);
    }

    [Fact]
    public void TheModelFollowsWhenAValueChanges()
    {
        var model = new EstateModel(ShelfLives.Default);
        model.Apply(new EstateBatch([.. Records("1")], IsFullListing: true));
        Assert.Equal(1, model.Current!.CapacityOf(new("orders")).Working);
        model.Apply(new EstateBatch([Records("2")[^1]], IsFullListing: false));
        Assert.Equal(0, model.Current!.CapacityOf(new("orders")).Working);
        model.Apply(new EstateBatch([Records("1")[^1]], IsFullListing: false));
        Assert.Equal(1, model.Current!.CapacityOf(new("orders")).Working);
    }

    private static EstateChange[] Records(string cVersion) =>
        [
            new EstateChange.Upsert(
                Of("orders", "service", Tier.Zero),
                [Needs("orders", 1, "a", "b", "c") with { Agree = [Always] }]
            ),
            new EstateChange.Upsert(Server("a", "1", TimeSpan.Zero), []),
            new EstateChange.Upsert(Server("b", "1", TimeSpan.Zero), []),
            new EstateChange.Upsert(Server("c", cVersion, TimeSpan.Zero), []),
        ];

    private static Effect.Change Set(string server, string key, string value) =>
        new(new(server), key, FactValue.Of(value), ChangeImpact.Harmless);

    private static SmallEstate Fleet(
        Agreement agreement,
        TimeSpan cReadAgo = default,
        string cVersion = "1",
        RunState c = RunState.Running,
        bool needsAgreement = true
    ) =>
        new SmallEstate()
            .Add(
                Of("orders", "service", Tier.Zero),
                Needs("orders", 1, "a", "b", "c") with
                {
                    Agree = needsAgreement ? [agreement] : [],
                }
            )
            .Add(Server("a", "1", TimeSpan.Zero))
            .Add(Server("b", "1", TimeSpan.Zero))
            .Add(Server("c", cVersion, cReadAgo) with { State = c });

    private static Resource Server(string id, string version, TimeSpan readAgo) =>
        Of(id, "host") with
        {
            State = RunState.Running,
            Facts =
            [
                new Fact("version", FactValue.Of(version), Seen(readAgo)),
                new Fact("feature", FactValue.Of("off"), Seen(TimeSpan.Zero)),
            ],
        };
}
