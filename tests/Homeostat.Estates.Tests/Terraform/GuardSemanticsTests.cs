using Homeostat.Core.Estate;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class GuardSemanticsTests
{
    [Fact]
    public void Alarms_backups_and_trails_guard_what_they_name()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                ("aws_sqs_queue.q", new { id = "https://sqs.eu-west-1.amazonaws.com/1/work", name = "work" }),
                (
                    "aws_sns_topic.oncall",
                    new { id = "arn:aws:sns:eu-west-1:1:oncall", arn = "arn:aws:sns:eu-west-1:1:oncall" }
                ),
                ("aws_cloudwatch_log_group.l", new { id = "/app", name = "/app" }),
                (
                    "aws_cloudwatch_log_metric_filter.f",
                    new
                    {
                        id = "f",
                        log_group_name = "/app",
                        metric_transformation = new[] { new { @namespace = "App", name = "Errors" } },
                    }
                ),
                (
                    "aws_cloudwatch_metric_alarm.depth",
                    new
                    {
                        id = "depth",
                        @namespace = "AWS/SQS",
                        metric_name = "Depth",
                        dimensions = new { QueueName = "work" },
                        alarm_actions = new[] { "arn:aws:sns:eu-west-1:1:oncall" },
                    }
                ),
                (
                    "aws_cloudwatch_metric_alarm.errors",
                    new
                    {
                        id = "errors",
                        @namespace = "App",
                        metric_name = "Errors",
                    }
                ),
                (
                    "aws_dynamodb_table.t",
                    new
                    {
                        id = "t",
                        name = "t",
                        arn = "arn:aws:dynamodb:eu-west-1:1:table/t",
                    }
                ),
                ("aws_backup_vault.v", new { id = "v", name = "v" }),
                (
                    "aws_backup_plan.p",
                    new
                    {
                        id = "1b2e8c33-57de-435d-b185-bc3e9d076225",
                        rule = new[] { new { target_vault_name = "v" } },
                    }
                ),
                (
                    "aws_backup_selection.s",
                    new
                    {
                        id = "s",
                        plan_id = "1b2e8c33-57de-435d-b185-bc3e9d076225",
                        resources = new[] { "arn:aws:dynamodb:eu-west-1:1:table/t" },
                    }
                ),
                (
                    "aws_cloudtrail.c",
                    new
                    {
                        id = "c",
                        s3_bucket_name = "trail",
                        enable_logging = false,
                    }
                ),
                ("aws_s3_bucket.trail", new { id = "trail", bucket = "trail" })
            )
        );

        Assert.Equal(
            ["guards aws_sqs_queue.q as Monitor", "needs aws_sns_topic.oncall"],
            file.Says("aws_cloudwatch_metric_alarm.depth")
        );
        Assert.Equal(["needs aws_cloudwatch_log_metric_filter.f"], file.Says("aws_cloudwatch_metric_alarm.errors"));
        Assert.Equal(
            ["ends with aws_backup_plan.p", "guards aws_dynamodb_table.t as BackupPlan", "needs aws_backup_plan.p"],
            file.Says("aws_backup_selection.s")
        );
        Assert.Equal(["needs aws_backup_vault.v"], file.Says("aws_backup_plan.p"));
        Assert.Equal(["needs aws_s3_bucket.trail"], file.Says("aws_cloudtrail.c"));
        Assert.Equal(RunState.Stopped, file.Resource("aws_cloudtrail.c").State);
    }

    [Fact]
    public void A_role_is_granted_what_its_policies_name()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_s3_bucket.b",
                    new
                    {
                        id = "data-1",
                        bucket = "data-1",
                        arn = "arn:aws:s3:::data-1",
                    }
                ),
                (
                    "aws_dynamodb_table.t",
                    new
                    {
                        id = "t",
                        name = "t",
                        arn = "arn:aws:dynamodb:eu-west-1:1:table/t",
                    }
                ),
                (
                    "aws_iam_role.r",
                    new
                    {
                        id = "app",
                        name = "app",
                        arn = "arn:aws:iam::1:role/app",
                    }
                ),
                (
                    "aws_iam_role_policy.inline",
                    new
                    {
                        id = "app:x",
                        role = "app",
                        policy = """{"Statement":[{"Effect":"Allow","Action":["s3:DeleteObject","s3:GetObject"],"Resource":"arn:aws:s3:::data-1/*"}]}""",
                    }
                ),
                (
                    "aws_iam_policy.p",
                    new
                    {
                        id = "arn:aws:iam::1:policy/p",
                        arn = "arn:aws:iam::1:policy/p",
                        policy = """{"Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:eu-west-1:1:table/t"}}""",
                    }
                ),
                (
                    "aws_iam_role_policy_attachment.a",
                    new
                    {
                        id = "app-1",
                        role = "app",
                        policy_arn = "arn:aws:iam::1:policy/p",
                    }
                )
            )
        );

        Assert.Equal(
            [
                "lets aws_iam_role.r Administer aws_dynamodb_table.t",
                "lets aws_iam_role.r Delete aws_s3_bucket.b",
                "lets aws_iam_role.r Read aws_s3_bucket.b",
            ],
            file.Says("aws_iam_role.r").Where(line => line.StartsWith("lets", StringComparison.Ordinal))
        );
    }
}
