using System.Globalization;

namespace Homeostat.Testing;

/// <summary>The data of a generated cell: database, queue, bucket and logs, with the key of the database.</summary>
internal sealed class GeneratedData(GeneratedNames names)
{
    public List<(string, string, object)> Of(int cell, GeneratedNetwork net)
    {
        var (db, queue, key) = (
            $"db-{cell}",
            GeneratedNames.Arn("sqs", $"work-{cell}"),
            names.Random.NextInt64().ToString("x16", CultureInfo.InvariantCulture)
        );
        var keyArn = GeneratedNames.Arn("kms", $"key/{key}");
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
                    arn = GeneratedNames.Arn("rds", $"subgrp:{db}"),
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
                    arn = GeneratedNames.Arn("rds", $"db:{db}"),
                    id = $"db-{names.Hex("R")}",
                    identifier = db,
                    address = $"{db}.c1.{GeneratedNames.Region}.rds.amazonaws.com",
                    endpoint = $"{db}.c1.{GeneratedNames.Region}.rds.amazonaws.com:5432",
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
                    availability_zone = $"{GeneratedNames.Region}a",
                    tags = names.Tags(cell, "db"),
                }
            ),
            (
                "aws_sqs_queue",
                "work",
                new
                {
                    arn = queue,
                    id = $"https://sqs.{GeneratedNames.Region}.amazonaws.com/{GeneratedNames.Account}/work-{cell}",
                    url = $"https://sqs.{GeneratedNames.Region}.amazonaws.com/{GeneratedNames.Account}/work-{cell}",
                    name = $"work-{cell}",
                    message_retention_seconds = 345_600,
                    tags = names.Tags(cell, "work"),
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
                    region = GeneratedNames.Region,
                    force_destroy = false,
                    versioning = new[] { new { enabled = cell % 2 == 0, mfa_delete = false } },
                    tags = names.Tags(cell, "files"),
                }
            ),
            (
                "aws_cloudwatch_log_group",
                "this",
                new
                {
                    arn = GeneratedNames.Arn("logs", $"log-group:/svc/{cell}"),
                    id = $"/svc/{cell}",
                    name = $"/svc/{cell}",
                    retention_in_days = 30,
                }
            ),
        ];
    }
}
