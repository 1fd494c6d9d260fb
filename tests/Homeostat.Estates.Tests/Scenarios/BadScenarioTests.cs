using Homeostat.Estates.Scenarios;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>What is wrong with a file is said with line and remedy, all at once.</summary>
public sealed class BadScenarioTests
{
    private const string Good = """
        scenario: small
        title: Something small
        now: 2026-03-02T12:00:00Z
        let: {target: prod}
        estate:
          resources:
            - {id: shop, kind: service, tier: 0, needs: [prod]}
            - {id: prod, kind: database, copies: [{asset: data}]}
            - {id: scratch, kind: database, tier: 3, copies: [{asset: scratch-data}]}
        agents:
          - {id: agent}
        steps:
          - id: drop
            says: {goal: tidy up}
            effects: [{destroy: "${target}"}]
        variants:
          harmful: {expect: halt}
          twin: {let: {target: scratch}, expect: allow}
          stale: {none: nothing here is old}
        flip: [{exchange: [target]}]
        """;

    [Fact]
    public async Task TheGoodOneRuns()
    {
        var results = await Replay.RunAsync(Read(Good), new ReplayOptions(), TestContext.Current.CancellationToken);
        Assert.All(results, result => Assert.True(result.Passed, result.Actual));
    }

    [Theory]
    [InlineData("kind: service", "kind: service, colour: red", 7, "no key colour")]
    [InlineData("tier: 0", "tier: 9", 7, "a whole number from 0 to 3")]
    [InlineData("needs: [prod]", "needs: [{group: db, of: [\"nothing-*\"]}]", 7, "fits no resource")]
    [InlineData("{id: agent}", "{id: agent, level: godlike}", 11, "one of rational")]
    [InlineData("{destroy: \"${target}\"}", "{explode: \"${target}\"}", 15, "write one of destroy")]
    [InlineData("{destroy: \"${target}\"}", "{destroy: \"${tragt}\"}", 15, "${tragt} has no value")]
    [InlineData("expect: halt", "expect: perhaps", 17, "is no expectation")]
    [InlineData("now: 2026-03-02T12:00:00Z", "now: yesterday", 3, "a date and time")]
    [InlineData("[{asset: data}]", "[{asset: data, age: soon}]", 8, "a time such as 9d")]
    [InlineData("{id: scratch,", "{id: prod,", 9, "described in line 8 already")]
    [InlineData("{exchange: [target]}", "{exchange: [aim]}", 20, "aim has no value in the harmful variant")]
    [InlineData("goal: tidy up", "goal: tidy up, premises: [\"idle\"]", 14, "write `db-1 cpu_percent < 5`")]
    [InlineData("needs: [prod]", "needs: [prd]", 7, "there is no resource prd; did you mean prod")]
    [InlineData("needs: [prod]", "needs: [shop]", 7, "shop needs itself")]
    [InlineData("{id: prod, kind", "{id: prod, contains: [scratch], encrypted-by: [ky], kind", 8, "no resource ky")]
    [InlineData("{id: prod, kind", "{id: prod, contains: [prod], kind", 8, "prod contains itself")]
    [InlineData("kind: service", "kind: servce", 7, "there is no kind servce; did you mean service")]
    [InlineData("{target: scratch}", "{target: scrtch}", 18, "there is no resource scrtch; did you mean scratch")]
    [InlineData("{target: scratch}", "{target: [\"scr-*\", scratch]}", 18, "scr-* fits no resource")]
    [InlineData("expect: allow}", "steps: [{id: drp, skip: true}]}", 18, "there is no step drp; did you mean drop")]
    [InlineData("expect: allow}", "sees: [{id: prd, state: stopped}]}", 18, "there is no resource prd; did you mean")]
    [InlineData("{destroy: ", "{destory: ", 15, "destory is no verb; did you mean destroy")]
    [InlineData("kind: service, tier", "kind: service, teir", 7, "no key teir; did you mean tier")]
    [InlineData("{exchange: [target]}", "{without: [scratch existense]}", 20, "did you mean existence")]
    [InlineData("harmful: {expect: halt}", "harmful: {none: why}", 17, "cannot be left out")]
    [InlineData("  - {id: agent}", "\t- {id: agent}", 11, "spaces")]
    [InlineData("let: {target: prod}", "let: &a {target: prod}", 4, "anchors and aliases")]
    [InlineData("title: Something small", "title: Something small\ntitle: Again", 3, "stands in line 2 already")]
    public void EachMistakeHasItsLineAndRemedy(string right, string wrong, int line, string told)
    {
        var text = Good.Replace(right, wrong, StringComparison.Ordinal);
        Assert.NotEqual(Good, text);
        var refusal = Assert.Throws<ScenarioException>(() => Read(text));
        Assert.Contains(
            refusal.Errors,
            error => error.Line == line && error.ToString().Contains(told, StringComparison.Ordinal)
        );
        Assert.All(refusal.Errors, error => Assert.NotEmpty(error.Remedy));
    }

    [Fact]
    public void AllMistakesAreSaidAtOnce()
    {
        var text = Good.Replace("tier: 0", "tier: nine", StringComparison.Ordinal)
            .Replace("{id: agent}", "{id: agent, level: godlike}", StringComparison.Ordinal)
            .Replace("expect: allow", "expect: applause", StringComparison.Ordinal);
        var lines = Assert.Throws<ScenarioException>(() => Read(text)).Errors.Select(error => error.Line).ToArray();
        Assert.Subset(lines.ToHashSet(), new HashSet<int> { 7, 11, 18 });
        Assert.Equal(lines.Distinct(), lines);
    }

    [Fact]
    public void OneSlipIsOneError()
    {
        // Generated again and again; with a range that has no values; with an agent that nobody knows.
        const string Rule =
            "  generate: [{for: {n: 1..9}, resources: [{id: \"x-${n}\", kind: host, needs: [\"y-${n}\"]}]}]\n";
        Single(Good.Replace("  resources:", Rule + "  resources:", StringComparison.Ordinal), "no resource y-1");
        var broken = Good.Replace("needs: [prod]", "needs: [prod, {group: x, of: [\"x-*\"]}]", StringComparison.Ordinal)
            .Replace(
                "  resources:",
                "  generate: [{for: {n: 9..1}, resources: [{id: \"x-${n}\", kind: host}]}]\n  resources:",
                StringComparison.Ordinal
            );
        Single(broken, "n has no values");
        Single(Good.Replace("- id: drop", "- agent: agnt\n    id: drop", StringComparison.Ordinal), "no agent agnt");
        Single(
            Good.Replace("needs: [prod]", "needs: [{group: g, of: [\"none-*\"]}]", StringComparison.Ordinal),
            "fits no resource"
        );
        Single("# only a comment\n", "the file is empty");
    }

    [Fact]
    public void ADuplicateKeyHidesNothing()
    {
        var text = Good.Replace("{id: scratch, kind", "{id: prod, kind", StringComparison.Ordinal)
            .Replace("title: Something small", "title: Something small\ntitle: Again", StringComparison.Ordinal);
        var told = Assert.Throws<ScenarioException>(() => Read(text)).Message;
        Assert.Contains("stands in line 2 already", told, StringComparison.Ordinal);
        Assert.Contains("described in line 9 already", told, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotThereOnPurposeCanBeNamed() =>
        Read(
            Good.Replace("{target: scratch}", "{target: ghost}", StringComparison.Ordinal)
                .Replace("  resources:", "  resources:\n    - {id: ghost, gone: true}", StringComparison.Ordinal)
        );

    [Fact]
    public void OneRunOfALoopedStepIsLaidOverWithItsLoop()
    {
        var text = Good.Replace("- id: drop", "- for: {n: [1, 2]}\n    id: drop-${n}", StringComparison.Ordinal)
            .Replace("expect: allow}", "steps: [{id: drop-1, skip: true}], expect: allow}", StringComparison.Ordinal);
        Single(text, "laid over before `for`");
    }

    private static void Single(string text, string told)
    {
        var errors = Assert.Throws<ScenarioException>(() => Read(text)).Errors;
        Assert.Contains(told, Assert.Single(errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("just words")]
    [InlineData("[a, list]")]
    [InlineData("scenario: [unclosed")]
    [InlineData("{}")]
    [InlineData("a: 1\n---\nb: 2")]
    public void WhatIsNoScenarioIsRefused(string text) =>
        Assert.NotEmpty(Assert.Throws<ScenarioException>(() => Read(text)).Errors);

    [Fact]
    public void DeepAndEndlessFilesAreRefusedNotFollowed()
    {
        Assert.Throws<ScenarioException>(() => Read(new string('[', 100_000)));
        Assert.Throws<ScenarioException>(() =>
            Read(Good.Replace("let: {target: prod}", "let: {target: \"${target}\"}", StringComparison.Ordinal))
        );
        Assert.Throws<ScenarioException>(() =>
            Read(
                Good.Replace(
                    "  resources:",
                    "  generate: [{for: {n: 1..9000000}, resources: [{id: \"x-${n}\", kind: host}]}]\n  resources:",
                    StringComparison.Ordinal
                )
            )
        );
    }

    [Fact]
    public void TheJudgeCannotBeTuned()
    {
        foreach (var tuning in (string[])["stress: 5", "setpoints: {}", "shelf-lives: {}"])
        {
            var lease = $"leases:\n  - {{agent: agent, {tuning}}}\nsteps:";
            Assert.Throws<ScenarioException>(() => Read(Good.Replace("steps:", lease, StringComparison.Ordinal)));
        }

        Assert.Throws<ScenarioException>(() => Read(Good + "\nsetpoints: {}"));
    }

    private static Scenario Read(string text) => ScenarioFile.Read(text, "small.yaml", ".");
}
