using Homeostat.Estates.Scenarios;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>What a replay says was lost is what truly happened.</summary>
public sealed class TruthTests
{
    [Fact]
    public async Task AnEffectWhoseConditionDoesNotHoldIsNotDone()
    {
        const string Stop = "{id: act, says: {goal: g}, effects: [{stop: [web-1, web-2], if: \"web-1 switch = on\"}]}";
        Assert.Empty(await LossesOf(Stop));
        Assert.Equal(
            ["shop dead"],
            await LossesOf(Stop.Replace("switch = on", "switch = off", StringComparison.Ordinal))
        );

        // What whoever looks would find decides, not what is believed.
        Assert.Equal(["shop dead"], await LossesOf(Stop, "[{id: web-1, facts: {switch: \"on\"}}]"));
    }

    [Fact]
    public async Task OutagesOfSeveralStepsThatOverlapAreJudgedTogether()
    {
        Assert.Equal(["shop away for 3 h"], await LossesOf(Halves("1h", "")));
        Assert.Empty(await LossesOf(Halves("5h", "")));

        // What is started again is not away any longer.
        var started = "{id: again, after: 10m, says: {goal: g}, effects: [{start: web-1}]}";
        Assert.Equal(["shop away for 10 min"], await LossesOf(Halves("1h", started)));
    }

    [Fact]
    public async Task WhatSimplyHappensIsToldAgainstWhatWouldHaveHappenedAnyway()
    {
        const string Fails = "{id: fails, after: 1d, happens: [{lose-data: db}]}";
        const string Tidy = "{id: tidy, says: {goal: g}, effects: [{destroy: backup}]}";
        Assert.Empty(await LossesOf(Fails));
        Assert.Equal(["data lost for good"], await LossesOf($"{Tidy}\n  - {Fails}"));
    }

    [Fact]
    public async Task WhatAPersonApprovesAfterAStepUpIsDone()
    {
        const string Expose = "{id: act, says: {goal: g}, effects: [{unknown: db, what: a script}]";
        var refused = await RunAsync(Expose + "}", "[]", new ReplayOptions());
        Assert.Empty(refused.Permitted);
        var approved = await RunAsync(Expose + ", approved: true}", "[]", new ReplayOptions());
        Assert.Equal(
            approved.Steps[0].Actual.EndsWith("step-up", StringComparison.Ordinal),
            approved.Permitted.Count > 0
        );
    }

    [Fact]
    public async Task AShortFactCanBeGivenAnAge()
    {
        var text = Text(
            "{id: act, says: {goal: g, premises: [\"web-1 switch = off\"]}, effects: [{stop: spare}]}",
            "[]"
        );
        text = text.Replace(
            "twin: {none: it has none}",
            "twin: {expect: defer then allow, estate: {resources: [{id: web-1, facts: {switch: {seen: 9d}}}]}}",
            StringComparison.Ordinal
        );
        var results = await Replay.RunAsync(
            ScenarioFile.Read(text + "\nflip: [{without: [web-1 switch]}]", "truth.yaml", "."),
            new ReplayOptions(),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(["allow", "defer then allow"], results.Select(result => result.Actual));
    }

    private static string Halves(string after, string more) =>
        $"{{id: one, says: {{goal: g}}, effects: [{{stop: web-1, takes: 4h}}]}}\n"
        + $"  - {{id: two, after: {after}, says: {{goal: g}}, effects: [{{stop: web-2, takes: 4h}}]}}"
        + (more.Length > 0 ? "\n  - " + more : "");

    private static async Task<IReadOnlyList<string>> LossesOf(string steps, string sees = "[]") =>
        (await RunAsync(steps, sees, new ReplayOptions { WithoutHomeostat = true })).Lost;

    private static async Task<VariantResult> RunAsync(string steps, string sees, ReplayOptions options) =>
        (
            await Replay.RunAsync(
                ScenarioFile.Read(Text(steps, sees), "truth.yaml", "."),
                options,
                TestContext.Current.CancellationToken
            )
        )[0];

    private static string Text(string steps, string sees) =>
        $$$"""
            scenario: truth
            title: What is true
            now: 2026-03-02T12:00:00Z
            estate:
              resources:
                - {id: shop, kind: service, tier: 0, needs: [{group: web, of: ["web-*"], k: 1}]}
                - {id: web-1, kind: host, state: running, configuration-known: true, facts: {switch: "off"}}
                - {id: web-2, kind: host, state: running, configuration-known: true}
                - {id: spare, kind: host, tier: 3, state: running, configuration-known: true}
                - {id: db, kind: database, tier: 1, copies: [{asset: data}]}
                - {id: backup, kind: snapshot, copies: [{asset: data, role: backup, age: 6h, restore-tested: 9d}]}
            sees: {{{sees}}}
            agents: [{id: agent}]
            expect: halt
            steps:
              - {{{steps}}}
            variants:
              harmful: {expect: halt}
              twin: {none: it has none}
              stale: {none: nothing here is old}
            """;
}
