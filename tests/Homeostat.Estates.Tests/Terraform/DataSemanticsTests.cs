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
                "needs aws_kms_key.k",
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
}
