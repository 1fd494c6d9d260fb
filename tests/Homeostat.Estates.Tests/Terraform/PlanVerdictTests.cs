using Homeostat.Core.Actions;

namespace Homeostat.Estates.Tests.Terraform;

/// <summary>One change at a time to a small production shop: what must not pass without a person, and what must.</summary>
public sealed class PlanVerdictTests
{
    private const string Service =
        """{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private static ShopPlan Shop => new();

    [Fact]
    public void A_key_that_is_disabled_takes_away_what_it_encrypts()
    {
        var (verdict, reasons) = Shop.Change("aws_kms_key.data", """{"is_enabled":false}""").Review();

        Assert.Equal(Verdict.Deny, verdict);
        Assert.Contains(reasons, reason => reason.Contains("service:aws_route53_record.db", StringComparison.Ordinal));
        Assert.Equal(
            Verdict.Allow,
            Shop.Change("aws_kms_key.data", """{"enable_key_rotation":true}""").Review().Verdict
        );
    }

    [Fact]
    public void A_key_policy_that_goes_to_a_foreign_account_reaches_what_the_key_encrypts()
    {
        var policy = Policy("""{"AWS":"arn:aws:iam::999999999999:root"}""", "kms:*");
        var plan = Shop.Change("aws_kms_key.data", $$"""{"policy":{{policy}}}""");

        Assert.Contains("expose aws_kms_key.data to arn:aws:iam::999999999999:root for Administer", plan.Does());
        var (verdict, reasons) = plan.Review();
        Assert.Equal(Verdict.Defer, verdict);
        Assert.Contains(reasons, reason => reason.Contains("aws_route53_record.db", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("AdministratorAccess", "Administer")]
    [InlineData("PowerUserAccess", "Administer")]
    [InlineData("IAMFullAccess", "Administer")]
    [InlineData("AmazonS3FullAccess", "Administer")]
    [InlineData("AmazonS3ReadOnlyAccess", "Read")]
    [InlineData("service-role/AWSLambdaBasicExecutionRole", "Write")]
    public void Attaching_a_policy_of_AWS_gives_what_its_name_says(string policy, string privilege)
    {
        var plan = Shop.Create(
            "aws_iam_role_policy_attachment.more",
            $$"""{"role":"shop-task","policy_arn":"arn:aws:iam::aws:policy/{{policy}}"}"""
        );

        Assert.Contains($"grant aws_iam_role.task {privilege} on aws_iam_role_policy_attachment.more", plan.Does());
        Assert.Equal(privilege == "Administer" ? Verdict.StepUp : Verdict.Allow, plan.Review().Verdict);
    }

    [Theory]
    [InlineData("*", Verdict.StepUp)]
    [InlineData("s3:GetObject", Verdict.Allow)]
    [InlineData("iam:CreateAccessKey", Verdict.StepUp)]
    public void Attaching_a_policy_of_the_same_plan_gives_what_that_allows(string action, Verdict verdict) =>
        Assert.Equal(
            verdict,
            Shop.Create("aws_iam_policy.p", $$"""{"name":"p","policy":{{Identity(action)}}}""")
                .Create("aws_iam_user_policy_attachment.u", """{"user":"ci"}""", """{"id":true,"policy_arn":true}""")
                .Review()
                .Verdict
        );

    [Fact]
    public void Attaching_a_policy_that_nobody_sees_is_stepped_up()
    {
        const string Elsewhere = "arn:aws:iam::111122223333:policy/elsewhere";
        Assert.Equal(
            Verdict.StepUp,
            Shop.Create("aws_iam_group_policy_attachment.g", $$"""{"group":"ops","policy_arn":"{{Elsewhere}}"}""")
                .Review()
                .Verdict
        );
    }

    [Fact]
    public void A_lifecycle_that_expires_everything_loses_the_bucket_later()
    {
        var plan = Shop.Create(
            "aws_s3_bucket_lifecycle_configuration.all",
            """{"bucket":"shop-uploads","rule":[{"id":"all","status":"Enabled","filter":[{"prefix":""}],"expiration":[{"days":1}]}]}"""
        );

        var lost = Assert.Single(plan.Load().Plan!.Effects().OfType<Effect.LoseData>());
        Assert.Equal("aws_s3_bucket.uploads", lost.Target.Value);
        Assert.Equal(TimeSpan.FromDays(1), lost.Delay);
        Assert.Null(lost.Extent.Rows);
        Assert.Equal(Verdict.Deny, plan.Review().Verdict);
    }

    [Theory]
    [InlineData("""{"status":"Enabled","filter":[{"prefix":"tmp/"}],"expiration":[{"days":7}]}""", Verdict.StepUp)]
    [InlineData("""{"status":"Enabled","noncurrent_version_expiration":[{"noncurrent_days":90}]}""", Verdict.StepUp)]
    [InlineData("""{"status":"Disabled","expiration":[{"days":1}]}""", Verdict.Allow)]
    [InlineData("""{"status":"Enabled","transition":[{"days":30,"storage_class":"GLACIER"}]}""", Verdict.Allow)]
    public void A_lifecycle_is_judged_by_what_it_lets_expire(string rule, Verdict verdict) =>
        Assert.Equal(
            verdict,
            Shop.Create(
                    "aws_s3_bucket_lifecycle_configuration.some",
                    $$"""{"bucket":"shop-uploads","rule":[{{rule}}]}"""
                )
                .Review()
                .Verdict
        );

    [Theory]
    [InlineData(
        "aws_dynamodb_table.sessions",
        """{"ttl":[{"attribute_name":"created","enabled":true}]}""",
        Verdict.StepUp
    )]
    [InlineData(
        "aws_dynamodb_table.sessions",
        """{"ttl":[{"attribute_name":"expires","enabled":false}]}""",
        Verdict.Allow
    )]
    [InlineData("aws_cloudwatch_log_group.shop", """{"retention_in_days":7}""", Verdict.StepUp)]
    [InlineData("aws_cloudwatch_log_group.shop", """{"retention_in_days":0}""", Verdict.Allow)]
    [InlineData("aws_cloudwatch_log_group.shop", """{"retention_in_days":90}""", Verdict.Allow)]
    public void Shortening_a_life_loses_some_and_not_all(string address, string patch, Verdict verdict)
    {
        var (actual, reasons) = Shop.Change(address, patch).Review();

        Assert.Equal(verdict, actual);
        Assert.DoesNotContain(reasons, reason => reason.Contains("no copy of it is left", StringComparison.Ordinal));
    }

    [Fact]
    public void A_replica_that_leaves_its_source_is_promoted_for_good()
    {
        var plan = Shop.Change("aws_db_instance.replica", """{"replicate_source_db":""}""");

        Assert.Equal(["promote aws_db_instance.replica"], plan.Does());
        Assert.InRange(plan.Review().Verdict, Verdict.Deny, Verdict.StepUp);
    }

    [Fact]
    public void Taking_away_a_public_access_block_is_switching_it_off()
    {
        Assert.Equal(
            [
                "destroy aws_s3_bucket_public_access_block.uploads",
                "expose aws_s3_bucket.uploads to the internet for Read",
            ],
            Shop.Delete("aws_s3_bucket_public_access_block.uploads").Does()
        );
        Assert.DoesNotContain(
            "expose aws_s3_bucket.uploads to the internet for Read",
            Shop.Delete("aws_s3_bucket_public_access_block.uploads").Delete("aws_s3_bucket.uploads").Does()
        );
    }

    [Fact]
    public void A_subnet_that_others_keep_their_place_in_is_not_simply_deleted()
    {
        var (verdict, reasons) = Shop.Delete("aws_subnet.b").Review();

        Assert.Equal(Verdict.Defer, verdict);
        Assert.Contains(reasons, reason => reason.Contains("aws_route53_record.db", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Shop.Delete("aws_subnet.b")
                .Change(
                    "aws_db_subnet_group.main",
                    """{"subnet_ids":["subnet-0aaaaaaaaaaaaaaa1","subnet-0cccccccccccccc3"]}"""
                )
                .Does(),
            effect => effect.Contains("aws_db_subnet_group.main place", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("delete,create")]
    [InlineData("create,delete")]
    [InlineData("create,forget")]
    public void A_new_revision_and_the_service_that_rolls_to_it_are_a_deployment(string actions) =>
        Assert.Equal(
            Verdict.Allow,
            Shop.Change(
                    "aws_ecs_task_definition.shop",
                    """{"container_definitions":"[{\"name\":\"shop\",\"image\":\"shop:2\"}]","arn":null,"revision":null}""",
                    actions,
                    """{"arn":true,"revision":true}"""
                )
                .Change("aws_ecs_service.shop", """{"task_definition":null}""", unknown: """{"task_definition":true}""")
                .Review()
                .Verdict
        );

    [Fact]
    public void A_deployment_that_may_stop_every_task_at_once_is_not_a_rolling_one()
    {
        const string Next = "arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:42";
        Assert.Equal(
            Verdict.Deny,
            Shop.Change(
                    "aws_ecs_service.shop",
                    $$"""{"task_definition":"{{Next}}","deployment_minimum_healthy_percent":0}"""
                )
                .Review()
                .Verdict
        );
    }

    [Theory]
    [InlineData("aws_ecs_service.shop", """{"enable_execute_command":true}""")]
    [InlineData("aws_lb.shop", """{"access_logs":[{"bucket":"logs","enabled":true}]}""")]
    [InlineData(
        "aws_lb_target_group.shop",
        """{"health_check":[{"path":"/ready","port":"traffic-port","interval":30}]}"""
    )]
    [InlineData("aws_sqs_queue.orders", """{"redrive_policy":""}""")]
    [InlineData("aws_cloudwatch_metric_alarm.cpu", """{"threshold":90}""")]
    [InlineData("aws_db_instance.main", """{"instance_class":"db.r6g.xlarge"}""")]
    [InlineData("aws_db_instance.main", """{"engine_version":"16.6"}""")]
    [InlineData(
        "aws_security_group.app",
        """{"ingress":[{"cidr_blocks":["10.0.0.0/16"],"security_groups":[],"from_port":8080,"to_port":8080},{"cidr_blocks":["10.1.0.0/16"],"security_groups":[],"from_port":9090,"to_port":9090}]}"""
    )]
    public void Ordinary_work_is_allowed(string address, string patch) =>
        Assert.Equal(Verdict.Allow, Shop.Change(address, patch).Review().Verdict);

    [Theory]
    [InlineData("aws_cloudwatch_metric_alarm.cpu", """{"threshold":99999}""")]
    [InlineData("aws_db_instance.main", """{"instance_class":"db.r6g.xlarge","apply_immediately":true}""")]
    [InlineData("aws_db_instance.main", """{"instance_class":"db.r6g.xlarge","multi_az":false}""")]
    [InlineData("aws_db_instance.main", """{"engine_version":"17.1","allow_major_version_upgrade":true}""")]
    [InlineData("aws_lb_target_group.shop", """{"health_check":[{"path":"/healthz","port":"9","interval":30}]}""")]
    [InlineData("aws_iam_role_policy.task", """{"policy":"{\"Statement\":[]}"}""")]
    [InlineData("aws_security_group.app", """{"ingress":[]}""")]
    [InlineData(
        "aws_security_group.app",
        """{"ingress":[{"cidr_blocks":["0.0.0.0/1","10.0.0.0/16"],"security_groups":[],"from_port":8080,"to_port":8080}]}"""
    )]
    [InlineData(
        "aws_security_group.app",
        """{"ingress":[{"cidr_blocks":["10.0.0.0/16","203.0.113.0/24"],"security_groups":[],"from_port":8080,"to_port":8080}]}"""
    )]
    public void What_looks_like_ordinary_work_and_is_not_needs_a_person(string address, string patch) =>
        Assert.InRange(Shop.Change(address, patch).Review().Verdict, Verdict.Deny, Verdict.StepUp);

    [Fact]
    public void What_a_plan_makes_for_itself_opens_nothing_that_was_there()
    {
        var plan = Shop.Create("aws_iam_role.new", $$"""{"name":"new","assume_role_policy":{{Text(Service)}}}""")
            .Create("aws_iam_role_policy.new", $$"""{"role":"new","policy":{{Identity("s3:GetObject")}}}""")
            .Create(
                "aws_kms_key.new",
                $$"""{"policy":{{Policy("""{"AWS":"arn:aws:iam::111122223333:root"}""", "kms:*")}}}"""
            )
            .Create("aws_s3_bucket.new", """{"bucket":"new-bucket"}""")
            .Create(
                "aws_s3_bucket_policy.new",
                $$"""{"bucket":"new-bucket","policy":{{Policy("""{"Service":"delivery.logs.amazonaws.com"}""", "s3:PutObject")}}}"""
            )
            .Create(
                "aws_security_group.new",
                """{"name":"web","ingress":[{"cidr_blocks":["0.0.0.0/0"],"from_port":443,"to_port":443}]}"""
            );

        Assert.Equal((Verdict.Allow, 0), (plan.Review().Verdict, plan.Review().Reasons.Length));
        Assert.Equal(
            ["grant new Read on aws_iam_role_policy.new"],
            plan.Does().Where(effect => !effect.StartsWith("create", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("""{"AWS":"*"}""", "expose aws_s3_bucket.uploads to anybody for Read")]
    [InlineData(
        """{"AWS":"arn:aws:iam::999999999999:root"}""",
        "grant arn:aws:iam::999999999999:root Read on aws_s3_bucket.uploads"
    )]
    public void A_new_policy_on_what_was_there_opens_that(string principal, string effect)
    {
        var plan = Shop.Create(
            "aws_s3_bucket_policy.open",
            $$"""{"bucket":"shop-uploads","policy":{{Policy(principal, "s3:GetObject")}}}"""
        );

        Assert.Contains(effect, plan.Does());
        Assert.Equal(Verdict.StepUp, plan.Review().Verdict);
        Assert.StartsWith(effect.Split(' ')[0], plan.Review().Reasons[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_new_rule_opens_the_group_that_was_there()
    {
        var (verdict, reasons) = Shop.Create(
                "aws_vpc_security_group_ingress_rule.open",
                """{"security_group_id":"sg-0123456789abcdef0","cidr_ipv4":"0.0.0.0/0"}"""
            )
            .Review();

        Assert.Equal(Verdict.StepUp, verdict);
        Assert.StartsWith("Expose of aws_security_group.app", reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Rights_to_everything_are_a_persons_decision_however_they_come()
    {
        Assert.Equal(
            Verdict.StepUp,
            Shop.Create("aws_iam_role_policy.star", $$"""{"role":"shop-task","policy":{{Identity("*")}}}""")
                .Review()
                .Verdict
        );
        const string Wider =
            """{"Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::shop-uploads/*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}""";
        Assert.Equal(
            Verdict.StepUp,
            Shop.Change("aws_iam_role_policy.task", $$"""{"policy":{{Text(Wider)}}}""").Review().Verdict
        );
    }

    private static string Policy(string principal, string action) =>
        Text($$"""{"Statement":[{"Effect":"Allow","Principal":{{principal}},"Action":"{{action}}","Resource":"*"}]}""");

    private static string Identity(string action) =>
        Text($$"""{"Statement":[{"Effect":"Allow","Action":"{{action}}","Resource":"*"}]}""");

    /// <summary>A JSON text with the document in it, as Terraform keeps policies.</summary>
    private static string Text(string document) => System.Text.Json.JsonSerializer.Serialize(document);
}
