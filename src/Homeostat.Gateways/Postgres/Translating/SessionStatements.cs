using System.Collections.Frozen;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>Settings, transactions, cursors, locks and messages.</summary>
internal static class SessionStatements
{
    /// <summary>Statements after them mean something else, or run otherwise.</summary>
    private static readonly FrozenSet<string> Meaning = Set(
        """
        search_path client_encoding standard_conforming_strings transform_null_equals backslash_quote array_nulls
        default_transaction_isolation default_transaction_read_only default_transaction_deferrable transaction_isolation
        transaction_read_only transaction_deferrable row_security timezone time zone datestyle intervalstyle names
        """
    );

    /// <summary>They make somebody else of the session, or switch the checks off.</summary>
    private static readonly FrozenSet<string> Never = Set("role session_authorization session_replication_role");

    /// <summary>With another value the server would read another statement than the one that was judged.</summary>
    private static readonly FrozenDictionary<string, FrozenSet<string>> Only = new Dictionary<
        string,
        FrozenSet<string>
    >(StringComparer.Ordinal)
    {
        ["client_encoding"] = Words("UTF8 UTF-8 UTF_8 UNICODE"),
        ["standard_conforming_strings"] = Words("on true yes 1 t y tr tru ye"),
        ["transform_null_equals"] = Words("off false no 0 f n of fa fal fals"),
        ["backslash_quote"] = Words("safe_encoding off false no 0"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>They change how an answer looks or how it is found.</summary>
    private static readonly FrozenSet<string> Harmless = Set(
        """
        application_name bytea_output client_min_messages check_function_bodies constraint_exclusion cpu_index_tuple_cost
        cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction debug_pretty_print default_statistics_target
        effective_cache_size effective_io_concurrency escape_string_warning exit_on_error extra_float_digits
        force_parallel_mode from_collapse_limit gin_fuzzy_search_limit hash_mem_multiplier
        idle_in_transaction_session_timeout idle_session_timeout jit join_collapse_limit lc_messages lc_monetary lc_numeric
        lc_time lock_timeout log_min_messages logical_decoding_work_mem maintenance_work_mem max_parallel_workers
        max_parallel_workers_per_gather max_parallel_maintenance_workers max_stack_depth min_parallel_index_scan_size
        min_parallel_table_scan_size parallel_leader_participation parallel_setup_cost parallel_tuple_cost plan_cache_mode
        quote_all_identifiers random_page_cost recursive_worktable_factor seed seq_page_cost statement_timeout
        synchronize_seqscans temp_buffers track_io_timing track_functions track_activities vacuum_cost_delay
        vacuum_cost_limit work_mem xmlbinary xmloption default_text_search_config default_tablespace temp_tablespaces
        default_toast_compression default_table_access_method stats_fetch_consistency compute_query_id geqo
        password_encryption wal_compression restrict_nonsystem_relation_kind
        """
    );

    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        [
            new("VariableSetStmt", Set),
            new("VariableShowStmt", (walk, _, _) => walk.Found.OfSessionOnly()),
            new("TransactionStmt", Transaction),
            new("DeallocateStmt", Deallocate),
            new("FetchStmt", (walk, _, _) => walk.Found.OfSessionOnly()),
            new("ClosePortalStmt", (walk, _, _) => walk.Found.OfSessionOnly()),
            new("ListenStmt", (walk, _, _) => walk.Found.OfSessionOnly()),
            new("UnlistenStmt", (walk, _, _) => walk.Found.OfSessionOnly()),
            new("NotifyStmt", Notify),
            new("ConstraintsSetStmt", (walk, _, _) => walk.Found.OfSessionOnly()),
            new("DiscardStmt", Discard),
            new("LockStmt", Lock),
            new("LoadStmt", Load),
        ];

    private static FrozenSet<string> Set(string names) =>
        names.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static FrozenSet<string> Words(string words) =>
        words.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static void Deallocate(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.OfSessionOnly();
        walk.Found.Step(new SessionStep.Deallocate(node.Text("name")));
    }

    private static void Set(Walk walk, SyntaxNode node, Frame frame)
    {
        var kind = node.Text("kind");
        var name = (node.Text("name") ?? "").ToLowerInvariant();
        var args = node.Nodes("args");
        switch (kind)
        {
            case "VAR_RESET_ALL":
                Change(walk, "all", null, isLocal: false);
                break;
            case "VAR_RESET" or "VAR_SET_DEFAULT":
                Change(walk, name, null, node.Flag("is_local"));
                break;
            case "VAR_SET_VALUE" when name == "search_path":
                Change(walk, name, string.Join(", ", args.Select(Quoted)), node.Flag("is_local"));
                break;
            case "VAR_SET_VALUE" when args.All(arg => arg.Literal() is not null):
                Change(walk, name, string.Join(", ", args.Select(arg => arg.Literal())), node.Flag("is_local"));
                break;
            case "VAR_SET_MULTI":
                Multiple(walk, name, args, node.Flag("is_local"));
                break;
            case "VAR_SET_CURRENT":
                walk.Found.Unknown($"SET {name} FROM CURRENT");
                break;
            default:
                walk.Found.Forbid($"the setting {name} gets a value that is not a literal; write the value out");
                break;
        }
    }

    private static string Quoted(SyntaxNode arg) => $"\"{(arg.Literal() ?? "").Replace("\"", "\"\"")}\"";

    /// <summary>SET TRANSACTION and SET SESSION CHARACTERISTICS.</summary>
    private static void Multiple(Walk walk, string name, IReadOnlyList<SyntaxNode> args, bool isLocal)
    {
        var prefix = name == "session characteristics" ? "default_" : "";
        foreach (var option in args)
        {
            if (option.Is("DefElem") && option.Text("defname") is { } setting)
            {
                Change(walk, prefix + setting, option.Node("arg")?.Literal(), isLocal || prefix.Length == 0);
            }
            else if (name != "transaction snapshot")
            {
                walk.Found.Unknown($"SET {name}");
            }
        }
    }

    private static void Change(Walk walk, string name, string? value, bool isLocal)
    {
        var id = walk.Names.Object("session-setting", [name.Length == 0 ? "?" : name]);
        if (Never.Contains(name) && value is not null)
        {
            walk.Found.Add(
                new Effect.Grant(walk.Names.Database, walk.Names.Role(value), Core.Estate.Privilege.Administer)
            );
            walk.Found.Forbid(
                $"the setting {name} may not be changed: a lease is for one role; ask for a lease of the other"
            );
            return;
        }

        if (value is not null && Only.TryGetValue(name, out var accepted) && !accepted.Contains(value))
        {
            walk.Found.Forbid($"the setting {name} may only be {accepted.First()}: statements are read as such");
            return;
        }

        var changesMeaning = name == "all" || Meaning.Contains(name) || Never.Contains(name);
        walk.Found.Add(new SettingChange(name, value, isLocal, changesMeaning));
        if (
            changesMeaning
            || Harmless.Contains(name)
            || name.StartsWith("enable_", StringComparison.Ordinal)
            || name.StartsWith("jit_", StringComparison.Ordinal)
        )
        {
            walk.Found.OfSessionOnly();
        }
        else
        {
            walk.Found.Risky(id, "value", value ?? "default");
        }
    }

    /// <summary>
    /// <c>select set_config(name, 'literal', literal) from pg_settings where name = 'literal'</c>: what pg_dump sets where a
    /// server may not have the setting. It sets just that one.
    /// </summary>
    public static bool IsSetOfKnown(Walk walk, SyntaxNode select, Frame frame)
    {
        if (
            select.Nodes("fromClause") is not [{ Kind: "RangeVar" } from]
            || from.Text("relname") != "pg_settings"
            || walk.Relations.Resolve(from, frame) is not { SchemaName: SearchPath.SystemSchema }
            || select.Nodes("targetList") is not [{ } target]
            || target.Node("val") is not { Kind: "FuncCall" } call
            || call.Names("funcname") is not (["set_config"] or [SearchPath.SystemSchema, "set_config"])
            || walk.Catalogue.Functions("set_config").Any(function => function.Oid.Value >= 16384)
            || call.Nodes("args") is not [{ Kind: "ColumnRef" } name, var value, var isLocal]
            || name.Names("fields") is not ["name"]
            || select.Node("whereClause") is not { Kind: "A_Expr" } where
            || where.Text("kind") != "AEXPR_OP"
            || where.Names("name") is not ["="]
            || walk.Functions.IsShadowed("=", frame)
            || where.Node("lexpr") is not { Kind: "ColumnRef" } column
            || column.Names("fields") is not ["name"]
            || where.Node("rexpr") is not { Kind: "A_Const" } known
        )
        {
            return false;
        }

        walk.Visit(from, frame);
        SetConfig(walk, known.Literal(), walk.Types.Literal(value, frame), walk.Types.Literal(isLocal, frame));
        return true;
    }

    /// <summary>The function set_config; what is not literal is never executed.</summary>
    public static void SetConfig(Walk walk, string? name, string? value, string? isLocal)
    {
        if (name is null || value is null || isLocal is null)
        {
            walk.Found.Forbid("set_config with arguments that are not literals; write them out");
            return;
        }

        if (name.Equals("search_path", StringComparison.OrdinalIgnoreCase) && IdentifierText.Split(value, ',') is null)
        {
            walk.Found.Forbid("set_config with a search_path that is no list of names; write names and commas");
            return;
        }

        Change(
            walk,
            name.ToLowerInvariant(),
            value,
            isLocal.ToLowerInvariant() is "true" or "t" or "on" or "yes" or "1"
        );
    }

    private static void Transaction(Walk walk, SyntaxNode node, Frame frame)
    {
        var kind = node.Text("kind") ?? "";
        if (kind is "TRANS_STMT_PREPARE" or "TRANS_STMT_COMMIT_PREPARED" or "TRANS_STMT_ROLLBACK_PREPARED")
        {
            walk.Found.Risky(walk.Names.Object("prepared-transaction", [node.Text("gid") ?? "?"]), "transaction", kind);
        }
        else
        {
            walk.Found.OfSessionOnly();
        }

        if (kind is not ("TRANS_STMT_BEGIN" or "TRANS_STMT_START" or "TRANS_STMT_SAVEPOINT" or "TRANS_STMT_RELEASE"))
        {
            walk.Found.Step(SessionStep.Undo);
            walk.Found.ChangesCatalogue();
        }

        Multiple(walk, "transaction", node.Nodes("options"), isLocal: true);
    }

    private static void Notify(Walk walk, SyntaxNode node, Frame frame) =>
        walk.Found.Risky(walk.Names.Object("channel", [node.Text("conditionname") ?? "?"]), "notification");

    private static void Discard(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.OfSessionOnly();
        walk.Found.ChangesCatalogue();
        if (node.Text("target") == "DISCARD_ALL")
        {
            walk.Found.Step(new SessionStep.Deallocate(null));
            Change(walk, "all", null, isLocal: false);
        }
    }

    /// <summary>Mode 1 is that of any look, 2 and 3 those of ordinary writing; above them others wait, nobody knows how long.</summary>
    private static void Lock(Walk walk, SyntaxNode node, Frame frame)
    {
        var blocks = node.Number("mode") > 3;
        foreach (var name in node.Nodes("relations"))
        {
            var relation = walk.Relations.Resolve(name, frame);
            var full = walk.Relations.NameOf(name, frame);
            var id = walk.Names.Relation(full.Schema, full.Name);
            walk.Found.Add(
                node.Number("mode") == 1
                    ? new Effect.Read(id, "lock")
                    : new Effect.Change(
                        id,
                        "lock",
                        Core.Estate.FactValue.Of(node.Number("mode")),
                        blocks ? ChangeImpact.Unknown : ChangeImpact.Harmless
                    )
            );
            if (relation is { IsView: true })
            {
                walk.Relations.Read(relation, frame with { Locks = true });
            }
        }
    }

    private static void Load(Walk walk, SyntaxNode node, Frame frame) =>
        walk.Found.Opaque("LOAD", $"the library {node.Text("filename")}", walk.Names.Cluster);
}
