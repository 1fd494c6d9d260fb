namespace Homeostat.Testing;

/// <summary>The load-balanced service of a generated cell, with its name and its alarm.</summary>
internal sealed class GeneratedService(GeneratedNames names)
{
    public List<(string, string, object)> Of(int cell, GeneratedNetwork net)
    {
        var (lb, target, service) = (
            $"app/svc-{cell}/{names.Hex("x")}",
            $"targetgroup/svc-{cell}/{names.Hex("x")}",
            $"svc-{cell}"
        );
        var (lbArn, targetArn) = (
            GeneratedNames.Arn("elasticloadbalancing", $"loadbalancer/{lb}"),
            GeneratedNames.Arn("elasticloadbalancing", target)
        );
        var (listener, role) = (
            GeneratedNames.Arn("elasticloadbalancing", $"listener/{lb}/{names.Hex("l")}"),
            $"arn:aws:iam::{GeneratedNames.Account}:role/svc-{cell}"
        );
        var (cluster, task) = (
            GeneratedNames.Arn("ecs", $"cluster/c-{cell}"),
            GeneratedNames.Arn("ecs", $"task-definition/{service}:7")
        );
        var dns = $"svc-{cell}-{names.Random.Next(1_000_000)}.{GeneratedNames.Region}.elb.amazonaws.com";
        return
        [
            (
                "aws_lb",
                "this",
                new
                {
                    arn = lbArn,
                    id = lbArn,
                    arn_suffix = lb,
                    dns_name = dns,
                    name = service,
                    @internal = false,
                    security_groups = new[] { net.SecurityGroup },
                    subnets = net.Subnets,
                    vpc_id = net.Vpc,
                    enable_deletion_protection = cell % 3 == 0,
                    idle_timeout = 60,
                    tags = names.Tags(cell, "lb"),
                }
            ),
            (
                "aws_lb_target_group",
                "this",
                new
                {
                    arn = targetArn,
                    id = targetArn,
                    arn_suffix = target,
                    name = service,
                    port = 443,
                    protocol = "HTTPS",
                    vpc_id = net.Vpc,
                    load_balancer_arns = new[] { lbArn },
                    tags = names.Tags(cell, "tg"),
                }
            ),
            (
                "aws_lb_listener",
                "https",
                new
                {
                    arn = listener,
                    id = listener,
                    load_balancer_arn = lbArn,
                    port = 443,
                    protocol = "HTTPS",
                    default_action = new[]
                    {
                        new
                        {
                            type = "forward",
                            target_group_arn = targetArn,
                            order = 1,
                        },
                    },
                }
            ),
            (
                "aws_ecs_cluster",
                "this",
                new
                {
                    arn = cluster,
                    id = cluster,
                    name = $"c-{cell}",
                    tags = names.Tags(cell, "cluster"),
                }
            ),
            (
                "aws_iam_role",
                "service",
                new
                {
                    arn = role,
                    id = $"svc-{cell}",
                    name = $"svc-{cell}",
                    assume_role_policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""",
                    tags = names.Tags(cell, "role"),
                }
            ),
            (
                "aws_ecs_task_definition",
                "this",
                new
                {
                    arn = task,
                    id = service,
                    family = service,
                    revision = 7,
                    execution_role_arn = role,
                    task_role_arn = role,
                    container_definitions = $$"""[{"name":"web","image":"web:1","environment":[{"name":"QUEUE","value":"https://sqs.{{GeneratedNames.Region}}.amazonaws.com/{{GeneratedNames.Account}}/work-{{cell}}"}]}]""",
                    cpu = "256",
                    memory = "512",
                }
            ),
            (
                "aws_ecs_service",
                "this",
                new
                {
                    id = GeneratedNames.Arn("ecs", $"service/c-{cell}/{service}"),
                    name = service,
                    cluster,
                    task_definition = task,
                    desired_count = 1 + (cell % 4),
                    load_balancer = new[]
                    {
                        new
                        {
                            target_group_arn = targetArn,
                            container_name = "web",
                            container_port = 443,
                        },
                    },
                    network_configuration = new[]
                    {
                        new
                        {
                            subnets = net.Subnets,
                            security_groups = new[] { net.SecurityGroup },
                            assign_public_ip = false,
                        },
                    },
                    tags = names.Tags(cell, "service"),
                }
            ),
            (
                "aws_cloudwatch_metric_alarm",
                "unhealthy",
                new
                {
                    arn = GeneratedNames.Arn("cloudwatch", $"alarm:unhealthy-{cell}"),
                    id = $"unhealthy-{cell}",
                    alarm_name = $"unhealthy-{cell}",
                    namespace_ = "AWS/ApplicationELB",
                    metric_name = "UnHealthyHostCount",
                    actions_enabled = true,
                    dimensions = new { LoadBalancer = lb, TargetGroup = target },
                }
            ),
            (
                "aws_route53_record",
                "this",
                new
                {
                    id = $"Z1_svc-{cell}.example.org_A",
                    name = $"svc-{cell}.example.org",
                    fqdn = $"svc-{cell}.example.org",
                    type = "A",
                    zone_id = "Z1",
                    alias = new[]
                    {
                        new
                        {
                            name = dns,
                            zone_id = "Z32O12XQLNTSW2",
                            evaluate_target_health = true,
                        },
                    },
                }
            ),
        ];
    }
}
