using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Estates.Overlay;
using Homeostat.Testing;
using static Homeostat.Estates.Tests.Listings;
using static Homeostat.Estates.Tests.Overlay.OverlayReadingTests;

namespace Homeostat.Estates.Tests.Overlay;

/// <summary>The manual, the schema for editors and the reader say the same.</summary>
public sealed partial class ConfigurationDocumentTests
{
    private static readonly string Manual = File.ReadAllText(
        Path.Combine(SharedFolder.Root(), "docs", "configuration.md")
    );

    private static readonly JsonObject Schema = JsonNode
        .Parse(File.ReadAllText(Path.Combine(SharedFolder.Root(), "docs", "homeostat.schema.json")))!
        .AsObject();

    [Fact]
    public void The_example_is_valid_and_fits_an_estate_that_has_what_it_names()
    {
        var listing = Estate(
            "aws_db_instance.orders",
            "aws_db_instance.orders_replica",
            "aws_db_instance.orders_dr",
            "aws_instance.web[0]",
            "aws_instance.web[1]",
            "aws_instance.web_dr",
            "aws_db_snapshot.orders_nightly"
        );

        var overlay = Read(Block("example"));
        var applied = overlay.Apply(listing);

        Assert.DoesNotContain(
            applied.Warnings,
            warning => !warning.Message.StartsWith("this selects no resource", StringComparison.Ordinal)
        );
        var web = Record(applied.Changes, "orders")
            .Relations.OfType<Relation.Needs>()
            .Single(need => need.Group == "web");
        Assert.Equal((2, 2), (web.K, web.Members.Count));
        Assert.Equal(Tier.Zero, Snapshot(applied.Changes).EffectiveTierOf(new("bank-api")));
    }

    [Fact]
    public void The_defaults_that_the_manual_shows_are_the_defaults()
    {
        var overlay = Read(Block("defaults"));

        Assert.Equal(ShelfLives.Default, overlay.ShelfLives);
        Assert.Equal(new ReviewTerms(), overlay.Review);
        Assert.Equal(StressTable.Default.Setpoints, overlay.Stress.Setpoints);
        Assert.Equal(StressTable.Default.TierWeights, overlay.Stress.TierWeights);
        Assert.Equal(
            StressTable.Default with
            {
                Setpoints = overlay.Stress.Setpoints,
                TierWeights = overlay.Stress.TierWeights,
            },
            overlay.Stress
        );
    }

    [Fact]
    public void The_manual_names_every_key()
    {
        var missing = OverlayKeys.All.SelectMany(set => set.Keys).Distinct().Where(key => !Manual.Contains($"`{key}`"));

        Assert.Empty(missing);
    }

    [Fact]
    public void Schema_and_reader_know_the_same_keys()
    {
        foreach (var set in OverlayKeys.All)
        {
            var definition = set == OverlayKeys.Root ? Schema : Schema["$defs"]![set.Name]!.AsObject();
            Assert.Equal(
                set.Keys.Order(),
                definition["properties"]!.AsObject().Select(property => property.Key).Order()
            );
            Assert.False(definition["additionalProperties"]!.GetValue<bool>(), set.Name);
        }
    }

    [Fact]
    public void Every_definition_of_the_schema_is_used_and_every_reference_leads_somewhere()
    {
        var used = Reference().Matches(Schema.ToJsonString()).Select(match => match.Groups["name"].Value).ToHashSet();

        Assert.Equal(Schema["$defs"]!.AsObject().Select(definition => definition.Key).Order(), used.Order());
    }

    [Theory]
    [InlineData("example")]
    [InlineData("defaults")]
    public void The_schema_accepts_what_the_manual_shows(string name) =>
        Assert.Empty(new SchemaCheck(Schema).Errors(YamlAsJson.Read(Block(name))));

    /// <summary>The control: what the reader refuses for its structure the schema refuses too.</summary>
    [Theory]
    [InlineData("services: []")]
    [InlineData("version: 2")]
    [InlineData("version: 1\nservice: []")]
    [InlineData("version: 1\nservices:\n  - tier: 0")]
    [InlineData("version: 1\nservices:\n  - { id: a, tier: 4 }")]
    [InlineData("version: 1\nservices:\n  - { id: a, capacity: 0 }")]
    [InlineData("version: 1\nservices:\n  - { id: a, outageTolerance: 15 }")]
    [InlineData("version: 1\nservices:\n  - { id: a, outageTolerance: 30m1h }")]
    [InlineData("version: 1\nservices:\n  - { id: a, needs: [{ group: g, k: 1 }] }")]
    [InlineData("version: 1\nservices:\n  - { id: a, needs: [{ group: g, k: 1, members: [] }] }")]
    [InlineData("version: 1\nservices:\n  - { id: a, needs: [{ group: g, k: some, members: [b] }] }")]
    [InlineData("version: 1\nresources:\n  - { tier: 1 }")]
    [InlineData("version: 1\nresources:\n  - { id: a, match: { ids: [b] } }")]
    [InlineData("version: 1\nresources:\n  - { match: {}, tier: 3 }")]
    [InlineData("version: 1\nassets:\n  - { id: a, hazards: [zones] }")]
    [InlineData("version: 1\nassets:\n  - { id: a, copies: [{ holder: h, role: copy }] }")]
    [InlineData(
        "version: 1\nassets:\n  - { id: a, copies: [{ holder: h, role: backup, observedAt: 2026-03-02T12:00:00Z }] }"
    )]
    [InlineData("version: 1\nrestores:\n  - { testedAt: 2026-03-02T12:00:00Z }")]
    [InlineData("version: 1\nrestores:\n  - { holder: h, testedAt: 2026-03-02 }")]
    [InlineData("version: 1\nfreezes:\n  - { name: n, reason: r }")]
    [InlineData(
        "version: 1\nfreezes:\n  - { name: n, reason: r, every: { days: [sat], from: \"25:00\", to: \"00:00\" } }"
    )]
    [InlineData("version: 1\nenvironments: { production: { mode: off } }")]
    [InlineData("version: 1\nstress: { tierWeights: [1, 1] }")]
    public void What_is_wrong_is_wrong_for_both(string yaml)
    {
        Assert.NotEmpty(OverlayFile.Parse(yaml, "homeostat.yaml").Errors);
        Assert.NotEmpty(new SchemaCheck(Schema).Errors(YamlAsJson.Read(yaml)));
    }

    private static string Block(string name)
    {
        var match = Regex.Match(Manual, $"```yaml {name}\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        Assert.True(match.Success, $"docs/configuration.md has no block {name}");
        return match.Groups[1].Value;
    }

    [GeneratedRegex("\"#/\\$defs/(?<name>\\w+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
