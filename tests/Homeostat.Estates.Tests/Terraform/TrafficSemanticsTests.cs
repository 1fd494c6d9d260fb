using Homeostat.Core.Estate;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class TrafficSemanticsTests
{
    private const string Elb = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:";
    private const string Lb = Elb + "loadbalancer/app/shop/50dc6c495c0c9188";
    private const string Listener = Elb + "listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
    private const string Blue = Elb + "targetgroup/blue/6d0ecf831eec9f09";
    private const string Green = Elb + "targetgroup/green/7d0ecf831eec9f09";
    private const string Queue = "arn:aws:sqs:eu-west-1:123456789012:work";
    private const string QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/work";

    [Fact]
    public void A_balancer_needs_any_listener_and_any_subnet_a_listener_its_default_target_a_rule_its_own()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_subnet.a", new { id = "subnet-0123456789abcdef0" }),
                ("aws_subnet.b", new { id = "subnet-0123456789abcdef1" }),
                (
                    "aws_lb.shop",
                    new
                    {
                        id = Lb,
                        arn = Lb,
                        subnets = new[] { "subnet-0123456789abcdef0", "subnet-0123456789abcdef1" },
                    }
                ),
                (
                    "aws_lb_listener.http",
                    new
                    {
                        id = Listener,
                        arn = Listener,
                        load_balancer_arn = Lb,
                        default_action = new[]
                        {
                            new
                            {
                                type = "forward",
                                forward = new[]
                                {
                                    new { target_group = new[] { new { arn = Blue }, new { arn = Green } } },
                                },
                            },
                        },
                    }
                ),
                (
                    "aws_lb_listener_rule.api",
                    new
                    {
                        id = Listener + "/r",
                        listener_arn = Listener,
                        action = new[] { new { target_group_arn = Blue } },
                    }
                ),
                (
                    "aws_lb_target_group.blue",
                    new
                    {
                        id = Blue,
                        arn = Blue,
                        load_balancer_arns = new[] { Lb },
                    }
                ),
                ("aws_lb_target_group.green", new { id = Green, arn = Green }),
                (
                    "aws_lb_target_group_attachment.one",
                    new
                    {
                        id = "1",
                        target_group_arn = Blue,
                        target_id = "i-0123456789abcdef0",
                    }
                ),
                ("aws_instance.one", new { id = "i-0123456789abcdef0" })
            )
        );

        Assert.Equal(["needs 1 of aws_subnet.a, aws_subnet.b", "needs aws_lb_listener.http"], file.Says("aws_lb.shop"));
        Assert.Equal(
            [
                "ends with aws_lb.shop",
                "needs 1 of aws_lb_target_group.blue, aws_lb_target_group.green",
                "needs aws_lb.shop",
            ],
            file.Says("aws_lb_listener.http")
        );
        Assert.Equal(
            ["ends with aws_lb_listener.http", "needs aws_lb_listener.http", "needs aws_lb_target_group.blue"],
            file.Says("aws_lb_listener_rule.api")
        );
        Assert.Equal(["needs aws_lb_target_group_attachment.one"], file.Says("aws_lb_target_group.blue"));
        Assert.Empty(file.Says("aws_lb_target_group.green"));
        Assert.Contains("needs aws_instance.one", file.Says("aws_lb_target_group_attachment.one"));
    }

    [Fact]
    public void A_target_group_needs_any_of_the_services_and_groups_that_register_in_it()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_lb_target_group.blue", new { id = Blue, arn = Blue }),
                (
                    "aws_ecs_cluster.c",
                    new
                    {
                        id = "arn:aws:ecs:eu-west-1:123456789012:cluster/c",
                        arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/c",
                        name = "c",
                    }
                ),
                (
                    "aws_ecs_service.web",
                    new
                    {
                        id = "arn:aws:ecs:eu-west-1:123456789012:service/c/web",
                        name = "web",
                        cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/c",
                        desired_count = 3,
                        load_balancer = new[] { new { target_group_arn = Blue } },
                    }
                ),
                (
                    "aws_ecs_service.idle",
                    new
                    {
                        id = "arn:aws:ecs:eu-west-1:123456789012:service/c/idle",
                        name = "idle",
                        cluster = "c",
                        desired_count = 0,
                    }
                ),
                (
                    "aws_autoscaling_group.old",
                    new
                    {
                        id = "old",
                        name = "old",
                        desired_capacity = 2,
                        target_group_arns = new[] { Blue },
                    }
                )
            )
        );

        Assert.Equal(
            ["needs 1 of aws_ecs_service.web, aws_autoscaling_group.old"],
            file.Says("aws_lb_target_group.blue")
        );
        Assert.Equal(["needs aws_ecs_cluster.c"], file.Says("aws_ecs_service.web"));
        Assert.Equal((RunState.Running, 3), State(file.Resource("aws_ecs_service.web")));
        Assert.Equal((RunState.Stopped, 1), State(file.Resource("aws_ecs_service.idle")));
    }

    [Fact]
    public void A_task_needs_its_roles_its_log_groups_and_whom_its_environment_names()
    {
        const string Containers = $$"""
            [{"name":"web","environment":[{"name":"DB","value":"postgres://app:x@shop.c1.eu-west-1.rds.amazonaws.com:5432/shop"},{"name":"QUEUE","value":"{{QueueUrl}}"}],
              "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/shop"} } }]
            """;
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_ecs_task_definition.web",
                    new
                    {
                        id = "web",
                        family = "web",
                        revision = 3,
                        arn = "arn:aws:ecs:eu-west-1:1:task-definition/web:3",
                        execution_role_arn = "arn:aws:iam::1:role/exec",
                        container_definitions = Containers,
                    }
                ),
                (
                    "aws_iam_role.exec",
                    new
                    {
                        id = "exec",
                        name = "exec",
                        arn = "arn:aws:iam::1:role/exec",
                    }
                ),
                ("aws_cloudwatch_log_group.web", new { id = "/ecs/shop", name = "/ecs/shop" }),
                (
                    "aws_db_instance.shop",
                    new
                    {
                        id = "db-1",
                        identifier = "shop",
                        address = "shop.c1.eu-west-1.rds.amazonaws.com",
                    }
                ),
                (
                    "aws_sqs_queue.work",
                    new
                    {
                        id = QueueUrl,
                        url = QueueUrl,
                        arn = Queue,
                    }
                )
            )
        );

        Assert.Equal(
            [
                "needs aws_cloudwatch_log_group.web",
                "needs aws_db_instance.shop",
                "needs aws_iam_role.exec",
                "needs aws_sqs_queue.work",
            ],
            file.Says("aws_ecs_task_definition.web")
        );
    }

    [Fact]
    public void Names_and_delivery_need_what_they_point_at()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_lb.shop",
                    new
                    {
                        id = Lb,
                        arn = Lb,
                        dns_name = "Shop-1234.eu-west-1.elb.amazonaws.com",
                    }
                ),
                (
                    "aws_s3_bucket.site",
                    new
                    {
                        id = "site",
                        bucket = "site",
                        bucket_regional_domain_name = "site.s3.eu-west-1.amazonaws.com",
                    }
                ),
                ("aws_route53_zone.z", new { id = "Z0123456789", zone_id = "Z0123456789" }),
                (
                    "aws_route53_record.shop",
                    new
                    {
                        id = "Z0123456789_shop_A",
                        zone_id = "Z0123456789",
                        fqdn = "shop.example.org",
                        type = "A",
                        alias = new[]
                        {
                            new
                            {
                                name = "dualstack.shop-1234.eu-west-1.elb.amazonaws.com.",
                                zone_id = "Z32O12XQLNTSW2",
                            },
                        },
                    }
                ),
                (
                    "aws_cloudfront_distribution.cdn",
                    new
                    {
                        id = "E2QWRUHAPOMQZL",
                        domain_name = "d1.cloudfront.net",
                        origin = new object[]
                        {
                            new
                            {
                                domain_name = "site.s3.eu-west-1.amazonaws.com",
                                origin_access_control_id = "E2Z0P6Y1TOEHYP",
                            },
                            new { domain_name = "shop.example.org" },
                        },
                    }
                ),
                ("aws_cloudfront_origin_access_control.oac", new { id = "E2Z0P6Y1TOEHYP" }),
                (
                    "aws_s3_bucket_policy.site",
                    new
                    {
                        id = "site",
                        bucket = "site",
                        policy = """{"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*"}]}""",
                    }
                )
            )
        );

        Assert.Equal(["needs aws_lb.shop", "needs aws_route53_zone.z"], file.Says("aws_route53_record.shop"));
        Assert.Equal(
            [
                "needs aws_cloudfront_origin_access_control.oac",
                "needs aws_route53_record.shop",
                "needs aws_s3_bucket.site",
            ],
            file.Says("aws_cloudfront_distribution.cdn")
        );
        Assert.Equal(
            ["ends with aws_s3_bucket.site", "needs aws_s3_bucket.site"],
            file.Says("aws_s3_bucket_policy.site")
        );
    }

    private static (RunState State, int Capacity) State(Resource resource) => (resource.State, resource.Capacity);
}
