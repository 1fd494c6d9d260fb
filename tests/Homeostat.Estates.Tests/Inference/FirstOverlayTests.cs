using CsCheck;
using Homeostat.Core.Estate;
using Homeostat.Estates.Inference;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;
using static Homeostat.Estates.Tests.Inference.InferenceTests;
using static Homeostat.Estates.Tests.Listings;

namespace Homeostat.Estates.Tests.Inference;

/// <summary>The overlay that is written says what was guessed, whatever the estate's own texts are.</summary>
public sealed class FirstOverlayTests
{
    [Fact]
    public void The_overlay_says_exactly_what_was_guessed()
    {
        RoundTrip([
            Upsert(Cloud("aws_lb.web-prod", "load-balancer", ("team", "shop: 'a' # b"))),
            Upsert(Cloud("aws_lb.\"quoted\" 'id'", "load-balancer")),
            Upsert(Cloud("module.staging.aws_db_instance.db[\"a*?\"]", "database")),
            Upsert(Cloud("aws_db_instance.staging", "database")),
            Upsert(Cloud("aws_db_instance.staging_critical", "database", ("tier", "0"))),
            Upsert(Cloud("aws_db_instance.plain", "database", ("tier", "2"))),
            Upsert(Cloud("aws_db_instance.demo", "database") with { Environments = ["demo"] }),
            Upsert(Cloud("aws_db_instance.dev", "database") with { Environments = ["dev"], Tier = Tier.One }),
            Upsert(Cloud("aws_db_instance.dr", "database")),
            Upsert(Cloud("aws_sqs_queue.jobs", "queue")),
            Upsert(
                Cloud("map", "event-source-mapping"),
                new Relation.Needs(new("map"), "source", Ids("aws_sqs_queue.jobs"))
            ),
        ]);
    }

    [Fact]
    public void Texts_of_the_estate_cannot_become_structure()
    {
        string[] hostile =
        [
            "x\nservices: []\n",
            "x\r\n  - id: y",
            "a: b",
            "- a",
            "# a",
            "'",
            "\"",
            "\\",
            "{a}",
            "*a",
            "&a",
            "!!b",
            "\u2028version: 2",
            "\u0085version: 2",
            "é ü 漢 🚀",
            "true",
            "null",
            "~",
            " lead",
            "trail ",
            "%",
            "@",
            "`",
        ];
        foreach (var text in hostile)
        {
            var id = string.Concat(text.Where(character => ResourceId.TryCreate($"a{character}", out _)));
            RoundTrip([
                Upsert(
                    Cloud($"aws_lb.test {id}", "load-balancer", ("Name", $"{text} dev"), ("owner", text), ("a", text))
                ),
                Upsert(Cloud(id, "queue", ("env", text), ("owner", "o"))),
                Upsert(Cloud($"{id}1", "database", ("Name", $"{text} staging {text}"))),
            ]);
        }
    }

    [Fact]
    public void Any_texts_at_all_give_an_overlay_that_can_be_read()
    {
        Gen.Select(Gen.String[1, 20], Gen.String[0, 20], Gen.String[1, 20], Gen.Int[0, 4])
            .Where(texts => ResourceId.TryCreate(texts.Item1, out _) && IsWellFormed(texts.Item1))
            .Sample(
                texts =>
                {
                    string[] kinds = ["queue", "load-balancer", "database", "dns-record", "network"];
                    var resource = Cloud(texts.Item1, kinds[texts.Item4], ("env", texts.Item2), ("owner", texts.Item3));
                    List<EstateChange> listing = [Upsert(resource), Upsert(Cloud(texts.Item1 + " test", "queue"))];
                    var text = FirstOverlay.Write(listing, EstateInference.Apply(listing), texts.Item3);
                    var reading = OverlayFile.Parse(text, "homeostat.yaml");
                    Assert.Empty(reading.Errors);
                    reading.Overlay!.Apply(listing);
                },
                iter: 2_000
            );
    }

    [Fact]
    public void Of_a_real_estate_the_overlay_says_what_was_guessed()
    {
        var plan = SharedFolder.Find("estates", "overmind-terraform-example", "plan.json");
        Assert.SkipWhen(plan is null, "the real estates are not beside the checkout");

        var listing = TerraformFile.Load(plan!).Records;
        var inferred = RoundTrip(listing);

        var services = inferred
            .Guesses.Where(guess => guess.What == GuessKind.Service)
            .Select(guess => guess.Value)
            .ToHashSet();
        Assert.Contains("module.heritage[0].aws_lb.main", services);
        Assert.Contains("module.heritage[0].aws_route53_record.face", services);
        Assert.Contains("module.heritage[0].aws_sqs_queue.my_queue", services);
        Assert.Contains(
            "module.heritage[0].module.message_size_breach[0].aws_sqs_queue.image_processing_queue",
            services
        );
        Assert.DoesNotContain(
            "module.heritage[0].module.message_size_breach[0].aws_sqs_queue.image_processing_dlq",
            services
        );
        var network = inferred.Resource("module.baseline.module.vpc.aws_vpc.this[0]");
        Assert.Equal((Tier.Three, "development"), (network.Tier, network.Environments[0]));
        Assert.Equal(Tier.One, inferred.Resource("module.heritage[0].module.memory_optimization.aws_lb.app[0]").Tier);
    }

    [Fact]
    public void Every_other_real_estate_that_can_be_read_goes_the_round_too()
    {
        var folder = SharedFolder.Find("estates");
        Assert.SkipWhen(folder is null, "the real estates are not beside the checkout");

        var tried = 0;
        foreach (var path in Directory.EnumerateFiles(folder!, "*", SearchOption.AllDirectories))
        {
            if (path.EndsWith("json", StringComparison.Ordinal) || path.EndsWith("tfstate", StringComparison.Ordinal))
            {
                tried += TryRoundTrip(path) ? 1 : 0;
            }
        }

        Assert.True(tried > 15, $"only {tried} files could be read");
    }

    private static bool TryRoundTrip(string path)
    {
        IReadOnlyList<EstateChange> listing;
        try
        {
            listing = TerraformFile.Load(path).Records;
        }
        catch (EstateSourceException)
        {
            return false;
        }

        RoundTrip(listing);
        return true;
    }

    private static InferredListing RoundTrip(IReadOnlyList<EstateChange> listing)
    {
        var inferred = EstateInference.Apply(listing);
        var text = FirstOverlay.Write(listing, inferred, "test");
        var reading = OverlayFile.Parse(text, "homeostat.yaml");
        Assert.True(reading.Overlay is not null, $"{string.Join('\n', reading.Errors)}\n{text}");
        var applied = reading.Overlay!.Apply(listing);

        var expected = inferred.Changes.OfType<EstateChange.Upsert>().ToList();
        Assert.Equal(expected.Count, applied.Changes.OfType<EstateChange.Upsert>().Count());
        foreach (var (resource, relations) in expected)
        {
            var actual = Record(applied.Changes, resource.Id.Value);
            Assert.Equal((resource.Id, resource.Tier), (actual.Resource.Id, actual.Resource.Tier));
            if (resource.Environments.All(name => !name.Any(char.IsControl)))
            {
                Assert.Equal(resource.Environments, actual.Resource.Environments);
            }

            if (resource.Owner?.Any(char.IsControl) == false)
            {
                Assert.Equal(resource.Owner, actual.Resource.Owner);
            }

            Assert.Equal(Needs(relations), Needs(actual.Relations));
        }

        return inferred;
    }

    private static string[] Needs(IEnumerable<Relation> relations) =>
        [
            .. relations
                .OfType<Relation.Needs>()
                .Select(need => $"{need.From} {need.Group} {need.K} {string.Join(' ', need.Members)}"),
        ];

    private static bool IsWellFormed(string text) =>
        text.EnumerateRunes().All(rune => rune.Value != 0xfffd)
        && text.All(character => character is not '\ufffe' and not '\uffff');
}
