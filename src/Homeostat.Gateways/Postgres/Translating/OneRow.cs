using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>Proves from a condition on a unique key that a statement touches at most one row.</summary>
internal static class OneRow
{
    /// <summary>1 where it is proven, else null.</summary>
    public static long? Limit(Walk walk, SyntaxNode statement, Frame frame)
    {
        if (
            !frame.IsText
            || statement.Node("whereClause") is not { } condition
            || walk.Functions.IsShadowed("=", frame)
            || statement.Node("relation") is not { } name
            || walk.Relations.Resolve(name.Text("schemaname"), name.Text("relname") ?? "", frame, mayMiss: true)
                is not { Kind: RelationKind.Table or RelationKind.Partitioned } relation
            || (name.Flag("inh") && relation.Kind == RelationKind.Table && walk.Catalogue.Children(relation.Oid).Any())
        )
        {
            return null;
        }

        var visible = name.Node("alias")?.Text("aliasname") ?? relation.Name;
        var columns = walk.Catalogue.Columns[relation.Oid].ToDictionary(column => column.Name, StringComparer.Ordinal);
        var numbers = FixedColumns(walk, condition, visible, columns);
        return walk.Catalogue.Indexes[relation.Oid].Any(index => IsFixed(index, numbers)) ? 1 : null;
    }

    private static bool IsFixed(IndexEntry index, HashSet<int> columns) =>
        index is { Unique: true, Predicate: null, Expressions: null, KeyColumns.Count: > 0 }
        && index.KeyColumns.All(columns.Contains);

    /// <summary>The numbers of the columns that the condition's conjuncts set equal to a constant or a parameter.</summary>
    private static HashSet<int> FixedColumns(
        Walk walk,
        SyntaxNode condition,
        string table,
        Dictionary<string, ColumnEntry> columns
    )
    {
        var conjuncts =
            condition.Is("BoolExpr") && condition.Text("boolop") == "AND_EXPR" ? condition.Nodes("args") : [condition];
        var found = new HashSet<int>();
        foreach (var part in conjuncts)
        {
            if (
                part.Is("A_Expr")
                && part.Text("kind") == "AEXPR_OP"
                && part.Names("name") is ["="] or ["pg_catalog", "="]
                && Sides(part) is ({ } left, { } constant)
                && Column(left, table) is { } name
                && columns.TryGetValue(name, out var column)
                && IsFixedBy(walk, column, constant)
            )
            {
                found.Add(column.Number);
            }
        }

        return found;
    }

    /// <summary>A column, and what it is compared with; nulls where it is anything else.</summary>
    private static (SyntaxNode? Column, SyntaxNode? Constant) Sides(SyntaxNode comparison)
    {
        var (left, right) = (comparison.Node("lexpr"), comparison.Node("rexpr"));
        return left is { Kind: "ColumnRef" } ? (left, right)
            : right is { Kind: "ColumnRef" } ? (right, left)
            : (null, null);
    }

    private static string? Column(SyntaxNode column, string table)
    {
        var names = column.Names("fields");
        return column.Nodes("fields").Count != names.Count ? null
            : names is [var only] ? only
            : names is [var qualifier, var name] && qualifier == table ? name
            : null;
    }

    private static bool IsFixedBy(Walk walk, ColumnEntry column, SyntaxNode value) =>
        value is { Kind: "A_Const" } || (value is { Kind: "ParamRef" } && walk.IsExact(value, column.Type));
}
