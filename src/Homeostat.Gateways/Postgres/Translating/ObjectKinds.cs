using System.Collections.Frozen;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>The word in an id for each kind of object that the grammar knows.</summary>
internal static class ObjectKinds
{
    public const string Relation = "relation";
    public const string Function = "function";
    public const string Type = "type";
    public const string Operator = "operator";

    private static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["ACCESS_METHOD"] = "access-method",
        ["AGGREGATE"] = Function,
        ["ATTRIBUTE"] = Type,
        ["CAST"] = "cast",
        ["COLLATION"] = "collation",
        ["COLUMN"] = Relation,
        ["CONVERSION"] = "conversion",
        ["DATABASE"] = "database",
        ["DOMAIN"] = Type,
        ["DOMCONSTRAINT"] = Type,
        ["EVENT_TRIGGER"] = "event-trigger",
        ["EXTENSION"] = "extension",
        ["FDW"] = "foreign-data-wrapper",
        ["FOREIGN_SERVER"] = "foreign-server",
        ["FOREIGN_TABLE"] = Relation,
        ["FUNCTION"] = Function,
        ["INDEX"] = Relation,
        ["LANGUAGE"] = "language",
        ["LARGEOBJECT"] = "large-object",
        ["MATVIEW"] = Relation,
        ["OPCLASS"] = "operator-class",
        ["OPERATOR"] = Operator,
        ["OPFAMILY"] = "operator-family",
        ["PARAMETER_ACL"] = "setting",
        ["POLICY"] = "policy",
        ["PROCEDURE"] = Function,
        ["PUBLICATION"] = "publication",
        ["ROLE"] = "role",
        ["ROUTINE"] = Function,
        ["RULE"] = "rule",
        ["SCHEMA"] = "schema",
        ["SEQUENCE"] = Relation,
        ["STATISTIC_EXT"] = "statistics",
        ["SUBSCRIPTION"] = "subscription",
        ["TABCONSTRAINT"] = Relation,
        ["TABLE"] = Relation,
        ["TABLESPACE"] = "tablespace",
        ["TRANSFORM"] = "transform",
        ["TRIGGER"] = "trigger",
        ["TSCONFIGURATION"] = "text-search-configuration",
        ["TSDICTIONARY"] = "text-search-dictionary",
        ["TSPARSER"] = "text-search-parser",
        ["TSTEMPLATE"] = "text-search-template",
        ["TYPE"] = Type,
        ["VIEW"] = Relation,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>They stand in a schema and are looked for along the path, the temporary schema left out.</summary>
    private static readonly FrozenSet<string> InSchemas = new[]
    {
        "collation",
        "conversion",
        "operator-class",
        "operator-family",
        "statistics",
        "text-search-configuration",
        "text-search-dictionary",
        "text-search-parser",
        "text-search-template",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The word for <c>OBJECT_TABLE</c> and its kin; <c>object</c> for one that we do not know.</summary>
    public static string Of(string? objectType) =>
        Words.GetValueOrDefault((objectType ?? "").Replace("OBJECT_", "", StringComparison.Ordinal), "object");

    public static bool IsInSchema(string kind) => InSchemas.Contains(kind);

    /// <summary>It belongs to a relation, whose names come before its own.</summary>
    public static bool IsOfRelation(string kind) => kind is "trigger" or "rule" or "policy";

    /// <summary>The grammar writes the access method before its names.</summary>
    public static bool HasAccessMethod(string kind) => kind is "operator-class" or "operator-family";
}
