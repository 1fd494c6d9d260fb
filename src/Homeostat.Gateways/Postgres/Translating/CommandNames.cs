using System.Collections.Frozen;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>A statement's name in PostgreSQL's words: its command tag, without the counts that follow some.</summary>
internal static class CommandNames
{
    /// <summary>What is no statement by itself, or none that we know.</summary>
    public const string Unknown = "UNKNOWN";

    /// <summary>One a line: the node, and its words; <c>…</c> stands for the kind of object.</summary>
    private const string Table = """
        AlterCollationStmt ALTER COLLATION
        AlterDatabaseRefreshCollStmt ALTER DATABASE
        AlterDatabaseSetStmt ALTER DATABASE
        AlterDatabaseStmt ALTER DATABASE
        AlterDefaultPrivilegesStmt ALTER DEFAULT PRIVILEGES
        AlterDomainStmt ALTER DOMAIN
        AlterEnumStmt ALTER TYPE
        AlterEventTrigStmt ALTER EVENT TRIGGER
        AlterExtensionContentsStmt ALTER EXTENSION
        AlterExtensionStmt ALTER EXTENSION
        AlterFdwStmt ALTER FOREIGN DATA WRAPPER
        AlterForeignServerStmt ALTER SERVER
        AlterFunctionStmt ALTER …
        AlterObjectDependsStmt ALTER …
        AlterObjectSchemaStmt ALTER …
        AlterOpFamilyStmt ALTER OPERATOR FAMILY
        AlterOperatorStmt ALTER OPERATOR
        AlterOwnerStmt ALTER …
        AlterPolicyStmt ALTER POLICY
        AlterPublicationStmt ALTER PUBLICATION
        AlterRoleSetStmt ALTER ROLE
        AlterRoleStmt ALTER ROLE
        AlterSeqStmt ALTER SEQUENCE
        AlterStatsStmt ALTER STATISTICS
        AlterSubscriptionStmt ALTER SUBSCRIPTION
        AlterSystemStmt ALTER SYSTEM
        AlterTSConfigurationStmt ALTER TEXT SEARCH CONFIGURATION
        AlterTSDictionaryStmt ALTER TEXT SEARCH DICTIONARY
        AlterTableMoveAllStmt ALTER …
        AlterTableSpaceOptionsStmt ALTER TABLESPACE
        AlterTableStmt ALTER …
        AlterTypeStmt ALTER TYPE
        AlterUserMappingStmt ALTER USER MAPPING
        CallStmt CALL
        CheckPointStmt CHECKPOINT
        ClosePortalStmt CLOSE CURSOR
        ClusterStmt CLUSTER
        CommentStmt COMMENT
        CompositeTypeStmt CREATE TYPE
        ConstraintsSetStmt SET CONSTRAINTS
        CopyStmt COPY
        CreateAmStmt CREATE ACCESS METHOD
        CreateCastStmt CREATE CAST
        CreateConversionStmt CREATE CONVERSION
        CreateDomainStmt CREATE DOMAIN
        CreateEnumStmt CREATE TYPE
        CreateEventTrigStmt CREATE EVENT TRIGGER
        CreateExtensionStmt CREATE EXTENSION
        CreateFdwStmt CREATE FOREIGN DATA WRAPPER
        CreateForeignServerStmt CREATE SERVER
        CreateForeignTableStmt CREATE FOREIGN TABLE
        CreateFunctionStmt CREATE FUNCTION
        CreateOpClassStmt CREATE OPERATOR CLASS
        CreateOpFamilyStmt CREATE OPERATOR FAMILY
        CreatePLangStmt CREATE LANGUAGE
        CreatePolicyStmt CREATE POLICY
        CreatePublicationStmt CREATE PUBLICATION
        CreateRangeStmt CREATE TYPE
        CreateRoleStmt CREATE ROLE
        CreateSchemaStmt CREATE SCHEMA
        CreateSeqStmt CREATE SEQUENCE
        CreateStatsStmt CREATE STATISTICS
        CreateStmt CREATE TABLE
        CreateSubscriptionStmt CREATE SUBSCRIPTION
        CreateTableAsStmt CREATE TABLE AS
        CreateTableSpaceStmt CREATE TABLESPACE
        CreateTransformStmt CREATE TRANSFORM
        CreateTrigStmt CREATE TRIGGER
        CreateUserMappingStmt CREATE USER MAPPING
        CreatedbStmt CREATE DATABASE
        DeallocateStmt DEALLOCATE
        DeclareCursorStmt DECLARE CURSOR
        DefineStmt CREATE …
        DeleteStmt DELETE
        DiscardStmt DISCARD
        DoStmt DO
        DropOwnedStmt DROP OWNED
        DropRoleStmt DROP ROLE
        DropStmt DROP …
        DropSubscriptionStmt DROP SUBSCRIPTION
        DropTableSpaceStmt DROP TABLESPACE
        DropUserMappingStmt DROP USER MAPPING
        DropdbStmt DROP DATABASE
        ExecuteStmt EXECUTE
        ExplainStmt EXPLAIN
        FetchStmt FETCH
        GrantRoleStmt GRANT ROLE
        GrantStmt GRANT
        ImportForeignSchemaStmt IMPORT FOREIGN SCHEMA
        IndexStmt CREATE INDEX
        InsertStmt INSERT
        ListenStmt LISTEN
        LoadStmt LOAD
        LockStmt LOCK TABLE
        MergeStmt MERGE
        NotifyStmt NOTIFY
        PrepareStmt PREPARE
        ReassignOwnedStmt REASSIGN OWNED
        RefreshMatViewStmt REFRESH MATERIALIZED VIEW
        ReindexStmt REINDEX
        RenameStmt ALTER …
        RuleStmt CREATE RULE
        SecLabelStmt SECURITY LABEL
        SelectStmt SELECT
        TransactionStmt BEGIN
        TruncateStmt TRUNCATE TABLE
        UnlistenStmt UNLISTEN
        UpdateStmt UPDATE
        VacuumStmt VACUUM
        VariableSetStmt SET
        VariableShowStmt SHOW
        ViewStmt CREATE VIEW
        """;

    private static readonly FrozenDictionary<string, string> Words = Table
        .Split('\n', StringSplitOptions.TrimEntries)
        .Select(line => line.Split(' ', 2))
        .ToFrozenDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    /// <summary>Where the grammar's name of an object's kind is not PostgreSQL's word for it.</summary>
    private static readonly FrozenDictionary<string, string> ObjectWords = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["ATTRIBUTE"] = "TYPE",
        ["COLUMN"] = "TABLE",
        ["DOMCONSTRAINT"] = "DOMAIN",
        ["FDW"] = "FOREIGN DATA WRAPPER",
        ["FOREIGN_SERVER"] = "SERVER",
        ["LARGEOBJECT"] = "LARGE OBJECT",
        ["MATVIEW"] = "MATERIALIZED VIEW",
        ["OPCLASS"] = "OPERATOR CLASS",
        ["OPFAMILY"] = "OPERATOR FAMILY",
        ["STATISTIC_EXT"] = "STATISTICS",
        ["TABCONSTRAINT"] = "TABLE",
        ["TSCONFIGURATION"] = "TEXT SEARCH CONFIGURATION",
        ["TSDICTIONARY"] = "TEXT SEARCH DICTIONARY",
        ["TSPARSER"] = "TEXT SEARCH PARSER",
        ["TSTEMPLATE"] = "TEXT SEARCH TEMPLATE",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Transactions = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["TRANS_STMT_BEGIN"] = "BEGIN",
        ["TRANS_STMT_START"] = "START TRANSACTION",
        ["TRANS_STMT_COMMIT"] = "COMMIT",
        ["TRANS_STMT_ROLLBACK"] = "ROLLBACK",
        ["TRANS_STMT_SAVEPOINT"] = "SAVEPOINT",
        ["TRANS_STMT_RELEASE"] = "RELEASE",
        ["TRANS_STMT_ROLLBACK_TO"] = "ROLLBACK",
        ["TRANS_STMT_PREPARE"] = "PREPARE TRANSACTION",
        ["TRANS_STMT_COMMIT_PREPARED"] = "COMMIT PREPARED",
        ["TRANS_STMT_ROLLBACK_PREPARED"] = "ROLLBACK PREPARED",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Of(SyntaxNode root) =>
        root.Kind switch
        {
            "TransactionStmt" => Transactions.GetValueOrDefault(root.Text("kind") ?? "", Unknown),
            "VariableSetStmt" when root.Text("kind") is "VAR_RESET" or "VAR_RESET_ALL" => "RESET",
            "VacuumStmt" when !root.Flag("is_vacuumcmd") => "ANALYZE",
            "GrantStmt" when !root.Flag("is_grant") => "REVOKE",
            "GrantRoleStmt" when !root.Flag("is_grant") => "REVOKE ROLE",
            "FetchStmt" when root.Flag("ismove") => "MOVE",
            "CreateFunctionStmt" when root.Flag("is_procedure") => "CREATE PROCEDURE",
            "CreateTableAsStmt" when root.Text("objtype") == "OBJECT_MATVIEW" => "CREATE MATERIALIZED VIEW",
            "DiscardStmt" when root.Text("target") is { } target => target.Replace('_', ' '),
            { } kind when Words.TryGetValue(kind, out var words) => words.Replace(
                "…",
                ObjectOf(root),
                StringComparison.Ordinal
            ),
            _ => Unknown,
        };

    /// <summary>A part of a relation goes by the relation's kind, where that is said.</summary>
    private static string ObjectOf(SyntaxNode root)
    {
        var type = root.Text("renameType") is "OBJECT_COLUMN" ? root.Text("relationType") : root.Text("renameType");
        type ??= root.Text("removeType") ?? root.Text("objectType") ?? root.Text("objtype") ?? root.Text("kind");
        return WordOf(type ?? "");
    }

    /// <summary>PostgreSQL's word for <c>OBJECT_TABLE</c> and its kin.</summary>
    public static string WordOf(string objectType)
    {
        var name = objectType.Replace("OBJECT_", "", StringComparison.Ordinal);
        return name.Length == 0 ? "OBJECT" : ObjectWords.GetValueOrDefault(name) ?? name.Replace('_', ' ');
    }
}
