using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>SELECT, INSERT, UPDATE, DELETE, MERGE, TRUNCATE and what stands around queries.</summary>
internal static class QueryStatements
{
    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        [
            new("SelectStmt", Select),
            new("InsertStmt", Insert),
            new("UpdateStmt", Update),
            new("DeleteStmt", Delete),
            new("MergeStmt", Merge),
            new("TruncateStmt", Truncate),
            new("CopyStmt", CopyStatement.Handle),
            new("DeclareCursorStmt", (walk, node, frame) => walk.Visit(node.Node("query"), frame)),
            new("ExplainStmt", Explain),
            new("PrepareStmt", Prepare),
            new("ExecuteStmt", Execute),
            new("CallStmt", (walk, node, frame) => Call(walk, node, frame)),
            new("DoStmt", Do),
        ];

    /// <summary>WITH: a recursive list sees all its names, another only those before.</summary>
    private static Frame With(Walk walk, SyntaxNode node, Frame frame)
    {
        if (node.Node("withClause") is not { } clause)
        {
            return frame;
        }

        if (!clause.Is("WithClause"))
        {
            walk.Visit(clause, frame);
            return frame;
        }

        var scope = frame.Ctes;
        var entries = clause.Nodes("ctes");
        var all = entries.Aggregate(scope, (outer, entry) => new CteScope(entry.Text("ctename") ?? "", outer));
        foreach (var entry in entries)
        {
            var inner = frame with { Ctes = clause.Flag("recursive") ? all : scope, Locks = false };
            if (entry.Is("CommonTableExpr"))
            {
                walk.VisitChildren(entry, inner);
            }
            else
            {
                walk.Visit(entry, inner);
            }

            scope = new CteScope(entry.Text("ctename") ?? "", scope);
        }

        return frame with
        {
            Ctes = all,
        };
    }

    private static void Select(Walk walk, SyntaxNode node, Frame frame)
    {
        var inner = With(walk, node, frame);
        if (SessionStatements.IsSetOfKnown(walk, node, inner))
        {
            return;
        }

        if (node.Node("intoClause") is { } into)
        {
            DefinitionStatements.Into(walk, into, inner);
        }

        var locks = node.Nodes("lockingClause").Count > 0;
        walk.Visit(node.Nodes("fromClause"), inner with { Locks = locks || inner.Locks });
        var rest = inner with { Locks = locks };
        walk.Visit(node.Node("larg"), rest);
        walk.Visit(node.Node("rarg"), rest);
        walk.VisitChildren(
            node,
            inner with
            {
                Locks = false,
            },
            "withClause",
            "intoClause",
            "lockingClause",
            "fromClause",
            "larg",
            "rarg"
        );
    }

    private static void Insert(Walk walk, SyntaxNode node, Frame frame)
    {
        var inner = With(walk, node, frame);
        var columns = node.Nodes("cols").Select(column => column.Text("name") ?? "").ToArray();
        var isDefault = node.Node("selectStmt") is null;
        walk.Relations.Write(
            node.Node("relation"),
            new WriteKind(Access.Insert)
            {
                Columns = columns.Length == 0 || isDefault ? null : columns,
                SetsDefaults = HasDefault(node.Node("selectStmt")),
                Recurse = true,
            },
            inner
        );
        if (node.Node("onConflictClause") is { } conflict)
        {
            if (conflict.Text("action") == "ONCONFLICT_UPDATE")
            {
                walk.Relations.Write(node.Node("relation"), UpdateOf(conflict), inner);
            }

            walk.VisitChildren(conflict, inner);
        }

        walk.VisitChildren(node, inner, "withClause", "relation", "onConflictClause");
    }

    /// <summary>DEFAULT among the values of VALUES.</summary>
    private static bool HasDefault(SyntaxNode? select) =>
        select?.Nodes("valuesLists").Any(row => row.Nodes("items").Any(item => item.Is("SetToDefault"))) ?? false;

    private static WriteKind UpdateOf(SyntaxNode node) =>
        new(Access.Update)
        {
            Columns = [.. node.Nodes("targetList").Select(target => target.Text("name") ?? "")],
            SetsDefaults = node.Nodes("targetList").Any(SetsDefault),
        };

    private static bool SetsDefault(SyntaxNode target) =>
        target.Node("val") is { } value
        && (
            value.Is("SetToDefault")
            || (
                value.Is("MultiAssignRef")
                && (value.Node("source")?.Nodes("args").Any(item => item.Is("SetToDefault")) ?? false)
            )
        );

    private static void Update(Walk walk, SyntaxNode node, Frame frame)
    {
        var inner = With(walk, node, frame);
        walk.Relations.Write(
            node.Node("relation"),
            UpdateOf(node) with
            {
                Rows = OneRow.Limit(walk, node, inner),
            },
            inner
        );
        ReadTarget(walk, node, inner);
        walk.VisitChildren(node, inner, "withClause", "relation");
    }

    private static void Delete(Walk walk, SyntaxNode node, Frame frame)
    {
        var inner = With(walk, node, frame);
        var kind = new WriteKind(Access.Delete) { Rows = OneRow.Limit(walk, node, inner) };
        walk.Relations.Write(node.Node("relation"), kind, inner);
        ReadTarget(walk, node, inner);
        walk.VisitChildren(node, inner, "withClause", "relation");
    }

    /// <summary>A condition or RETURNING shows rows of the target.</summary>
    private static void ReadTarget(Walk walk, SyntaxNode node, Frame frame)
    {
        if (
            (node.Node("whereClause") is not null || node.Nodes("returningList").Count > 0)
            && node.Node("relation") is { } target
        )
        {
            walk.Relations.Read(target, frame with { Ctes = null });
        }
    }

    private static void Merge(Walk walk, SyntaxNode node, Frame frame)
    {
        var inner = With(walk, node, frame);
        var target = node.Node("relation");
        foreach (var clause in node.Nodes("mergeWhenClauses"))
        {
            switch (clause.Text("commandType"))
            {
                case "CMD_INSERT":
                    walk.Relations.Write(
                        target,
                        new WriteKind(Access.Insert) { SetsDefaults = true, Recurse = true },
                        inner
                    );
                    break;
                case "CMD_UPDATE":
                    walk.Relations.Write(target, UpdateOf(clause), inner);
                    break;
                case "CMD_DELETE":
                    walk.Relations.Write(target, new WriteKind(Access.Delete), inner);
                    break;
                case "CMD_NOTHING":
                    break;
                case var other:
                    walk.Found.Unknown($"MERGE with {other}");
                    break;
            }

            walk.VisitChildren(clause, inner);
        }

        if (target is not null)
        {
            walk.Relations.Read(target, inner with { Ctes = null });
        }

        walk.VisitChildren(node, inner, "withClause", "relation", "mergeWhenClauses");
    }

    private static void Truncate(Walk walk, SyntaxNode node, Frame frame)
    {
        var cascades = node.Text("behavior") == "DROP_CASCADE";
        foreach (var name in node.Nodes("relations"))
        {
            walk.Relations.Write(name, new WriteKind(Access.Truncate), frame);
            if (cascades && walk.Relations.Resolve(name, frame) is { } relation)
            {
                Cascade(walk, relation, frame);
            }
        }
    }

    /// <summary>All tables that refer to what is truncated are truncated with it, whatever their foreign keys say.</summary>
    private static void Cascade(Walk walk, Catalogue.RelationEntry relation, Frame frame)
    {
        if (!walk.Once((relation.Oid, "truncate cascade")))
        {
            return;
        }

        foreach (var key in walk.Catalogue.Referencing(relation.Oid))
        {
            walk.Relations.Follow(
                key.Relation,
                entry =>
                {
                    walk.Relations.Write(entry, new WriteKind(Access.Truncate) { Recurse = true }, frame);
                    Cascade(walk, entry, frame);
                }
            );
        }

        foreach (var child in walk.Catalogue.Children(relation.Oid))
        {
            walk.Relations.Follow(child, entry => Cascade(walk, entry, frame));
        }
    }

    private static void Explain(Walk walk, SyntaxNode node, Frame frame)
    {
        var analyze = node.Nodes("options").LastOrDefault(option => option.Text("defname") == "analyze");
        var runs =
            analyze is not null
            && (analyze.Node("arg")?.Literal() ?? "true").ToLowerInvariant() is not ("false" or "off" or "0" or "no");
        walk.Visit(node.Node("query"), frame with { PlanOnly = frame.PlanOnly || !runs });
    }

    /// <summary>Nothing runs yet; what it would do is judged when it is executed, under the catalogue of then.</summary>
    private static void Prepare(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.OfSessionOnly();
        walk.Found.Step(
            new SessionStep.Prepare(node.Text("name") ?? "", node.Node("query"), node.Nodes("argtypes").Count > 0)
        );
        walk.Visit(node.Nodes("argtypes"), frame);
    }

    private static void Execute(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Visit(node.Nodes("params"), frame);
        walk.Found.DependsOnSession();
        var name = node.Text("name") ?? "";
        if (!walk.Session.Prepared.TryGetValue(name, out var prepared))
        {
            walk.Found.Missing($"prepared statement {name}");
            walk.Found.Risky(walk.Names.Object("prepared", [name.Length == 0 ? "?" : name]), "executed");
            return;
        }

        if (walk.Once(("execute", name)))
        {
            walk.Types.Touch(prepared.ParameterTypes);
            walk.Visit(
                prepared.Root.Is("PrepareStmt") ? prepared.Root.Node("query") : prepared.Root,
                frame with
                {
                    IsText = false,
                }
            );
        }
    }

    private static void Call(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Visit(node.Node("funccall"), frame);
        walk.Found.ChangesCatalogue();
    }

    private static void Do(Walk walk, SyntaxNode node, Frame frame)
    {
        var language = node.Nodes("args")
            .FirstOrDefault(option => option.Text("defname") == "language")
            ?.Node("arg")
            ?.Literal();
        walk.Found.Opaque("DO", $"a block in {language ?? "plpgsql"}", walk.Names.Database);
    }
}
