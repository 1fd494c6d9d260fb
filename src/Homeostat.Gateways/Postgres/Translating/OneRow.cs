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
        var fixedColumns = FixedColumns(walk, condition, visible);
        var numbers = walk
            .Catalogue.Columns[relation.Oid]
            .Where(column => fixedColumns.Contains(column.Name))
            .Select(column => column.Number)
            .ToHashSet();
        return walk.Catalogue.Indexes[relation.Oid].Any(index => IsFixed(index, numbers)) ? 1 : null;
    }

    private static bool IsFixed(IndexEntry index, HashSet<int> columns) =>
        index is { Unique: true, Predicate: null, Expressions: null, KeyColumns.Count: > 0 }
        && index.KeyColumns.All(columns.Contains);

    /// <summary>The columns that the condition's conjuncts set equal to a constant or a parameter.</summary>
    private static HashSet<string> FixedColumns(Walk walk, SyntaxNode condition, string table)
    {
        var conjuncts =
            condition.Is("BoolExpr") && condition.Text("boolop") == "AND_EXPR" ? condition.Nodes("args") : [condition];
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in conjuncts)
        {
            if (
                part.Is("A_Expr")
                && part.Text("kind") == "AEXPR_OP"
                && part.Names("name") is ["="] or ["pg_catalog", "="]
                && ColumnAndConstant(walk, part.Node("lexpr"), part.Node("rexpr"), table) is { } column
            )
            {
                found.Add(column);
            }
        }

        return found;
    }

    private static string? ColumnAndConstant(Walk walk, SyntaxNode? left, SyntaxNode? right, string table)
    {
        if (IsConstant(walk, left))
        {
            (left, right) = (right, left);
        }

        return left is { Kind: "ColumnRef" } && IsConstant(walk, right)
            ? Column(left.Names("fields"), left, table)
            : null;
    }

    private static string? Column(IReadOnlyList<string> names, SyntaxNode column, string table) =>
        column.Nodes("fields").Count != names.Count ? null
        : names is [var only] ? only
        : names is [var qualifier, var name] && qualifier == table ? name
        : null;

    private static bool IsConstant(Walk walk, SyntaxNode? node) =>
        node is { Kind: "A_Const" } || (node is { Kind: "ParamRef" } && walk.IsExact(node));
}
