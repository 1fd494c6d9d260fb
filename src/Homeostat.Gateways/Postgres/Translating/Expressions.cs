using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>Expressions, and the clauses that hold them.</summary>
internal static class Expressions
{
    /// <summary>Nodes that do nothing of their own: what matters is what stands in them.</summary>
    private static readonly string[] Plain =
    [
        "A_ArrayExpr",
        "A_Const",
        "A_Indices",
        "A_Star",
        "Alias",
        "BitString",
        "Boolean",
        "BoolExpr",
        "BooleanTest",
        "CaseWhen",
        "CoalesceExpr",
        "CollateClause",
        "CTECycleClause",
        "CTESearchClause",
        "CurrentOfExpr",
        "DefElem",
        "Float",
        "GroupingFunc",
        "GroupingSet",
        "InferClause",
        "Integer",
        "LockingClause",
        "List",
        "IndexElem",
        "MinMaxExpr",
        "MultiAssignRef",
        "NamedArgExpr",
        "NullTest",
        "ParamRef",
        "PartitionElem",
        "PartitionSpec",
        "PartitionBoundSpec",
        "PartitionRangeDatum",
        "RangeFunction",
        "RangeSubselect",
        "RangeTableFunc",
        "RangeTableFuncCol",
        "ResTarget",
        "ReturnStmt",
        "RowExpr",
        "SetToDefault",
        "SQLValueFunction",
        "StatsElem",
        "String",
        "WindowDef",
        "XmlExpr",
        "XmlSerialize",
    ];

    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        Plain
            .Select(kind =>
                KeyValuePair.Create<string, NodeHandler>(kind, (walk, node, frame) => walk.VisitChildren(node, frame))
            )
            .Concat([
                new("RangeVar", (walk, node, frame) => walk.Relations.Read(node, frame)),
                new("TypeName", TypeOf),
                new("TypeCast", (walk, node, frame) => walk.VisitChildren(node, frame)),
                new("FuncCall", Call),
                new("A_Expr", Operator),
                new("A_Indirection", Indirection),
                new("ColumnRef", Column),
                new("SubLink", SubLink),
                new("SortBy", Sort),
                new("CaseExpr", Case),
                new("JoinExpr", Join),
                new("RangeTableSample", Sample),
            ]);

    private static void TypeOf(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Types.Touch(node, frame);
        walk.Visit(node.Nodes("typmods"), frame);
    }

    private static void Call(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Types.Compute();
        walk.Functions.Call(node, frame);
        walk.VisitChildren(node, frame, "funcname");
    }

    private static void Operator(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Types.Compute();
        switch (node.Text("kind"))
        {
            case "AEXPR_BETWEEN" or "AEXPR_NOT_BETWEEN" or "AEXPR_BETWEEN_SYM" or "AEXPR_NOT_BETWEEN_SYM":
                foreach (var name in (string[])["<", ">", "<=", ">="])
                {
                    walk.Functions.Operator([name], frame);
                }

                break;
            case "AEXPR_DISTINCT" or "AEXPR_NOT_DISTINCT" or "AEXPR_NULLIF" or "AEXPR_IN":
                walk.Functions.Operator(["="], frame);
                walk.Functions.Operator(["<>"], frame);
                break;
            default:
                walk.Functions.Operator(node.Names("name"), frame);
                break;
        }

        walk.VisitChildren(node, frame, "name");
    }

    /// <summary><c>(row).name</c> may call a function.</summary>
    private static void Indirection(Walk walk, SyntaxNode node, Frame frame)
    {
        foreach (var name in node.Names("indirection"))
        {
            walk.Functions.CallByField(name, frame);
        }

        walk.VisitChildren(node, frame);
    }

    private static void Column(Walk walk, SyntaxNode node, Frame frame)
    {
        if (node.Names("fields") is { Count: > 1 } names)
        {
            walk.Functions.CallByField(names[^1], frame);
        }
    }

    private static void SubLink(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Functions.Operator(node.Names("operName") is { Count: > 0 } names ? names : ["="], frame);
        walk.VisitChildren(node, frame, "operName");
    }

    private static void Sort(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Functions.Operator(node.Names("useOp"), frame);
        walk.Visit(node.Node("node"), frame);
    }

    private static void Case(Walk walk, SyntaxNode node, Frame frame)
    {
        if (node.Node("arg") is not null)
        {
            walk.Functions.Operator(["="], frame);
        }

        walk.VisitChildren(node, frame);
    }

    private static void Join(Walk walk, SyntaxNode node, Frame frame)
    {
        if (node.Flag("isNatural") || node.Nodes("usingClause").Count > 0)
        {
            walk.Functions.Operator(["="], frame);
        }

        walk.VisitChildren(node, frame);
    }

    private static void Sample(Walk walk, SyntaxNode node, Frame frame)
    {
        foreach (var method in walk.Functions.Candidates(node.Names("method"), -1, frame))
        {
            walk.Functions.Touch(method.Oid, frame);
        }

        walk.VisitChildren(node, frame, "method");
    }
}
