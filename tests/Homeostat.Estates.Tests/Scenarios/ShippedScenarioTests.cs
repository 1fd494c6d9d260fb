using System.Text.Json;
using Homeostat.Estates.Scenarios;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>Every incident is halted before it does harm, its twin goes through, and what tells them apart really does.</summary>
public sealed class ShippedScenarioTests
{
    [Theory]
    [MemberData(nameof(Names))]
    public async Task TheHarmIsHaltedAndTheTwinGoesThrough(string name)
    {
        var results = (await Shipped.ReplayAsync(name)).Guarded;
        foreach (var result in results)
        {
            Assert.True(result.Passed, $"{result.Variant}: expected {result.Expected}, was {result.Actual}");
            Assert.True(result.HaltedBeforeFirstIrreversible);
            Assert.Empty(result.Lost);
        }

        Assert.NotNull(results.Single(result => result.Variant == "harmful").Halt);
        Assert.All(results.Where(result => result.Variant == "twin"), twin => Assert.Null(twin.Halt));
        if (results.SingleOrDefault(result => result.Variant == "stale") is { } stale)
        {
            Assert.Contains(stale.Steps, step => step.Actual.StartsWith("defer then ", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task WithoutHomeostatTheHarmIsDoneAndTheTwinDoesNone(string name)
    {
        var results = (await Shipped.ReplayAsync(name)).Unguarded;
        Assert.NotEmpty(results.Single(result => result.Variant == "harmful").Lost);
        Assert.All(results.Where(result => result.Variant == "twin"), twin => Assert.Empty(twin.Lost));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ExchangingWhatTellsThemApartTurnsTheVerdict(string name)
    {
        var flips = await Replay.FlipAsync(Shipped.Load(name), TestContext.Current.CancellationToken);
        Assert.NotEmpty(flips);
        Assert.All(flips, flip => Assert.True(Replay.IsFlipped(flip), $"{flip.Variant} is still allowed"));
    }

    [Fact]
    public void EveryPublishedIncidentHasAScenario()
    {
        if (SharedFolder.Find("incidents", "incidents.json") is not { } path)
        {
            Assert.Skip("../shared/incidents is not there");
            return;
        }

        using var incidents = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var incident in incidents.RootElement.EnumerateArray())
        {
            var scenario = Shipped.Load(incident.GetProperty("id").GetString()!);
            var sources = incident.GetProperty("sources").EnumerateArray().Select(source => source.GetString()!);
            Assert.Equal(sources, scenario.Sources);
        }
    }

    /// <summary>The judge knows nothing of these stories: it judges what the estate and the effects are.</summary>
    [Fact]
    public void NoScenarioIsNamedInTheProduct()
    {
        var words = Shipped
            .Files.Select(file => ScenarioFile.Load(file))
            .SelectMany(scenario => (string[])[scenario.Name, scenario.Title, .. scenario.Sources])
            .Concat(Shipped.Names.SelectMany(row => IdsIn(row.Data)))
            .Distinct()
            .ToArray();
        Assert.True(words.Length > 80);
        foreach (
            var file in Directory.EnumerateFiles(
                Path.Combine(SharedFolder.Root(), "src"),
                "*.cs",
                SearchOption.AllDirectories
            )
        )
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotContain(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        }
    }

    public static TheoryData<string> Names() => Shipped.Names;

    /// <summary>The ids of steps and resources that are names of their own (more than one word), with no place for numbers.</summary>
    private static IEnumerable<string> IdsIn(string name) =>
        File.ReadLines(Path.Combine(Shipped.Folder, $"{name}.yaml"))
            .Select(line => line.Trim().TrimStart('-').Trim())
            .Where(line => line.StartsWith("id: ", StringComparison.Ordinal))
            .Select(line => line[4..].Trim('"'))
            .Where(id =>
                id.Contains('-', StringComparison.Ordinal)
                && id.Length > 6
                && !id.Contains('$', StringComparison.Ordinal)
            );
}
