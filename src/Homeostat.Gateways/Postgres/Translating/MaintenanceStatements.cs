using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH, CHECKPOINT: no row is lost, but tables may be shut meanwhile.</summary>
internal static class MaintenanceStatements
{
    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        [
            new("VacuumStmt", Vacuum),
            new("ClusterStmt", Cluster),
            new("ReindexStmt", Reindex),
            new("RefreshMatViewStmt", Refresh),
            new("CheckPointStmt", (walk, _, _) => walk.Found.Harmless(walk.Names.Cluster, "checkpoint")),
        ];

    private static void Vacuum(Walk walk, SyntaxNode node, Frame frame)
    {
        var shuts = node.Nodes("options").Any(option => option.Text("defname") == "full");
        var named = node.Nodes("rels").Select(rel => rel.Node("relation")).OfType<SyntaxNode>().ToArray();
        if (named.Length == 0)
        {
            Report(walk, walk.Names.Database, "vacuum", shuts);
            All(walk, _ => true);
        }

        foreach (var name in named)
        {
            One(walk, name, "vacuum", shuts, frame);
        }
    }

    private static void Cluster(Walk walk, SyntaxNode node, Frame frame)
    {
        if (node.Node("relation") is { } name)
        {
            One(walk, name, "cluster", shuts: true, frame);
        }
        else
        {
            Report(walk, walk.Names.Database, "cluster", shuts: true);
            All(walk, _ => true);
        }
    }

    private static void Reindex(Walk walk, SyntaxNode node, Frame frame)
    {
        var concurrently = node.Nodes("params").Any(option => option.Text("defname") == "concurrently");
        walk.Found.ChangesCatalogue();
        if (node.Node("relation") is { } name)
        {
            One(walk, name, "reindex", !concurrently, frame);
            if (
                walk.Relations.Resolve(name, frame) is
                { Kind: RelationKind.Index or RelationKind.PartitionedIndex } index
            )
            {
                All(walk, relation => walk.Catalogue.Indexes[relation.Oid].Any(entry => entry.Index == index.Oid));
            }
        }
        else
        {
            Report(walk, walk.Names.Database, "reindex", !concurrently);
            All(walk, _ => true);
        }
    }

    /// <summary>The rows of the view are made anew by its query.</summary>
    private static void Refresh(Walk walk, SyntaxNode node, Frame frame)
    {
        if (node.Node("relation") is not { } name)
        {
            walk.Found.Unknown("REFRESH without a view");
            return;
        }

        One(walk, name, "refresh", !node.Flag("concurrent"), frame);
        if (walk.Relations.Resolve(name, frame) is not { } view)
        {
            return;
        }

        walk.Relations.Touch(view, Access.Insert);
        if (view.ViewText is { } text && !node.Flag("skipData"))
        {
            walk.VisitText(text, view.FullName, new Frame(SearchPath.System));
        }

        walk.Relations.Indexes(view);
    }

    private static void One(Walk walk, SyntaxNode name, string what, bool shuts, Frame frame)
    {
        var full = walk.Relations.NameOf(name, frame);
        Report(walk, walk.Names.Relation(full.Schema, full.Name), what, shuts);
        if (walk.Relations.Resolve(name, frame) is { } relation)
        {
            Expressions(walk, relation);
            foreach (var child in walk.Catalogue.Children(relation.Oid))
            {
                walk.Relations.Follow(child, entry => Expressions(walk, entry));
            }
        }
    }

    /// <summary>Expressions of indexes run again over every row.</summary>
    private static void Expressions(Walk walk, RelationEntry relation)
    {
        walk.Relations.Indexes(relation);
        walk.Types.ReadColumns(relation);
    }

    private static void All(Walk walk, Func<RelationEntry, bool> filter)
    {
        foreach (var relation in walk.Catalogue.Own.Relations.Where(entry => entry.HoldsRows && filter(entry)))
        {
            Expressions(walk, relation);
        }
    }

    private static void Report(Walk walk, Core.Estate.ResourceId id, string what, bool shuts)
    {
        if (shuts)
        {
            walk.Found.Add(new Effect.Change(id, what, Core.Estate.FactValue.Of("exclusive"), ChangeImpact.Unknown));
        }
        else
        {
            walk.Found.Harmless(id, what);
        }
    }
}
