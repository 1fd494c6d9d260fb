using Homeostat.Estates.Scenarios;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>Scenarios that nobody here wrote for this judge: the format as its documentation says it.</summary>
public sealed class ScenarioFormatTests
{
    [Fact]
    public async Task EveryVerbCanBePosed()
    {
        string[] effects =
        [
            "{destroy: host-1, in: 2d}",
            "{destroy: host-1, recreated: true, takes: 1m}",
            "{stop: [host-1, host-2]}",
            "{stop: {kinds: [host], environments: [test]}}",
            "{start: host-1}",
            "{restart: host-1, takes: 1m}",
            "{create: new-db, kind: database, region: r, environments: [test]}",
            "{change: host-1, key: size, value: 4, impact: capacity}",
            "{change: host-1, key: size, value: 4, if: \"host-1 size = 2\"}",
            "{detach: host-1, from: shop}",
            "{detach: host-1}",
            "{attach: host-1, to: db, needed: true}",
            "{promote: db}",
            "{lose-data: db}",
            "{lose-data: db, rows: 5, copy-only: true}",
            "{expose: db, to: everybody, privilege: read}",
            "{grant: db, to: [somebody], privilege: write}",
            "{revoke: db, from: somebody}",
            "{disable-guard: alarm}",
            "{read: db, classification: secret}",
            "{delegate: host-1, to: somebody, trigger: at midnight}",
            "{unknown: db, what: runs a script}",
        ];
        foreach (var effect in effects)
        {
            var results = await RunAsync(effect, new ReplayOptions());
            Assert.NotEqual("done", results[0].Actual);
            Assert.Equal(
                "done",
                (await RunAsync(effect, new ReplayOptions { WithoutHomeostat = true }))[0].Steps[0].Actual
            );
        }
    }

    [Fact]
    public async Task AnEmptyOrAbsentSelectionDoesNothing()
    {
        foreach (var effect in (string[])["{destroy: }", "{destroy: {}}", "{destroy: []}", "{destroy: {ids: []}}"])
        {
            var result = (await RunAsync(effect, new ReplayOptions { WithoutHomeostat = true }))[0];
            Assert.Empty(result.Steps[0].Permitted);
            Assert.Empty(result.Lost);
        }
    }

    [Fact]
    public async Task WhatIsLostIsComputedFromWhatIsLeft()
    {
        var lost = await LossesOf("{destroy: db}");
        Assert.Equal(["shop dead", "data thrown back by 6 h"], lost);
        Assert.Equal(["data thrown back by 6 h"], await LossesOf("{lose-data: db}"));
        Assert.Equal(["shop dead", "data lost for good"], await LossesOf("{destroy: [db, backup]}"));
        Assert.Equal(["shop away for 2 h"], await LossesOf("{restart: [host-1, host-2], takes: 2h}"));
        Assert.Empty(await LossesOf("{stop: host-1}"));
    }

    [Fact]
    public async Task ATerraformFileCanBeTheEstate()
    {
        if (SharedFolder.Find("estates", "overmind-terraform-example") is not { } estate)
        {
            Assert.Skip("../shared/estates is not there");
            return;
        }

        var plan = Directory
            .EnumerateFiles(estate, "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .First();
        using var folder = new TestFolder();
        var path = folder.Write(
            "terraform.yaml",
            $$$"""
            scenario: terraform
            title: An agent ends what a plan describes
            now: 2026-03-02T12:00:00Z
            let: {target: scratch}
            estate:
              terraform: {{{Path.GetRelativePath(folder.Path, plan)}}}
              observed: 5m
              resources:
                - {id: scratch, kind: database, tier: 3}
            agents: [{id: agent}]
            steps:
              - {id: end, says: {goal: tidy up}, effects: [{destroy: "${target}"}]}
            variants:
              harmful: {let: {target: {kinds: [load-balancer]}}, expect: halt}
              twin: {expect: allow}
              stale: {none: not shown here}
            flip: [{exchange: [target]}]
            """
        );
        var results = await Replay.RunAsync(
            ScenarioFile.Load(path),
            new ReplayOptions(),
            TestContext.Current.CancellationToken
        );
        Assert.All(results, result => Assert.True(result.Passed, $"{result.Variant}: {result.Actual}"));
        Assert.True(results[0].Resources > 20);
    }

    private static async Task<IReadOnlyList<string>> LossesOf(string effect) =>
        (await RunAsync(effect, new ReplayOptions { WithoutHomeostat = true }))[0].Lost;

    private static Task<IReadOnlyList<VariantResult>> RunAsync(string effect, ReplayOptions options)
    {
        var text = $$$"""
            scenario: verbs
            title: One verb
            now: 2026-03-02T12:00:00Z
            estate:
              resources:
                - id: shop
                  kind: service
                  tier: 0
                  needs:
                    - {group: hosts, of: ["host-*"], k: 1}
                    - {group: database, of: [db]}
                - {id: host-1, kind: host, state: running, configuration-known: true, environments: [test], facts: {size: 2}}
                - {id: host-2, kind: host, state: running, configuration-known: true, environments: [test]}
                - {id: db, kind: database, copies: [{asset: data}]}
                - {id: backup, kind: snapshot, copies: [{asset: data, role: backup, age: 6h, seen: 0s, restore-tested: 9d}]}
                - {id: alarm, kind: alarm, guards: [{of: [shop], kind: monitor}]}
                - {id: somebody, kind: identity, grants: [{on: [db], privilege: delete}]}
            agents:
              - {id: agent}
            steps:
              - id: act
                says: {goal: try it}
                effects: [{{{effect}}}]
            variants:
              harmful: {expect: halt}
              twin: {none: one verb has none}
              stale: {none: nothing here is old}
            """;
        var scenario = ScenarioFile.Read(text, "verbs.yaml", ".");
        return Replay.RunAsync(scenario, options, TestContext.Current.CancellationToken);
    }
}
