using System.Text.Json;
using System.Text.RegularExpressions;
using Homeostat.Estates.Scenarios;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Scenarios;

/// <summary>docs/scenarios.md says what replay says, and its schema knows the keys that the reader knows.</summary>
public sealed partial class DocumentedTableTests
{
    [Fact]
    public async Task TheTableIsWhatReplayPrints()
    {
        var rows = new List<ScenarioRow>();
        foreach (var file in Shipped.Files)
        {
            rows.Add(await Shipped.ReplayAsync(Path.GetFileNameWithoutExtension(file)));
        }

        var document = File.ReadAllText(Path.Combine(SharedFolder.Root(), "docs", "scenarios.md"));
        var begin = document.IndexOf(ScenarioTable.Begin, StringComparison.Ordinal) + ScenarioTable.Begin.Length;
        var end = document.IndexOf(ScenarioTable.End, StringComparison.Ordinal);
        Assert.Equal(ScenarioTable.Write(rows).Trim(), document[begin..end].Trim());
    }

    [Fact]
    public void TheSchemaKnowsEveryKeyOfEveryShippedScenario()
    {
        using var schema = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(SharedFolder.Root(), "docs", "scenario.schema.json"))
        );
        var known = PropertiesIn(schema.RootElement).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Shipped.Files)
        {
            // Keys of one's own (facts, values of let) stand in braces or are words of the story: only plain keys are asked.
            var keys = File.ReadLines(file)
                .Select(line => PlainKey().Match(line))
                .Where(match => match.Success)
                .Select(match => match.Groups["key"].Value)
                .Except(OwnKeysIn(file), StringComparer.Ordinal);
            Assert.All(keys, key => Assert.Contains(key, known));
        }
    }

    [GeneratedRegex("^[ -]*(?<key>[a-z][a-z-]*):( |$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainKey();

    [GeneratedRegex("^(let|facts):$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OwnKeys();

    /// <summary>What stands under <c>let</c> and <c>facts</c> is named by whoever writes the scenario.</summary>
    private static IEnumerable<string> OwnKeysIn(string file)
    {
        var depth = -1;
        foreach (var line in File.ReadLines(file))
        {
            var indent = line.Length - line.TrimStart(' ', '-').Length;
            if (depth >= 0 && line.Trim().Length > 0 && indent <= depth)
            {
                depth = -1;
            }

            if (depth >= 0 && PlainKey().Match(line) is { Success: true } own)
            {
                yield return own.Groups["key"].Value;
            }

            if (OwnKeys().IsMatch(line.Trim()))
            {
                depth = indent;
            }
        }
    }

    private static IEnumerable<string> PropertiesIn(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().SelectMany(PropertiesIn);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var own =
            element.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
                ? properties.EnumerateObject().Select(property => property.Name)
                : [];
        return own.Concat(element.EnumerateObject().SelectMany(property => PropertiesIn(property.Value)));
    }
}
