using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;

namespace Homeostat.Estates.Tests.Terraform;

public sealed class DataSemanticsTests
{
    private const string Key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static readonly TerraformOptions Seen = new() { ObservedAt = TerraformText.PlannedAt };

    [Fact]
    public void A_database_holds_its_data_twice_in_two_zones_and_its_backups_end_with_it()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_kms_key.k",
                    new
                    {
                        id = "1234abcd-12ab-34cd-56ef-1234567890ab",
                        key_id = "1234abcd-12ab-34cd-56ef-1234567890ab",
                        arn = Key,
                    }
                ),
                (
                    "aws_kms_alias.a",
                    new
                    {
                        id = "alias/db",
                        name = "alias/db",
                        target_key_id = "1234abcd-12ab-34cd-56ef-1234567890ab",
                    }
                ),
                (
                    "aws_db_instance.main",
                    new
                    {
                        id = "db-MAIN",
                        identifier = "main",
                        arn = "arn:aws:rds:eu-west-1:123456789012:db:main",
                        availability_zone = "eu-west-1a",
                        multi_az = true,
                        deletion_protection = true,
                        backup_retention_period = 7,
                        latest_restorable_time = "2026-03-01T11:55:00Z",
                        kms_key_id = "alias/db",
                        status = "available",
                    }
                ),
                (
                    "aws_db_instance.replica",
                    new
                    {
                        id = "db-REP",
                        identifier = "rep",
                        arn = "arn:aws:rds:eu-west-1:123456789012:db:rep",
                        replicate_source_db = "main",
                        backup_retention_period = 0,
                        status = "stopped",
                    }
                )
            ),
            Seen
        );

        Assert.Equal(
            [
                "holds Primary of asset:aws_db_instance.main",
                "holds Replica of asset:aws_db_instance.main",
                "is encrypted by aws_kms_key.k",
            ],
            file.Says("aws_db_instance.main")
        );
        var copies = file.Record("aws_db_instance.main").Relations.OfType<Relation.CopyOf>().ToList();
        Assert.Contains(
            copies,
            copy => copy.Domains?.Any(domain => domain.Hazard == Hazards.Zone && domain.Name != "eu-west-1a") == true
        );
        Assert.Equal(
            ["ends with aws_db_instance.main", "guards aws_db_instance.main as DeletionProtection"],
            file.Says("aws_db_instance.main#deletion-protection")
        );
        Assert.Equal(
            ["ends with aws_db_instance.main", "holds Backup of asset:aws_db_instance.main"],
            file.Says("aws_db_instance.main#automated-backups")
        );
        var backup = file.Record("aws_db_instance.main#automated-backups").Relations.OfType<Relation.CopyOf>().Single();
        Assert.Equal(TimeSpan.FromMinutes(5), backup.RecoveryPoint?.Age);
        Assert.Null(backup.RestoreTestedAt);
        Assert.Contains("holds Replica of asset:aws_db_instance.main", file.Says("aws_db_instance.replica"));
        Assert.Equal("database-replica", file.Resource("aws_db_instance.replica").Kind.Name);
        Assert.Equal(RunState.Stopped, file.Resource("aws_db_instance.replica").State);
        Assert.DoesNotContain(
            file.Records.OfType<EstateChange.Upsert>(),
            record => record.Resource.Id.Value == "aws_db_instance.replica#automated-backups"
        );
    }

    [Fact]
    public void Automated_backups_that_are_kept_outlive_the_database()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_db_instance.main",
                    new
                    {
                        id = "m",
                        identifier = "main",
                        backup_retention_period = 7,
                        delete_automated_backups = false,
                    }
                )
            )
        );

        Assert.Equal(
            ["holds Backup of asset:aws_db_instance.main"],
            file.Says("aws_db_instance.main#automated-backups")
        );
    }

    [Fact]
    public void A_snapshot_is_a_backup_as_old_as_it_was_when_seen_and_of_unknown_age_when_nobody_says_when()
    {
        var state = TerraformText.State(
            ("aws_db_instance.main", new { id = "m", identifier = "main" }),
            (
                "aws_db_snapshot.s",
                new
                {
                    id = "snap",
                    db_instance_identifier = "main",
                    snapshot_create_time = "2026-03-01T06:00:00Z",
                }
            ),
            ("aws_ebs_volume.v", new { id = "vol-0123456789abcdef0" }),
            ("aws_ebs_snapshot.e", new { id = "snap-0123456789abcdef0", volume_id = "vol-0123456789abcdef0" })
        );

        var copy = TerraformText
            .Load(state, Seen)
            .Record("aws_db_snapshot.s")
            .Relations.OfType<Relation.CopyOf>()
            .Single();
        Assert.Equal((CopyRole.Backup, TimeSpan.FromHours(6)), (copy.Role, copy.RecoveryPoint!.Value.Age));
        Assert.Equal("asset:aws_db_instance.main", copy.Asset.Value);
        var unseen = TerraformText.Load(state).Record("aws_db_snapshot.s").Relations.OfType<Relation.CopyOf>().Single();
        Assert.Null(unseen.RecoveryPoint);
        Assert.Equal(["holds Backup of asset:aws_ebs_volume.v"], TerraformText.Load(state).Says("aws_ebs_snapshot.e"));
    }

    [Fact]
    public void An_aurora_cluster_holds_the_data_and_needs_any_of_its_instances()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_rds_cluster.c",
                    new
                    {
                        id = "shop",
                        cluster_identifier = "shop",
                        backup_retention_period = 1,
                    }
                ),
                (
                    "aws_rds_cluster_instance.a",
                    new
                    {
                        id = "shop-a",
                        identifier = "shop-a",
                        cluster_identifier = "shop",
                    }
                ),
                (
                    "aws_rds_cluster_instance.b",
                    new
                    {
                        id = "shop-b",
                        identifier = "shop-b",
                        cluster_identifier = "shop",
                    }
                )
            )
        );

        Assert.Equal(
            [
                "holds Primary of asset:aws_rds_cluster.c",
                "needs 1 of aws_rds_cluster_instance.a, aws_rds_cluster_instance.b",
            ],
            file.Says("aws_rds_cluster.c")
        );
        Assert.Equal(["needs aws_rds_cluster.c"], file.Says("aws_rds_cluster_instance.a"));
    }

    [Fact]
    public void Buckets_replicate_version_and_lock()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_s3_bucket.a",
                    new
                    {
                        id = "a-1",
                        bucket = "a-1",
                        arn = "arn:aws:s3:::a-1",
                    }
                ),
                (
                    "aws_s3_bucket.b",
                    new
                    {
                        id = "b-1",
                        bucket = "b-1",
                        arn = "arn:aws:s3:::b-1",
                        versioning = new[] { new { enabled = true } },
                    }
                ),
                (
                    "aws_s3_bucket_versioning.a",
                    new
                    {
                        id = "a-1",
                        bucket = "a-1",
                        versioning_configuration = new[] { new { status = "Enabled" } },
                    }
                ),
                ("aws_s3_bucket_object_lock_configuration.a", new { id = "a-1", bucket = "a-1" }),
                (
                    "aws_s3_bucket_replication_configuration.a",
                    new
                    {
                        id = "a-1",
                        bucket = "a-1",
                        rule = new[] { new { destination = new[] { new { bucket = "arn:aws:s3:::b-1" } } } },
                    }
                )
            ),
            Seen
        );

        Assert.Equal(
            ["holds Primary of asset:aws_s3_bucket.b", "holds Replica of asset:aws_s3_bucket.a"],
            file.Says("aws_s3_bucket.b")
        );
        Assert.Equal(
            ["ends with aws_s3_bucket.b", "holds Backup of asset:aws_s3_bucket.b"],
            file.Says("aws_s3_bucket.b#versions")
        );
        Assert.Equal(
            [
                "ends with aws_s3_bucket.a",
                "guards aws_s3_bucket.a as BackupPlan",
                "holds Backup of asset:aws_s3_bucket.a",
                "needs aws_s3_bucket.a",
            ],
            file.Says("aws_s3_bucket_versioning.a")
        );
        Assert.Contains(
            "guards aws_s3_bucket.a as DeletionProtection",
            file.Says("aws_s3_bucket_object_lock_configuration.a")
        );
    }

    [Fact]
    public void A_table_with_point_in_time_recovery_and_a_replica_region_has_two_more_copies()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_dynamodb_table.t",
                    new
                    {
                        id = "t",
                        name = "t",
                        arn = "arn:aws:dynamodb:eu-west-1:1:table/t",
                        deletion_protection_enabled = true,
                        point_in_time_recovery = new[] { new { enabled = true } },
                        replica = new[] { new { region_name = "us-east-1" } },
                    }
                )
            )
        );

        Assert.Equal(
            ["ends with aws_dynamodb_table.t", "holds Replica of asset:aws_dynamodb_table.t"],
            file.Says("aws_dynamodb_table.t#replica-us-east-1")
        );
        Assert.Equal("us-east-1", file.Resource("aws_dynamodb_table.t#replica-us-east-1").Location.Region);
        Assert.Equal(
            ["holds Backup of asset:aws_dynamodb_table.t"],
            file.Says("aws_dynamodb_table.t#point-in-time-recovery")
        );
    }

    [Fact]
    public void A_cache_holds_data_only_where_it_keeps_snapshots()
    {
        var file = TerraformText.Load(
            TerraformText.State(
                (
                    "aws_elasticache_cluster.plain",
                    new
                    {
                        id = "p",
                        cluster_id = "p",
                        snapshot_retention_limit = 0,
                    }
                ),
                (
                    "aws_elasticache_cluster.kept",
                    new
                    {
                        id = "k",
                        cluster_id = "k",
                        snapshot_retention_limit = 5,
                    }
                )
            )
        );

        Assert.Empty(file.Says("aws_elasticache_cluster.plain"));
        Assert.Equal(
            ["holds Primary of asset:aws_elasticache_cluster.kept"],
            file.Says("aws_elasticache_cluster.kept")
        );
    }

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
