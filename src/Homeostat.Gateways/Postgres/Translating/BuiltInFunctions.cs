using System.Collections.Frozen;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>
/// The functions that come with the server, known by a number that nobody can give to another. Immutable and stable ones
/// do nothing but compute and read what is public; volatile ones stand in a table here, and one that does not is unknown.
/// </summary>
internal static class BuiltInFunctions
{
    private enum Does
    {
        Nothing,
        AdvisoryLock,
        Sequence,
        Setting,
        RunsText,
        RunsQuery,
        Notifies,
        ReadsFiles,
        WritesFiles,
        ChangesLargeObject,
        LosesLargeObject,
        ChangesServer,
        Maintains,
        LosesStatistics,
    }

    private static readonly FrozenDictionary<string, Does> Volatile = Table(
        (
            Does.Nothing,
            """
            bernoulli system clock_timestamp current_query currtid2 currval cursor_to_xml cursor_to_xmlschema gen_random_uuid
            lastval lo_close lo_get lo_lseek lo_lseek64 lo_open lo_tell lo_tell64 loread pg_blocking_pids
            pg_collation_actual_version pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system
            pg_current_logfile pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn
            pg_database_collation_actual_version pg_database_size pg_export_snapshot pg_get_backend_memory_contexts
            pg_get_multixact_members pg_get_shmem_allocations pg_get_wal_replay_pause_state pg_get_wal_resource_managers
            pg_indexes_size pg_is_in_recovery pg_is_wal_replay_paused pg_isolation_test_session_is_blocked pg_jit_available
            pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_lock_status
            pg_notification_queue_usage pg_partition_ancestors pg_partition_tree pg_prepared_xact pg_relation_size
            pg_replication_origin_progress pg_replication_origin_session_is_setup pg_replication_origin_session_progress
            pg_safe_snapshot_blocking_pids pg_sequence_last_value pg_show_replication_origin_status pg_sleep pg_sleep_for
            pg_sleep_until pg_stat_clear_snapshot pg_stat_force_next_flush pg_stat_get_recovery_prefetch
            pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls
            pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time pg_stat_get_xact_numscans
            pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_hot_updated
            pg_stat_get_xact_tuples_inserted pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated
            pg_stat_have_stats pg_table_size pg_tablespace_size pg_total_relation_size pg_xact_commit_timestamp
            pg_xact_commit_timestamp_origin pg_xact_status random random_normal setseed timeofday txid_status amvalidate
            brinhandler bthandler ginhandler gisthandler hashhandler heap_tableam_handler spghandler
            """
        ),
        (
            Does.AdvisoryLock,
            """
            pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
            pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
            pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
            """
        ),
        (Does.Sequence, "nextval setval"),
        (Does.Setting, "set_config"),
        (Does.RunsText, "query_to_xml query_to_xml_and_xmlschema query_to_xmlschema ts_stat ts_rewrite"),
        (Does.Notifies, "pg_notify"),
        (
            Does.ReadsFiles,
            """
            pg_read_file pg_read_file_old pg_read_binary_file pg_stat_file pg_ls_archive_statusdir pg_ls_dir pg_ls_logdir
            pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_tmpdir pg_ls_waldir pg_hba_file_rules
            pg_ident_file_mappings pg_show_all_file_settings lo_import
            """
        ),
        (Does.WritesFiles, "lo_export"),
        (Does.ChangesLargeObject, "lo_creat lo_create lo_from_bytea"),
        (Does.LosesLargeObject, "lo_put lo_truncate lo_truncate64 lo_unlink lowrite"),
        (
            Does.ChangesServer,
            """
            pg_backup_start pg_backup_stop pg_cancel_backend pg_terminate_backend pg_reload_conf pg_rotate_logfile
            pg_rotate_logfile_old pg_promote pg_switch_wal pg_wal_replay_pause pg_wal_replay_resume pg_create_restore_point
            pg_copy_logical_replication_slot pg_copy_physical_replication_slot pg_create_logical_replication_slot
            pg_create_physical_replication_slot pg_drop_replication_slot pg_replication_slot_advance pg_logical_emit_message
            pg_logical_slot_get_binary_changes pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes
            pg_logical_slot_peek_changes pg_replication_origin_advance pg_replication_origin_create pg_replication_origin_drop
            pg_replication_origin_session_reset pg_replication_origin_session_setup pg_replication_origin_xact_reset
            pg_replication_origin_xact_setup pg_import_system_collations pg_nextoid pg_extension_config_dump
            """
        ),
        (
            Does.Maintains,
            """
            brin_desummarize_range brin_summarize_new_values brin_summarize_range gin_clean_pending_list
            pg_log_backend_memory_contexts
            """
        ),
        (
            Does.LosesStatistics,
            """
            pg_stat_reset pg_stat_reset_replication_slot pg_stat_reset_shared pg_stat_reset_single_function_counters
            pg_stat_reset_single_table_counters pg_stat_reset_slru pg_stat_reset_subscription_stats
            """
        )
    );

    /// <summary>Stable, and yet they read whatever their arguments say.</summary>
    private static readonly FrozenDictionary<string, Does> Stable = Table(
        (
            Does.RunsQuery,
            """
            table_to_xml table_to_xml_and_xmlschema schema_to_xml schema_to_xml_and_xmlschema database_to_xml
            database_to_xml_and_xmlschema
            """
        )
    );

    public static void Judge(Walk walk, FunctionEntry function, SyntaxNode? call, Frame frame)
    {
        var table = function.Volatility == 'v' ? Volatile : Stable;
        if (table.TryGetValue(function.Name, out var does))
        {
            if (!frame.PlanOnly || function.Volatility != 'v')
            {
                Apply(walk, does, function, call, frame);
            }
        }
        else if (function.Volatility == 'v' && !IsTriggerOfTheServer(function))
        {
            walk.Found.Unknown($"function {function.Name}");
        }
    }

    /// <summary>They change the row in hand, or look rows up, and nothing else.</summary>
    private static bool IsTriggerOfTheServer(FunctionEntry function) =>
        function.Name
            is "suppress_redundant_updates_trigger"
                or "tsvector_update_trigger"
                or "tsvector_update_trigger_column"
        || function.Name.StartsWith("RI_FKey_", StringComparison.Ordinal)
        || function.Name is "unique_key_recheck";

    private static void Apply(Walk walk, Does does, FunctionEntry function, SyntaxNode? call, Frame frame)
    {
        var (found, database) = (walk.Found, walk.Names.Database);
        var files = walk.Names.Shared("files", "server");
        var objects = walk.Names.Object("large-objects", ["all"]);
        switch (does)
        {
            case Does.Nothing:
                break;
            case Does.AdvisoryLock:
                found.Risky(
                    walk.Names.Object("advisory-lock", [Argument(walk, call, 0, frame) ?? "?"]),
                    "advisory lock",
                    function.Name
                );
                break;
            case Does.Sequence:
                Sequence(walk, function, call, frame);
                break;
            case Does.Setting:
                SessionStatements.SetConfig(
                    walk,
                    Argument(walk, call, 0, frame),
                    Argument(walk, call, 1, frame),
                    Argument(walk, call, 2, frame)
                );
                break;
            case Does.RunsText:
                RunText(walk, function, call, frame);
                break;
            case Does.RunsQuery:
                RunQuery(walk, function, call, frame);
                break;
            case Does.Notifies:
                found.Risky(walk.Names.Object("channel", [Argument(walk, call, 0, frame) ?? "?"]), "notification");
                break;
            case Does.ReadsFiles:
                found.Add(new Effect.Grant(files, walk.Role, Privilege.Administer));
                break;
            case Does.WritesFiles:
                found.Add(new Effect.Grant(files, walk.Role, Privilege.Administer));
                found.Risky(files, "written", Argument(walk, call, 1, frame) ?? "?");
                break;
            case Does.ChangesLargeObject:
                found.Harmless(objects, "objects", "added");
                break;
            case Does.LosesLargeObject:
                // A call may stand in a statement that runs it for each of many rows.
                found.Add(new Effect.LoseData(objects, new AssetId(objects.Value), Extent.Everything));
                break;
            case Does.ChangesServer:
                found.Risky(walk.Names.Cluster, function.Name, Argument(walk, call, 0, frame) ?? "");
                break;
            case Does.Maintains:
                found.Harmless(database, function.Name);
                break;
            default:
                found.Risky(database, function.Name);
                break;
        }
    }

    private static void Sequence(Walk walk, FunctionEntry function, SyntaxNode? call, Frame frame)
    {
        var risky = function.Name == "setval";
        var name = Argument(walk, call, 0, frame);
        var id =
            name is not null && QualifiedName.Parse(name) is { Count: > 0 } parts
                ? walk.Objects.Ids(ObjectKinds.Relation, parts, frame)[0]
                : walk.Names.Object("sequence", ["?"]);
        if (risky)
        {
            walk.Found.Risky(id, "value", "set");
        }
        else
        {
            walk.Found.Harmless(id, "value", "next");
        }
    }

    private static void RunText(Walk walk, FunctionEntry function, SyntaxNode? call, Frame frame)
    {
        var text = Argument(walk, call, function.Name == "ts_rewrite" ? 1 : 0, frame);
        if (function.Name == "ts_rewrite" && call?.Nodes("args").Count == 3)
        {
            return;
        }

        if (text is null)
        {
            walk.Found.Opaque(function.Name, "it runs a text that is not in the statement", walk.Names.Database);
        }
        else
        {
            walk.VisitText(text, $"the query of {function.Name}", frame);
        }
    }

    private static void RunQuery(Walk walk, FunctionEntry function, SyntaxNode? call, Frame frame)
    {
        if (
            function.Name.StartsWith("table", StringComparison.Ordinal)
            && Argument(walk, call, 0, frame) is { } name
            && QualifiedName.Parse(name) is { Count: > 0 } parts
            && walk.Relations.Resolve(parts.Count > 1 ? parts[^2] : null, parts[^1], frame) is { } relation
        )
        {
            walk.Relations.Read(relation, frame);
        }
        else if (
            function.Name.StartsWith("schema", StringComparison.Ordinal) && Argument(walk, call, 0, frame) is { } schema
        )
        {
            foreach (var held in walk.Catalogue.Own.Relations.Where(entry => entry.SchemaName == schema))
            {
                walk.Relations.Read(held, frame);
            }
        }
        else
        {
            walk.Found.Opaque(function.Name, "it reads what its arguments name", walk.Names.Database);
        }
    }

    /// <summary>A literal argument; null where there is none, or it is computed.</summary>
    private static string? Argument(Walk walk, SyntaxNode? call, int at, Frame frame) =>
        call?.Nodes("args") is { } args && at < args.Count ? walk.Types.Literal(args[at], frame) : null;

    private static FrozenDictionary<string, Does> Table(params (Does Does, string Names)[] rows) =>
        rows.SelectMany(row =>
                row.Names.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
                    .Select(name => (name, row.Does))
            )
            .ToFrozenDictionary(row => row.name, row => row.Does, StringComparer.Ordinal);
}
