using System.Globalization;

namespace Homeostat.Testing;

/// <summary>One cell of a generated estate: its resources with the attributes that relations come from.</summary>
internal sealed class GeneratedCell(int seed)
{
    private const string Account = "123456789012";
    private const string Region = "eu-west-1";

    private static readonly string[] Environments = ["production", "staging", "test"];

    private readonly Random _random = new(seed);

    private string Hex(string prefix) =>
        prefix + "-" + _random.NextInt64(1L << 56).ToString("x17", CultureInfo.InvariantCulture);

    private static string Arn(string service, string resource) => $"arn:aws:{service}:{Region}:{Account}:{resource}";

    private Dictionary<string, string> Tags(int cell, string name) =>
        new()
        {
            ["Name"] = $"{name}-{cell}",
            ["environment"] = Environments[cell % Environments.Length],
            ["team"] = $"team-{cell % 40}",
            ["cost-center"] = $"cc-{_random.Next(1000)}",
        };

    public IEnumerable<(string Type, string Name, object Attributes)> Of(int cell) =>
        [.. Network(cell, out var net), .. Service(cell, net), .. Data(cell, net)];

    private sealed record Net(string Vpc, string[] Subnets, string SecurityGroup);

    private List<(string, string, object)> Network(int cell, out Net net)
    {
        var (vpc, group, table) = (Hex("vpc"), Hex("sg"), Hex("rtb"));
        string[] subnets = [Hex("subnet"), Hex("subnet"), Hex("subnet")];
        net = new Net(vpc, subnets, group);
        List<(string, string, object)> all =
        [
            (
                "aws_vpc",
                "this",
                new
                {
                    arn = Arn("ec2", $"vpc/{vpc}"),
                    id = vpc,
                    cidr_block = "10.0.0.0/16",
                    enable_dns_support = true,
                    owner_id = Account,
                    tags = Tags(cell, "vpc"),
                }
            ),
            (
                "aws_route_table",
                "private",
                new
                {
                    arn = Arn("ec2", $"route-table/{table}"),
                    id = table,
                    vpc_id = vpc,
                    route = Array.Empty<object>(),
                    owner_id = Account,
                    tags = Tags(cell, "private"),
                }
            ),
            (
                "aws_security_group",
                "service",
                new
                {
                    arn = Arn("ec2", $"security-group/{group}"),
                    id = group,
                    vpc_id = vpc,
                    name = $"service-{cell}",
                    ingress = new[]
                    {
                        new
                        {
                            cidr_blocks = new[] { "10.0.0.0/8" },
                            description = "",
                            from_port = 443,
                            to_port = 443,
                            protocol = "tcp",
                            security_groups = Array.Empty<string>(),
                            self = false,
                        },
                    },
                    egress = Array.Empty<object>(),
                    owner_id = Account,
                    tags = Tags(cell, "service"),
                }
            ),
            (
                "aws_security_group_rule",
                "https",
                new
                {
                    id = $"sgrule-{_random.NextInt64(1L << 32)}",
                    security_group_id = group,
                    type = "ingress",
                    from_port = 443,
                    to_port = 443,
                    protocol = "tcp",
                    self = true,
                }
            ),
        ];
        for (var i = 0; i < subnets.Length; i++)
        {
            var association = Hex("rtbassoc");
            all.Add(
                (
                    "aws_subnet",
                    $"s{i}",
                    new
                    {
                        arn = Arn("ec2", $"subnet/{subnets[i]}"),
                        id = subnets[i],
                        vpc_id = vpc,
                        availability_zone = $"{Region}{(char)('a' + i)}",
                        cidr_block = $"10.0.{i}.0/24",
                        map_public_ip_on_launch = false,
                        owner_id = Account,
                        tags = Tags(cell, $"s{i}"),
                    }
                )
            );
            all.Add(
                (
                    "aws_route_table_association",
                    $"s{i}",
                    new
                    {
                        id = association,
                        subnet_id = subnets[i],
                        route_table_id = table,
                        gateway_id = "",
                    }
                )
            );
        }

        return all;
    }

    private List<(string, string, object)> Service(int cell, Net net)
    {
        var (lb, target, service) = ($"app/svc-{cell}/{Hex("x")}", $"targetgroup/svc-{cell}/{Hex("x")}", $"svc-{cell}");
        var (lbArn, targetArn) = (
            Arn("elasticloadbalancing", $"loadbalancer/{lb}"),
            Arn("elasticloadbalancing", target)
        );
        var (listener, role) = (
            Arn("elasticloadbalancing", $"listener/{lb}/{Hex("l")}"),
            $"arn:aws:iam::{Account}:role/svc-{cell}"
        );
        var (cluster, task) = (Arn("ecs", $"cluster/c-{cell}"), Arn("ecs", $"task-definition/{service}:7"));
        var dns = $"svc-{cell}-{_random.Next(1_000_000)}.{Region}.elb.amazonaws.com";
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
                    tags = Tags(cell, "lb"),
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
                    tags = Tags(cell, "tg"),
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
                    tags = Tags(cell, "cluster"),
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
                    tags = Tags(cell, "role"),
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
                    container_definitions = $$"""[{"name":"web","image":"web:1","environment":[{"name":"QUEUE","value":"https://sqs.{{Region}}.amazonaws.com/{{Account}}/work-{{cell}}"}]}]""",
                    cpu = "256",
                    memory = "512",
                }
            ),
            (
                "aws_ecs_service",
                "this",
                new
                {
                    id = Arn("ecs", $"service/c-{cell}/{service}"),
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
                    tags = Tags(cell, "service"),
                }
            ),
            (
                "aws_cloudwatch_metric_alarm",
                "unhealthy",
                new
                {
                    arn = Arn("cloudwatch", $"alarm:unhealthy-{cell}"),
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

    private List<(string, string, object)> Data(int cell, Net net)
    {
        var (db, queue, key) = (
            $"db-{cell}",
            Arn("sqs", $"work-{cell}"),
            _random.NextInt64().ToString("x16", CultureInfo.InvariantCulture)
        );
        var keyArn = Arn("kms", $"key/{key}");
        return
        [
            (
                "aws_kms_key",
                "data",
                new
                {
                    arn = keyArn,
                    id = key,
                    key_id = key,
                    is_enabled = true,
                    deletion_window_in_days = 30,
                }
            ),
            (
                "aws_db_subnet_group",
                "this",
                new
                {
                    arn = Arn("rds", $"subgrp:{db}"),
                    id = db,
                    name = db,
                    subnet_ids = net.Subnets,
                }
            ),
            (
                "aws_db_instance",
                "this",
                new
                {
                    arn = Arn("rds", $"db:{db}"),
                    id = $"db-{Hex("R")}",
                    identifier = db,
                    address = $"{db}.c1.{Region}.rds.amazonaws.com",
                    endpoint = $"{db}.c1.{Region}.rds.amazonaws.com:5432",
                    engine = "postgres",
                    engine_version = "16.3",
                    instance_class = "db.m6g.large",
                    allocated_storage = 100,
                    multi_az = cell % 2 == 0,
                    status = "available",
                    db_subnet_group_name = db,
                    vpc_security_group_ids = new[] { net.SecurityGroup },
                    kms_key_id = keyArn,
                    backup_retention_period = cell % 8,
                    deletion_protection = cell % 2 == 0,
                    skip_final_snapshot = true,
                    publicly_accessible = false,
                    availability_zone = $"{Region}a",
                    tags = Tags(cell, "db"),
                }
            ),
            (
                "aws_sqs_queue",
                "work",
                new
                {
                    arn = queue,
                    id = $"https://sqs.{Region}.amazonaws.com/{Account}/work-{cell}",
                    url = $"https://sqs.{Region}.amazonaws.com/{Account}/work-{cell}",
                    name = $"work-{cell}",
                    message_retention_seconds = 345_600,
                    tags = Tags(cell, "work"),
                }
            ),
            (
                "aws_s3_bucket",
                "files",
                new
                {
                    arn = $"arn:aws:s3:::files-{cell}",
                    id = $"files-{cell}",
                    bucket = $"files-{cell}",
                    bucket_domain_name = $"files-{cell}.s3.amazonaws.com",
                    region = Region,
                    force_destroy = false,
                    versioning = new[] { new { enabled = cell % 2 == 0, mfa_delete = false } },
                    tags = Tags(cell, "files"),
                }
            ),
            (
                "aws_cloudwatch_log_group",
                "this",
                new
                {
                    arn = Arn("logs", $"log-group:/svc/{cell}"),
                    id = $"/svc/{cell}",
                    name = $"/svc/{cell}",
                    retention_in_days = 30,
                }
            ),
        ];
    }
}
