using System.Text;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class TypeTableTests
{
    [Fact]
    public void The_table_that_ships_is_valid_and_knows_every_type_of_the_issue()
    {
        string[] named =
        [
            "aws_db_instance",
            "aws_rds_cluster",
            "aws_db_snapshot",
            "aws_elasticache_cluster",
            "aws_dynamodb_table",
            "aws_s3_bucket",
            "aws_s3_bucket_replication_configuration",
            "aws_s3_bucket_object_lock_configuration",
            "aws_ebs_volume",
            "aws_ebs_snapshot",
            "aws_efs_file_system",
            "aws_backup_vault",
            "aws_backup_plan",
            "aws_instance",
            "aws_launch_template",
            "aws_autoscaling_group",
            "aws_ecs_service",
            "aws_eks_cluster",
            "aws_lambda_function",
            "aws_lb",
            "aws_lb_listener",
            "aws_lb_target_group",
            "aws_sqs_queue",
            "aws_sns_topic",
            "aws_kinesis_stream",
            "aws_cloudwatch_event_rule",
            "aws_vpc",
            "aws_subnet",
            "aws_route",
            "aws_nat_gateway",
            "aws_security_group",
            "aws_route53_record",
            "aws_cloudfront_distribution",
            "aws_kms_key",
            "aws_secretsmanager_secret",
            "aws_iam_role",
            "aws_cloudtrail",
            "aws_config_configuration_recorder",
            "aws_guardduty_detector",
            "aws_cloudwatch_metric_alarm",
        ];

        Assert.All(named, type => Assert.True(TypeTable.Aws.Of(type).IsKnown, type));
    }

    [Fact]
    public void Every_mistake_of_a_table_is_named_at_once_with_its_type_and_key()
    {
        const string Table = """
            {
              "*": {},
              "aws_a": { "kind": "spaceship", "refs": { "b_id": "wants" }, "colour": "red" },
              "aws_b": { "kind": "bucket", "refs": { "a_id": "needs to=aws_c" }, "changes": { "size": "explode" }, "rebuild": "soon" }
            }
            """;

        var error = Assert.Throws<EstateSourceException>(() => TypeTable.Read("t.json", Encoding.UTF8.GetBytes(Table)));

        string[] expected =
        [
            "aws_a: kind: 'spaceship'",
            "aws_a: refs: b_id: 'wants'",
            "aws_a: 'colour'",
            "aws_b: changes: size: 'explode'",
            "aws_b: rebuild: 'soon'",
            "aws_b: refs: a_id: 'aws_c'",
        ];
        Assert.All(expected, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_type_that_is_not_in_the_table_has_a_kind_without_transitions()
    {
        var rule = TypeTable.Aws.Of("google_sql_database_instance");

        Assert.Equal("terraform:google_sql_database_instance", rule.Kind.Name);
        Assert.Equal(Operations.None, KindTable.Of(rule.Kind).Operations);
    }
}
