using Homeostat.Core.Estate;
using Homeostat.Estates.Inference;
using static Homeostat.Estates.Tests.Listings;

namespace Homeostat.Estates.Tests.Inference;

/// <summary>What is guessed where nobody said anything, and what is left alone.</summary>
public sealed class InferenceTests
{
    [Theory]
    [InlineData("aws_instance.web-prod-1", "production", Tier.One)]
    [InlineData("module.production.aws_instance.web", "production", Tier.One)]
    [InlineData("aws_instance.live_web", "production", Tier.One)]
    [InlineData("aws_instance.web[\"staging\"]", "staging", Tier.Three)]
    [InlineData("aws_instance.stage2", "staging", Tier.Three)]
    [InlineData("aws_instance.ordersTestDb", "test", Tier.Three)]
    [InlineData("aws_instance.ORDERSQa", "test", Tier.Three)]
    [InlineData("aws_instance.dev", "development", Tier.Three)]
    [InlineData("aws_instance.sandbox-web", "sandbox", Tier.Three)]
    [InlineData("aws_instance.non-prod-web", "test", Tier.Three)]
    [InlineData("aws_instance.preprod", "staging", Tier.Three)]
    [InlineData("aws_instance.dr_web", "dr", Tier.One)]
    [InlineData("aws_instance.test-and-prod", "production", Tier.One)]
    [InlineData("aws_instance.product-catalogue", "production", Tier.One)]
    [InlineData("aws_instance.latest", "production", Tier.One)]
    [InlineData("aws_instance.devices", "production", Tier.One)]
    [InlineData("aws_instance.delivery", "production", Tier.One)]
    [InlineData("aws_instance.drive", "production", Tier.One)]
    [InlineData("aws_instance.contest", "production", Tier.One)]
    [InlineData("aws_instance.Backstage", "production", Tier.One)]
    [InlineData("aws_instance.web", "production", Tier.One)]
    public void Environments_and_tiers_come_from_whole_words_only(string id, string environment, Tier tier)
    {
        var resource = Infer(Cloud(id, "compute-instance")).Resource(id);

        Assert.Equal([environment], resource.Environments);
        Assert.Equal(tier, resource.Tier);
    }

    [Theory]
    [InlineData("aws_instance.product-catalogue")]
    [InlineData("aws_instance.latest")]
    [InlineData("aws_instance.devices")]
    [InlineData("aws_api_gateway_stage.shop")]
    public void Parts_of_words_and_types_name_nothing(string id)
    {
        var inferred = Infer(Cloud(id, "compute-instance"));

        var guess = inferred.Guess(id, GuessKind.Environment);
        Assert.True(guess.IsDefault);
        Assert.Equal("nothing says otherwise", guess.Reason);
    }

    [Fact]
    public void Every_guess_says_which_word_it_rests_on()
    {
        var inferred = Infer(
            Cloud("aws_instance.web_staging", "compute-instance"),
            Cloud("aws_instance.b", "compute-instance", ("Name", "orders QA box")),
            Cloud(
                "aws_instance.c",
                "compute-instance",
                ("Env", "dev"),
                ("OnCall", "team-c"),
                ("Criticality", "mission-critical")
            )
        );

        Assert.Equal(
            "'staging' is a word of its id",
            inferred.Guess("aws_instance.web_staging", GuessKind.Environment).Reason
        );
        Assert.Equal("staging is not production", inferred.Guess("aws_instance.web_staging", GuessKind.Tier).Reason);
        Assert.Equal(
            "'qa' is a word of its name orders QA box",
            inferred.Guess("aws_instance.b", GuessKind.Environment).Reason
        );
        Assert.Equal("its label Env says so", inferred.Guess("aws_instance.c", GuessKind.Environment).Reason);
        Assert.Equal("its label OnCall says so", inferred.Guess("aws_instance.c", GuessKind.Owner).Reason);
        Assert.Equal("0", inferred.Guess("aws_instance.c", GuessKind.Tier).Value);
        Assert.Equal(Tier.Zero, inferred.Resource("aws_instance.c").Tier);
    }

    [Fact]
    public void What_the_source_says_is_never_changed()
    {
        var said = Of("aws_instance.test", "compute-instance") with
        {
            Environments = ["production"],
            Tier = Tier.Two,
            Owner = "shop",
            Labels = new Dictionary<string, string>
            {
                ["env"] = "dev",
                ["team"] = "other",
                ["tier"] = "0",
            },
        };

        var inferred = EstateInference.Apply([Upsert(said)]);

        Assert.Equal(said, inferred.Resource("aws_instance.test"));
        Assert.Empty(inferred.Guesses);
    }

    [Fact]
    public void An_environment_that_nobody_knows_counts_as_production()
    {
        var inferred = Infer(Of("a", "compute-instance") with { Environments = ["demo"] });

        Assert.Equal(["demo"], inferred.Resource("a").Environments);
        Assert.Equal(Tier.One, inferred.Resource("a").Tier);
    }

    [Fact]
    public void Serving_one_environment_outside_production_among_others_is_not_enough()
    {
        var inferred = Infer(
            Of("a", "compute-instance") with
            {
                Environments = ["staging", "production"],
            },
            Of("b", "compute-instance") with
            {
                Environments = ["staging", "dev"],
            }
        );

        Assert.Equal(Tier.One, inferred.Resource("a").Tier);
        Assert.Equal(Tier.Three, inferred.Resource("b").Tier);
    }

    [Fact]
    public void What_is_part_of_something_serves_what_that_serves()
    {
        var inferred = EstateInference.Apply([
            Upsert("vpc.staging", "network"),
            Upsert("subnet.a", "subnet", new Relation.Contains(new("vpc.staging"), new("subnet.a"))),
            Upsert("route.b", "route", new Relation.Contains(new("subnet.a"), new("route.b"))),
            Upsert("vpc.main", "network", new Relation.Contains(new("vpc.main"), new("both"))),
            Upsert("both", "association", new Relation.Contains(new("vpc.staging"), new("both"))),
            Upsert("loop.a", "subnet", new Relation.Contains(new("loop.b"), new("loop.a"))),
            Upsert("loop.b", "subnet", new Relation.Contains(new("loop.a"), new("loop.b"))),
        ]);

        Assert.Equal(["staging"], inferred.Resource("route.b").Environments);
        Assert.Equal("it is part of subnet.a", inferred.Guess("route.b", GuessKind.Environment).Reason);
        Assert.Equal(["production"], inferred.Resource("both").Environments);
        Assert.Equal(Tier.One, inferred.Resource("loop.a").Tier);
    }

    [Theory]
    [InlineData("load-balancer")]
    [InlineData("dns-record")]
    [InlineData("cdn")]
    [InlineData("api")]
    [InlineData("queue")]
    public void A_service_begins_where_requests_come_in(string kind)
    {
        var inferred = Infer(Cloud("aws_x.entry-staging", kind, ("team", "shop")));

        var service = inferred.Record("service:aws_x.entry-staging");
        Assert.Equal("service", service.Resource.Kind.Name);
        Assert.Equal(
            (Tier.Three, "shop", At),
            (service.Resource.Tier, service.Resource.Owner, service.Resource.Existence)
        );
        Assert.Equal(["staging"], service.Resource.Environments);
        Assert.Equal(Ids("aws_x.entry-staging"), Assert.Single(service.Relations.OfType<Relation.Needs>()).Members);
    }

    [Fact]
    public void Nothing_else_is_a_service()
    {
        var others = KindTable
            .All.Select(traits => traits.Kind.Name)
            .Except(["load-balancer", "dns-record", "cdn", "api", "queue"]);

        var inferred = EstateInference.Apply([.. others.Select(kind => Upsert($"x.{kind}", kind))]);

        Assert.DoesNotContain(inferred.Guesses, guess => guess.What == GuessKind.Service);
    }

    [Fact]
    public void A_queue_needs_one_of_those_that_read_it()
    {
        var inferred = EstateInference.Apply([
            Upsert("queue", "queue"),
            Upsert("reader-a", "event-source-mapping", new Relation.Needs(new("reader-a"), "source", Ids("queue"))),
            Upsert("reader-b", "event-source-mapping", new Relation.Needs(new("reader-b"), "source", Ids("queue"))),
            Upsert("topic-sub", "subscription", new Relation.Needs(new("topic-sub"), "endpoint", Ids("queue"))),
        ]);

        var needs = inferred
            .Record("service:queue")
            .Relations.OfType<Relation.Needs>()
            .ToDictionary(need => need.Group);
        Assert.Equal(Ids("reader-a", "reader-b"), needs["consumers"].Members);
        Assert.Equal(1, needs["consumers"].K);
        Assert.Equal(Ids("queue"), needs["entry point"].Members);
    }

    [Fact]
    public void Somebody_elses_dead_letter_queue_is_no_service_unless_something_reads_it()
    {
        var marked = new Fact("dead_letter_queue", FactValue.Of(flag: true), At);
        var inferred = EstateInference.Apply([
            Upsert("orders-dlq", "queue"),
            Upsert("dead-letters-of-orders", "queue"),
            Upsert(Of("marked", "queue") with { Facts = [marked] }),
            Upsert(Of("read", "queue") with { Facts = [marked] }),
            Upsert("reader", "event-source-mapping", new Relation.Needs(new("reader"), "source", Ids("read"))),
            Upsert("orders", "queue"),
        ]);

        Assert.Equal(
            ["service:orders", "service:read"],
            inferred
                .Guesses.Where(guess => guess.What == GuessKind.Service)
                .Select(guess => guess.Subject.Value)
                .Order()
        );
    }

    [Fact]
    public void A_record_that_leads_nowhere_is_no_service()
    {
        var text = new Fact("type", FactValue.Of("TXT"), At);
        var address = new Fact("type", FactValue.Of("A"), At);
        var inferred = Infer(
            Of("spf", "dns-record") with
            {
                Facts = [text],
            },
            Of("www", "dns-record") with
            {
                Facts = [address],
            }
        );

        Assert.Equal(
            "service:www",
            Assert.Single(inferred.Guesses, guess => guess.What == GuessKind.Service).Subject.Value
        );
    }

    [Fact]
    public void Where_somebody_declared_the_service_none_is_guessed()
    {
        var inferred = EstateInference.Apply([
            Upsert("lb", "load-balancer"),
            Upsert(Of("shop", "service"), new Relation.Needs(new("shop"), "front", Ids("lb"))),
        ]);

        Assert.DoesNotContain(inferred.Guesses, guess => guess.What == GuessKind.Service);
        Assert.Equal(2, inferred.Changes.Count);
    }

    [Fact]
    public void What_is_named_for_disaster_recovery_is_a_hint_and_keeps_its_weight()
    {
        var inferred = Infer(Cloud("aws_db_instance.orders_dr", "database"));

        Assert.Equal(Tier.One, inferred.Resource("aws_db_instance.orders_dr").Tier);
        Assert.Contains("standbys", inferred.Guess("aws_db_instance.orders_dr", GuessKind.Standby).Reason);
    }

    [Fact]
    public void Guessing_twice_guesses_nothing_new()
    {
        var once = Infer(Cloud("aws_lb.web", "load-balancer"), Cloud("aws_db.test", "database"));

        var twice = EstateInference.Apply(once.Changes);

        Assert.Empty(twice.Guesses);
        Assert.Equal(once.Changes.Count, twice.Changes.Count);
    }

    private static InferredListing Infer(params Resource[] resources) =>
        EstateInference.Apply([.. resources.Select(resource => Upsert(resource))]);

    internal static Resource Cloud(string id, string kind, params (string Key, string Value)[] labels) =>
        Of(id, kind) with
        {
            Location = new Location("aws", "1", "eu-west-1"),
            Labels = labels.ToDictionary(label => label.Key, label => label.Value),
        };
}

internal static class InferredListings
{
    public static Resource Resource(this InferredListing inferred, string id) => inferred.Record(id).Resource;

    public static EstateChange.Upsert Record(this InferredListing inferred, string id) =>
        Listings.Record(inferred.Changes, id);

    public static Guess Guess(this InferredListing inferred, string id, GuessKind what) =>
        inferred.Guesses.Single(guess => guess.Subject.Value == id && guess.What == what);
}
