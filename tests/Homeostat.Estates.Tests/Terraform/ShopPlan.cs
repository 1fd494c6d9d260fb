using System.Text.Json.Nodes;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Inference;
using Homeostat.Estates.Terraform;

namespace Homeostat.Estates.Tests.Terraform;

/// <summary>A plan for a small production shop: everything stands as written here, but for the changes that a test makes.</summary>
internal sealed class ShopPlan
{
    public const string Key = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-00000000beef";

    private const string Estate = """
        {
          "aws_kms_key.data": { "id": "0a1b2c3d-0000-4000-8000-00000000beef", "key_id": "0a1b2c3d-0000-4000-8000-00000000beef", "arn": "@key", "is_enabled": true,
            "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}" },
          "aws_subnet.a": { "id": "subnet-0aaaaaaaaaaaaaaa1", "availability_zone": "eu-west-1a" },
          "aws_subnet.b": { "id": "subnet-0bbbbbbbbbbbbbbb2", "availability_zone": "eu-west-1b" },
          "aws_db_subnet_group.main": { "id": "shop", "name": "shop", "subnet_ids": ["subnet-0aaaaaaaaaaaaaaa1", "subnet-0bbbbbbbbbbbbbbb2"] },
          "aws_db_instance.main": { "id": "db-MAIN", "identifier": "shop", "arn": "arn:aws:rds:eu-west-1:111122223333:db:shop", "address": "shop.abc.eu-west-1.rds.amazonaws.com",
            "status": "available", "multi_az": true, "instance_class": "db.r6g.large", "engine_version": "16.4", "kms_key_id": "@key", "db_subnet_group_name": "shop" },
          "aws_db_instance.replica": { "id": "db-REPLICA", "identifier": "shop-replica", "status": "available", "replicate_source_db": "shop" },
          "aws_route53_record.db": { "id": "Z1_db.shop.example_CNAME", "name": "db.shop.example", "fqdn": "db.shop.example", "type": "CNAME", "records": ["shop.abc.eu-west-1.rds.amazonaws.com"] },
          "aws_dynamodb_table.sessions": { "id": "sessions", "name": "sessions", "ttl": [{ "attribute_name": "expires", "enabled": true }] },
          "aws_s3_bucket.uploads": { "id": "shop-uploads", "bucket": "shop-uploads", "arn": "arn:aws:s3:::shop-uploads" },
          "aws_s3_bucket_public_access_block.uploads": { "id": "shop-uploads", "bucket": "shop-uploads", "block_public_acls": true, "block_public_policy": true, "ignore_public_acls": true, "restrict_public_buckets": true },
          "aws_sqs_queue.orders": { "id": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "name": "orders", "redrive_policy": "{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:111122223333:dead\",\"maxReceiveCount\":5}" },
          "aws_lb.shop": { "id": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/1", "arn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/1", "access_logs": [] },
          "aws_lb_listener.https": { "id": "arn:listener", "arn": "arn:listener", "load_balancer_arn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/1",
            "default_action": [{ "type": "forward", "target_group_arn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/2" }] },
          "aws_lb_target_group.shop": { "id": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/2", "arn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/2",
            "health_check": [{ "path": "/healthz", "port": "traffic-port", "interval": 30 }] },
          "aws_ecs_service.shop": { "id": "arn:aws:ecs:eu-west-1:111122223333:service/main/shop", "name": "shop", "desired_count": 3, "deployment_minimum_healthy_percent": 100, "enable_execute_command": false,
            "task_definition": "arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:41", "load_balancer": [{ "target_group_arn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/2" }],
            "network_configuration": [{ "security_groups": ["sg-0123456789abcdef0"] }] },
          "aws_ecs_task_definition.shop": { "id": "shop", "family": "shop", "arn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:41", "revision": 41, "task_role_arn": "arn:aws:iam::111122223333:role/shop-task",
            "container_definitions": "[{\"name\":\"shop\",\"image\":\"shop:1\"}]" },
          "aws_security_group.app": { "id": "sg-0123456789abcdef0", "ingress": [{ "cidr_blocks": ["10.0.0.0/16"], "security_groups": [], "from_port": 8080, "to_port": 8080 }] },
          "aws_iam_role.task": { "id": "shop-task", "name": "shop-task", "arn": "arn:aws:iam::111122223333:role/shop-task" },
          "aws_iam_role_policy.task": { "id": "shop-task:data", "role": "shop-task",
            "policy": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":\"arn:aws:s3:::shop-uploads/*\"}]}" },
          "aws_cloudwatch_log_group.shop": { "id": "/ecs/shop", "name": "/ecs/shop", "retention_in_days": 30 },
          "aws_cloudwatch_metric_alarm.cpu": { "id": "cpu", "alarm_name": "cpu", "threshold": 80, "dimensions": { "DBInstanceIdentifier": "shop" } }
        }
        """;

    private readonly JsonObject _estate = JsonNode
        .Parse(Estate.Replace("@key", Key, StringComparison.Ordinal))!
        .AsObject();

    private readonly JsonArray _changes = [];

    /// <summary>Changes attributes in place, or replaces the resource by one with these attributes.</summary>
    public ShopPlan Change(string address, string patch, string actions = "update", string unknown = "{}")
    {
        var after = _estate[address]!.DeepClone().AsObject();
        foreach (var (name, value) in JsonNode.Parse(patch)!.AsObject())
        {
            after[name] = value?.DeepClone();
        }

        return Add(address, actions, _estate[address]!.DeepClone(), after, unknown);
    }

    public ShopPlan Create(string address, string values, string unknown = """{"id":true,"arn":true}""") =>
        Add(address, "create", null, JsonNode.Parse(values), unknown);

    public ShopPlan Delete(string address) => Add(address, "delete", _estate[address]!.DeepClone(), null, "{}");

    public TerraformFile Load()
    {
        var file = new JsonObject
        {
            ["format_version"] = "1.2",
            ["terraform_version"] = "1.9.5",
            ["timestamp"] = TerraformText.PlannedAt.ToString("O"),
            ["resource_changes"] = new JsonArray([.. Standing(), .. _changes.Select(change => change!.DeepClone())]),
        };
        return TerraformText.Load(file.ToJsonString());
    }

    public string[] Does() => Load().Does();

    /// <summary>What the essential variables say of the plan; every resource is production's, so that it is tier 1.</summary>
    public (Verdict Verdict, string[] Reasons) Review()
    {
        var file = Load();
        var estate = new EstateModel(ShelfLives.Default).Apply(
            new EstateBatch(EstateInference.Apply(file.Records).Changes, IsFullListing: true)
        );
        var request = file.Plan!.ToRequest(new AgentId("a"), new LeaseId("l"), new RequestId("r"));
        var consequences = new Simulator(new SimulationOptions()).Predict(
            estate,
            CommittedFutures.None,
            request.Effects,
            TerraformText.PlannedAt
        );
        var findings = new HomeostasisTest(StressTable.Default)
            .Assess(consequences, new AssessmentInput(request.Effects, request.Goal, 0.1, HasLooked: false))
            .Findings;
        return (
            findings.Aggregate(Verdict.Allow, (verdict, finding) => verdict.And(finding.AtMost)),
            [.. findings.Select(finding => finding.Reason)]
        );
    }

    private IEnumerable<JsonNode> Standing() =>
        _estate
            .Where(resource => !_changes.Any(change => change!["address"]!.GetValue<string>() == resource.Key))
            .Select(resource =>
                Entry(resource.Key, "no-op", resource.Value!.DeepClone(), resource.Value.DeepClone(), "{}")
            );

    private ShopPlan Add(string address, string actions, JsonNode? before, JsonNode? after, string unknown)
    {
        _changes.Add(Entry(address, actions, before, after, unknown));
        return this;
    }

    private static JsonNode Entry(string address, string actions, JsonNode? before, JsonNode? after, string unknown)
    {
        foreach (var side in (ReadOnlySpan<JsonNode?>)[before, after])
        {
            side?.AsObject().TryAdd("tags", new JsonObject { ["Environment"] = "production" });
        }

        return new JsonObject
        {
            ["address"] = address,
            ["mode"] = "managed",
            ["type"] = address.Split('.')[0],
            ["provider_name"] = "registry.terraform.io/hashicorp/aws",
            ["change"] = new JsonObject
            {
                ["actions"] = new JsonArray([.. actions.Split(',').Select(action => (JsonNode)action)]),
                ["before"] = before,
                ["after"] = after,
                ["after_unknown"] = JsonNode.Parse(unknown),
            },
        };
    }
}
