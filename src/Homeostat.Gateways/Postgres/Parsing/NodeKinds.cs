using System.Collections.Frozen;

namespace Homeostat.Gateways.Postgres.Parsing;

/// <summary>
/// Which node an object is where the JSON does not say: a field of one fixed type holds its object bare. Made from the
/// field list of PostgreSQL 15's raw parse nodes; a test compares it with the grammar that is installed.
/// </summary>
internal static class NodeKinds
{
    private static readonly FrozenDictionary<string, string> ByField = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["action"] = "GrantStmt",
        ["alias"] = "Alias",
        ["argType"] = "TypeName",
        ["authrole"] = "RoleSpec",
        ["base"] = "CreateStmt",
        ["bound"] = "PartitionBoundSpec",
        ["boolval"] = "Boolean",
        ["bsval"] = "BitString",
        ["collClause"] = "CollateClause",
        ["constrrel"] = "RangeVar",
        ["cycle_clause"] = "CTECycleClause",
        ["datatype"] = "TypeName",
        ["extname"] = "String",
        ["fromsql"] = "ObjectWithArgs",
        ["func"] = "ObjectWithArgs",
        ["funccall"] = "FuncCall",
        ["fval"] = "Float",
        ["grantor"] = "RoleSpec",
        ["identitySequence"] = "RangeVar",
        ["infer"] = "InferClause",
        ["into"] = "IntoClause",
        ["intoClause"] = "IntoClause",
        ["ival"] = "Integer",
        ["join_using_alias"] = "Alias",
        ["larg"] = "SelectStmt",
        ["newowner"] = "RoleSpec",
        ["newrole"] = "RoleSpec",
        ["ofTypename"] = "TypeName",
        ["onConflictClause"] = "OnConflictClause",
        ["opername"] = "ObjectWithArgs",
        ["over"] = "WindowDef",
        ["owner"] = "RoleSpec",
        ["partbound"] = "PartitionBoundSpec",
        ["partspec"] = "PartitionSpec",
        ["pktable"] = "RangeVar",
        ["pubtable"] = "PublicationTable",
        ["rarg"] = "SelectStmt",
        ["rel"] = "RangeVar",
        ["relation"] = "RangeVar",
        ["returnType"] = "TypeName",
        ["role"] = "RoleSpec",
        ["search_clause"] = "CTESearchClause",
        ["sequence"] = "RangeVar",
        ["setstmt"] = "VariableSetStmt",
        ["sourcetype"] = "TypeName",
        ["storedtype"] = "TypeName",
        ["stmts"] = "RawStmt",
        ["sval"] = "String",
        ["table"] = "RangeVar",
        ["targettype"] = "TypeName",
        ["tosql"] = "ObjectWithArgs",
        ["typeName"] = "TypeName",
        ["type_name"] = "TypeName",
        ["typevar"] = "RangeVar",
        ["user"] = "RoleSpec",
        ["val"] = "SelectStmt",
        ["view"] = "RangeVar",
        ["withClause"] = "WithClause",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The node that a bare object in this field is; null where no such field is known.</summary>
    public static string? OfBare(string? parent, string field) =>
        field == "name"
            ? parent switch
            {
                "CreateOpClassItem" => "ObjectWithArgs",
                "PartitionCmd" => "RangeVar",
                _ => null,
            }
            : ByField.GetValueOrDefault(field);
}
