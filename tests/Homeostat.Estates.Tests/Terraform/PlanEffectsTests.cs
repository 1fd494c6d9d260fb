using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class PlanEffectsTests
{
    private static string[] Update(string address, object before, object after) =>
        TerraformText.Load(TerraformText.Plan((address, "update", before, after))).Does();

    [Theory]
    [InlineData("no-op")]
    [InlineData("read")]
    public void What_changes_nothing_has_no_effect(string action) =>
        Assert.Empty(
            TerraformText.Load(TerraformText.Plan(("aws_vpc.v", action, new { id = "v" }, new { id = "v" }))).Does()
        );

    [Fact]
    public void Every_action_of_terraform_has_its_effect_and_an_unheard_of_one_is_unknown()
    {
        var server = new { id = "i-0123456789abcdef0", ami = "a" };
        var file = TerraformText.Load(
            TerraformText.Plan(
                ("aws_instance.new", "create", null, new { ami = "a" }),
                ("aws_instance.old", "delete", server, null),
                ("aws_instance.swap", "delete,create", server, new { ami = "b" }),
                ("aws_instance.first", "create,delete", server, new { ami = "b" }),
                ("aws_instance.left", "forget", server, null),
                ("aws_instance.odd", "teleport", server, server),
                ("google_compute_instance.g", "delete,create", server, server)
            )
        );

        Assert.Equal(
            [
                "create aws_instance.new as compute-instance",
                "destroy aws_instance.old",
                "recreate aws_instance.swap in 00:05:00",
                "create aws_instance.first (replacement) as compute-instance",
                "destroy aws_instance.first",
                "detach aws_instance.left from management",
                "unknown aws_instance.odd: the planned action 'teleport' is not known",
                "recreate google_compute_instance.g in ",
            ],
            file.Does()
        );
    }

    [Theory]
    [InlineData("""{"tags":{"a":"1"}}""", """{"tags":{"a":"2"}}""", "change aws_db_instance.d tags.a=2 Harmless")]
    [InlineData(
        """{"instance_class":"s"}""",
        """{"instance_class":"l"}""",
        "change aws_db_instance.d instance_class=l Restart"
    )]
    [InlineData(
        """{"deletion_protection":true}""",
        """{"deletion_protection":false}""",
        "disable guard aws_db_instance.d#deletion-protection"
    )]
    [InlineData(
        """{"deletion_protection":false}""",
        """{"deletion_protection":true}""",
        "change aws_db_instance.d deletion_protection=1 Harmless"
    )]
    [InlineData(
        """{"backup_retention_period":7}""",
        """{"backup_retention_period":0}""",
        "destroy aws_db_instance.d#automated-backups"
    )]
    [InlineData(
        """{"backup_retention_period":7}""",
        """{"backup_retention_period":1}""",
        "change aws_db_instance.d backup_retention_period=1 Unknown"
    )]
    [InlineData(
        """{"publicly_accessible":false}""",
        """{"publicly_accessible":true}""",
        "expose aws_db_instance.d to the internet for Read"
    )]
    [InlineData(
        """{"ca_cert_identifier":"a"}""",
        """{"ca_cert_identifier":"b"}""",
        "change aws_db_instance.d ca_cert_identifier=b Unknown"
    )]
    public void A_change_in_place_does_what_the_table_says_of_its_attribute(string before, string after, string effect)
    {
        var (left, right) = (System.Text.Json.JsonDocument.Parse(before), System.Text.Json.JsonDocument.Parse(after));

        Assert.Equal([effect], Update("aws_db_instance.d", left.RootElement, right.RootElement));
    }

    [Fact]
    public void Counts_stop_start_and_scale()
    {
        Assert.Equal(
            ["stop aws_ecs_service.s"],
            Update("aws_ecs_service.s", new { desired_count = 3 }, new { desired_count = 0 })
        );
        Assert.Equal(
            ["start aws_ecs_service.s"],
            Update("aws_ecs_service.s", new { desired_count = 0 }, new { desired_count = 3 })
        );
        Assert.Equal(
            ["change aws_autoscaling_group.g desired_capacity=1 Capacity"],
            Update("aws_autoscaling_group.g", new { desired_capacity = 4 }, new { desired_capacity = 1 })
        );
    }

    [Fact]
    public void Guards_that_are_switched_off_are_disabled()
    {
        Assert.Equal(
            ["disable guard aws_cloudwatch_metric_alarm.a"],
            Update("aws_cloudwatch_metric_alarm.a", new { actions_enabled = true }, new { actions_enabled = false })
        );
        Assert.Equal(
            ["disable guard aws_cloudwatch_metric_alarm.a"],
            Update(
                "aws_cloudwatch_metric_alarm.a",
                new { alarm_actions = new[] { "x" } },
                new { alarm_actions = Array.Empty<string>() }
            )
        );
        Assert.Equal(
            ["disable guard aws_cloudtrail.t"],
            Update("aws_cloudtrail.t", new { enable_logging = true }, new { enable_logging = false })
        );
        Assert.Equal(
            ["disable guard aws_guardduty_detector.d"],
            Update("aws_guardduty_detector.d", new { enable = true }, new { enable = false })
        );
        Assert.Equal(
            ["disable guard aws_s3_bucket_versioning.v"],
            Update(
                "aws_s3_bucket_versioning.v",
                new { versioning_configuration = new[] { new { status = "Enabled" } } },
                new { versioning_configuration = new[] { new { status = "Suspended" } } }
            )
        );
    }

    [Fact]
    public void Opening_to_the_internet_is_an_exposure_also_of_what_is_new()
    {
        Assert.Equal(
            ["expose aws_security_group_rule.r to the internet for Read"],
            Update(
                "aws_security_group_rule.r",
                new { cidr_blocks = new[] { "10.0.0.0/8" } },
                new { cidr_blocks = new[] { "0.0.0.0/0" } }
            )
        );
        Assert.Equal(
            ["expose aws_s3_bucket_acl.a to the internet for Read"],
            Update("aws_s3_bucket_acl.a", new { acl = "private" }, new { acl = "public-read" })
        );
        var created = TerraformText.Load(
            TerraformText.Plan(
                ("aws_security_group_rule.n", "create", null, new { cidr_blocks = new[] { "0.0.0.0/0" } })
            )
        );
        Assert.Equal(
            [
                "create aws_security_group_rule.n as security-rule",
                "expose aws_security_group_rule.n to the internet for Read",
            ],
            created.Does()
        );
    }

    [Fact]
    public void A_policy_that_allows_more_grants_it_and_one_that_cannot_be_compared_grants_everything()
    {
        static object Policy(string statements) =>
            new { role = "app", policy = $$"""{"Statement":[{{statements}}]}""" };
        const string Get = """{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""";
        const string Delete =
            """{"Effect":"Allow","Action":["s3:GetObject","s3:DeleteObject"],"Resource":"arn:aws:s3:::b/*"}""";
        const string Deny = """{"Effect":"Deny","Action":"s3:DeleteObject","Resource":"*"}""";
        const string Public =
            """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}""";

        Assert.Equal(
            ["grant app Delete on aws_iam_role_policy.p"],
            Update("aws_iam_role_policy.p", Policy(Get), Policy(Delete))
        );
        Assert.Equal(
            ["change aws_iam_role_policy.p policy=" + Document(Get) + " Unknown"],
            Update("aws_iam_role_policy.p", Policy(Delete), Policy(Get))
        );
        Assert.Contains(
            "expose aws_iam_role_policy.p to app for Administer",
            Update("aws_iam_role_policy.p", Policy($"{Get},{Deny}"), Policy(Get))
        );
        Assert.Equal(
            ["expose aws_s3_bucket_policy.p to anybody for Read"],
            Update("aws_s3_bucket_policy.p", Policy(Get), Policy($"{Get},{Public}"))
        );

        static string Document(string statement) => $$"""{"Statement":[{{statement}}]}""";
    }

    [Fact]
    public void A_grant_names_its_principal_as_the_estate_does()
    {
        const string Wider = """{"Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}]}""";

        var file = TerraformText.Load(
            TerraformText.Plan(
                ("aws_iam_role.r", "no-op", new { id = "app", name = "app" }, new { id = "app", name = "app" }),
                (
                    "aws_iam_role_policy.p",
                    "update",
                    new { role = "app", policy = "" },
                    new { role = "app", policy = Wider }
                )
            )
        );

        Assert.Equal(["grant aws_iam_role.r Write on aws_iam_role_policy.p"], file.Does());
    }

    [Fact]
    public void A_destruction_can_be_undone_only_by_what_the_plan_shows()
    {
        var file = TerraformText.Load(
            TerraformText.Plan(
                ("aws_db_instance.kept", "delete", new { id = "a", skip_final_snapshot = false }, null),
                ("aws_db_instance.gone", "delete", new { id = "b", skip_final_snapshot = true }, null),
                ("aws_kms_key.k", "delete", new { id = "c", deletion_window_in_days = 14 }, null)
            )
        );

        var undo = file.Plan!.Effects().Select(effect => effect.Undo).ToList();
        Assert.True(undo[0]!.Possible);
        Assert.Null(undo[1]);
        Assert.Equal(TimeSpan.FromDays(14), undo[2]!.Within);
    }

    [Fact]
    public void What_is_secret_never_stands_in_an_effect()
    {
        const string Plan = """
            {"format_version":"1.2","resource_changes":[{"address":"aws_ssm_parameter.p","mode":"managed","type":"aws_ssm_parameter","change":
              {"actions":["update"],"before":{"value":"old-secret"},"after":{"value":"new-secret"},"after_sensitive":{"value":true},"before_sensitive":{"value":true}}}]}
            """;

        Assert.Equal(["change aws_ssm_parameter.p value=(sensitive) Unknown"], TerraformText.Load(Plan).Does());
    }

    [Fact]
    public void A_plan_asks_for_exactly_its_own_changes()
    {
        var file = TerraformText.Load(
            TerraformText.Plan(
                (
                    "aws_db_instance.d",
                    "delete",
                    new
                    {
                        id = "a",
                        deletion_protection = true,
                        backup_retention_period = 3,
                    },
                    null
                ),
                ("aws_ecs_service.s", "update", new { desired_count = 2 }, new { desired_count = 1 })
            )
        );

        var request = file.Plan!.ToRequest(new AgentId("a"), new LeaseId("l"), new RequestId("r"));

        Assert.Equal(
            ["aws_db_instance.d", "aws_db_instance.d#automated-backups", "aws_db_instance.d#deletion-protection"],
            request.Goal!.Removes.Select(id => id.Value).Order(StringComparer.Ordinal)
        );
        Assert.Equal(["aws_ecs_service.s"], request.Goal.Changes.Select(id => id.Value));
        Assert.Equal(Operations.Destroy | Operations.Change, request.Intent!.Operations);
        Assert.Equal(
            ["aws_db_instance.d", "aws_ecs_service.s"],
            request.Intent.Targets!.Select(id => id.Value).Order()
        );
        Assert.Equal(64, request.PayloadHash.Length);
        Assert.Equal(TerraformText.PlannedAt, file.Provenance.ObservedAt);
    }
}
