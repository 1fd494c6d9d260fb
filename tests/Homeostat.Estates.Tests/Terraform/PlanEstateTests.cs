using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;
using Homeostat.Testing;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class PlanEstateTests
{
    private const string Plan = """
        {
          "format_version": "1.2", "timestamp": "2026-03-01T12:00:00Z",
          "prior_state": {"format_version": "1.0", "values": {"root_module": {
            "resources": [
              {"address": "aws_vpc.old", "mode": "managed", "type": "aws_vpc", "values": {"id": "vpc-0123456789abcdef0"}},
              {"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "values": {"id": "i-0123456789abcdef0", "instance_state": "running", "instance_type": "t3.micro"}},
              {"address": "aws_instance.gone", "mode": "managed", "type": "aws_instance", "values": {"id": "i-0123456789abcdef1", "instance_state": "running"}},
              {"address": "data.aws_ami.x", "mode": "data", "type": "aws_ami", "values": {"id": "ami-1"}}
            ],
            "child_modules": [{"address": "module.a[0]", "resources": [
              {"address": "module.a[0].unknown_thing.t", "mode": "managed", "type": "unknown_thing", "values": {"label": "x"}}]}]
          }}},
          "resource_drift": [
            {"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "change": {"actions": ["update"], "before": {"id": "i-0123456789abcdef0", "instance_state": "running"}, "after": {"id": "i-0123456789abcdef0", "instance_state": "stopped"}}},
            {"address": "aws_instance.gone", "mode": "managed", "type": "aws_instance", "change": {"actions": ["delete"], "before": {"id": "i-0123456789abcdef1"}, "after": null}}
          ],
          "resource_changes": [
            {"address": "aws_vpc.new", "previous_address": "aws_vpc.old", "mode": "managed", "type": "aws_vpc", "change": {"actions": ["no-op"], "before": {"id": "vpc-0123456789abcdef0"}, "after": {"id": "vpc-0123456789abcdef0"}}},
            {"address": "aws_subnet.later", "mode": "managed", "type": "aws_subnet", "change": {"actions": ["create"], "before": null, "after": {}}}
          ],
          "deferred_changes": [{"reason": "provider_config_unknown", "resource_change": {"address": "aws_vpc.deferred", "mode": "managed", "type": "aws_vpc", "change": {"actions": ["delete"], "before": null, "after": null}}}],
          "action_invocations": [{"address": "action.aws_lambda_invoke.run", "type": "aws_lambda_invoke"}],
          "configuration": {"root_module": {"module_calls": {"a": {"expressions": {"subject": {"references": ["aws_instance.web.id", "aws_instance.web"]}}, "module": {"resources": [
            {"address": "unknown_thing.t", "mode": "managed", "type": "unknown_thing", "expressions": {"label": {"references": ["var.subject"]}}, "depends_on": ["aws_vpc.new"]}]}}}}}
        }
        """;

    [Fact]
    public void The_estate_is_what_was_there_before_at_its_new_addresses_and_as_the_drift_found_it()
    {
        var file = TerraformText.Load(Plan);

        Assert.Equal(
            ["aws_instance.web", "aws_vpc.new", "module.a[0].unknown_thing.t"],
            file.Records.OfType<EstateChange.Upsert>()
                .Select(record => record.Resource.Id.Value)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(RunState.Stopped, file.Resource("aws_instance.web").State);
        Assert.Equal(2, file.Plan!.Drift.Count);
    }

    [Fact]
    public void A_move_and_a_deferral_do_nothing_and_an_invoked_action_is_unknown()
    {
        Assert.Equal(
            [
                "create aws_subnet.later as subnet",
                "unknown action.aws_lambda_invoke.run: the provider action action.aws_lambda_invoke.run is invoked",
            ],
            TerraformText.Load(Plan).Does()
        );
    }

    [Fact]
    public void A_type_that_nobody_wrote_down_keeps_its_references_through_variables_and_not_its_ordering()
    {
        var file = TerraformText.Load(Plan);

        Assert.Equal(["needs aws_instance.web"], file.Says("module.a[0].unknown_thing.t"));
        Assert.Equal("terraform:unknown_thing", file.Resource("module.a[0].unknown_thing.t").Kind.Name);
    }

    [Fact]
    public void The_state_it_was_made_from_is_accepted_and_another_is_refused_with_the_differences()
    {
        var (plan, same, other) = (
            TerraformText.Write(Plan),
            TerraformText.Write(State("vpc-0123456789abcdef0")),
            TerraformText.Write(State("vpc-0fffffffffffffff0"))
        );

        Assert.Equal(3, TerraformFile.Load(plan, new TerraformOptions { StatePath = same }).Records.Count);
        var error = Assert.Throws<EstateSourceException>(() =>
            TerraformFile.Load(plan, new TerraformOptions { StatePath = other })
        );
        Assert.Contains(
            "aws_vpc.new is vpc-0123456789abcdef0 in the first and vpc-0fffffffffffffff0",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.Contains(other, error.Message, StringComparison.Ordinal);

        static string State(string vpc) =>
            $$$"""
                {"version":4,"lineage":"l","serial":1,"resources":[
                  {"mode":"managed","type":"aws_vpc","name":"old","instances":[{"attributes":{"id":"{{{vpc}}}"}}]},
                  {"mode":"managed","type":"aws_instance","name":"web","instances":[{"attributes":{"id":"i-0123456789abcdef0"}}]},
                  {"mode":"managed","type":"aws_instance","name":"gone","instances":[{"attributes":{"id":"i-0123456789abcdef1"}}]},
                  {"module":"module.a[0]","mode":"managed","type":"unknown_thing","name":"t","instances":[{"attributes":{"label":"x"}}]}]}
                """;
    }

    [Fact]
    public void Two_raw_states_are_compared_by_lineage_and_serial()
    {
        var first = TerraformText.Load("""{"version":4,"lineage":"l","serial":1,"resources":[]}""");
        var later = TerraformText.Load("""{"version":4,"lineage":"l","serial":2,"resources":[]}""");
        var other = TerraformText.Load("""{"version":4,"lineage":"m","serial":1,"resources":[]}""");

        Assert.Empty(first.DifferencesFrom(first));
        Assert.Contains("serial", Assert.Single(first.DifferencesFrom(later)), StringComparison.Ordinal);
        Assert.Contains("lineage", Assert.Single(first.DifferencesFrom(other)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_raw_state_says_when_it_was_true_only_where_somebody_tells()
    {
        var state = TerraformText.State(("aws_vpc.v", new { id = "v" }));

        Assert.Null(TerraformText.Load(state).Provenance.ObservedAt);
        Assert.Equal(
            TerraformText.PlannedAt,
            TerraformText
                .Load(state, new TerraformOptions { ObservedAt = TerraformText.PlannedAt })
                .Provenance.ObservedAt
        );
    }

    [Fact]
    public void An_old_state_keeps_its_lists_its_keys_and_its_modules()
    {
        const string Old = """
            {"version":3,"lineage":"l","serial":9,"modules":[{"path":["root","net"],"resources":{
              "aws_lb.front.0":{"type":"aws_lb","primary":{"id":"x","attributes":{"id":"x","subnets.#":"2","subnets.123":"subnet-0123456789abcdef0","subnets.456":"subnet-0123456789abcdef1","tags.%":"1","tags.owner":"web"}}},
              "aws_subnet.a":{"type":"aws_subnet","primary":{"id":"subnet-0123456789abcdef0","attributes":{"id":"subnet-0123456789abcdef0"}}},
              "aws_subnet.b":{"type":"aws_subnet","primary":{"id":"subnet-0123456789abcdef1","attributes":{"id":"subnet-0123456789abcdef1"}}},
              "data.aws_ami.x":{"type":"aws_ami","primary":{"id":"ami","attributes":{}}}}}]}
            """;

        var file = TerraformText.Load(Old);

        Assert.Equal((TerraformFormat.StateV3, "l", 9L), (file.Format, file.Lineage, file.Serial));
        Assert.Equal(
            ["needs 1 of module.net.aws_subnet.a, module.net.aws_subnet.b"],
            file.Says("module.net.aws_lb.front[0]")
        );
        Assert.Equal("web", file.Resource("module.net.aws_lb.front[0]").Owner);
    }

    [Fact]
    public void Tags_and_attributes_say_where_it_is_whose_it_is_and_how_much_it_matters()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_instance.i",
                    new
                    {
                        id = "i-1",
                        arn = "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
                        availability_zone = "eu-west-1b",
                        instance_state = "stopped",
                        tags = new
                        {
                            Environment = "production",
                            Team = "shop",
                            criticality = "high",
                        },
                    }
                ),
                ("aws_lb.l", new { id = "l", tags_all = new { tier = "tier-3" } })
            )
        );

        var instance = file.Resource("aws_instance.i");
        Assert.Equal(new Location("aws", "123456789012", "eu-west-1", "eu-west-1b"), instance.Location);
        Assert.Equal(["production"], instance.Environments);
        Assert.Equal(("shop", Tier.One, RunState.Stopped), (instance.Owner, instance.Tier, instance.State));
        Assert.True(instance.ConfigurationKnown);
        Assert.Equal(Tier.Three, file.Resource("aws_lb.l").Tier);
        Assert.Null(file.Resource("aws_lb.l").Owner);
    }

    [Fact]
    public void The_real_estate_has_the_relations_that_its_attributes_show()
    {
        var path = SharedFolder.Find("estates", "overmind-terraform-example", "plan.json");
        Assert.SkipWhen(path is null, "the folder ../shared/estates is absent");

        var file = TerraformFile.Load(path!);

        Assert.Equal(
            [
                "needs 1 of module.baseline.module.vpc.aws_subnet.public[1], module.baseline.module.vpc.aws_subnet.public[0]",
                "needs module.baseline.module.vpc.aws_default_security_group.this[0]",
                "needs module.heritage[0].aws_lb_listener.http",
            ],
            file.Says("module.heritage[0].aws_lb.main")
        );
        Assert.Equal(
            [
                "needs module.baseline.module.vpc.aws_vpc.this[0]",
                "needs module.heritage[0].aws_network_acl.restricted",
                "needs module.heritage[0].aws_route_table_association.restricted-2a",
            ],
            file.Says("module.heritage[0].aws_subnet.restricted-2a")
        );
        Assert.Equal(
            [
                "needs module.heritage[0].aws_cloudfront_cache_policy.headers_based_policy",
                "needs module.heritage[0].aws_cloudfront_origin_request_policy.headers_based_policy",
                "needs module.heritage[0].aws_cloudfront_response_headers_policy.headers-policy",
                "needs module.heritage[0].aws_route53_record.visit_counter",
            ],
            file.Says("module.heritage[0].aws_cloudfront_distribution.visit_counter")
        );
        Assert.Equal(
            [
                "create module.api_access[0].aws_route53_record.api as dns-record",
                "create module.api_access[0].aws_route53_zone.api as dns-zone",
            ],
            file.Does()
        );
        Assert.Equal(3, file.Plan!.Drift.Count);
    }
}
