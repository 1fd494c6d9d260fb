using System.Collections.Frozen;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>CREATE of anything. What is defined for others to run later is a delegation.</summary>
internal static class DefinitionStatements
{
    /// <param name="Kind">The word in the id.</param>
    /// <param name="Name">The field that names it.</param>
    /// <param name="Runs">Others will run it, or what it names, later.</param>
    private sealed record Form(string Kind, string Name, bool Runs = false);

    private static readonly FrozenDictionary<string, Form> Forms = new Dictionary<string, Form>(StringComparer.Ordinal)
    {
        ["CompositeTypeStmt"] = new("type", "typevar"),
        ["CreateAmStmt"] = new("access-method", "amname", Runs: true),
        ["CreateCastStmt"] = new("cast", "targettype", Runs: true),
        ["CreateConversionStmt"] = new("conversion", "conversion_name", Runs: true),
        ["CreateDomainStmt"] = new("type", "domainname", Runs: true),
        ["CreateEnumStmt"] = new("type", "typeName"),
        ["CreateEventTrigStmt"] = new("event-trigger", "trigname", Runs: true),
        ["CreateFdwStmt"] = new("foreign-data-wrapper", "fdwname", Runs: true),
        ["CreateForeignServerStmt"] = new("foreign-server", "servername", Runs: true),
        ["CreateFunctionStmt"] = new("function", "funcname", Runs: true),
        ["CreateOpClassStmt"] = new("operator-class", "opclassname", Runs: true),
        ["CreateOpFamilyStmt"] = new("operator-family", "opfamilyname"),
        ["CreatePLangStmt"] = new("language", "plname", Runs: true),
        ["CreatePolicyStmt"] = new("policy", "policy_name", Runs: true),
        ["CreatePublicationStmt"] = new("publication", "pubname", Runs: true),
        ["CreateRangeStmt"] = new("type", "typeName", Runs: true),
        ["CreateStatsStmt"] = new("statistics", "defnames"),
        ["CreateSubscriptionStmt"] = new("subscription", "subname", Runs: true),
        ["CreateTableSpaceStmt"] = new("tablespace", "tablespacename"),
        ["CreateTransformStmt"] = new("transform", "type_name", Runs: true),
        ["CreateTrigStmt"] = new("trigger", "trigname", Runs: true),
        ["CreateUserMappingStmt"] = new("user-mapping", "servername", Runs: true),
        ["DefineStmt"] = new("definition", "defnames", Runs: true),
        ["ImportForeignSchemaStmt"] = new("schema", "local_schema", Runs: true),
        ["RuleStmt"] = new("rule", "rulename", Runs: true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        Forms
            .Select(pair =>
                KeyValuePair.Create<string, NodeHandler>(
                    pair.Key,
                    (walk, node, frame) => Define(walk, node, pair.Value, frame)
                )
            )
            .Concat([
                new("CreateStmt", Table),
                new("CreateForeignTableStmt", ForeignTable),
                new("CreateTableAsStmt", TableAs),
                new("ViewStmt", View),
                new("IndexStmt", Index),
                new("CreateSeqStmt", Sequence),
                new("CreateSchemaStmt", Schema),
                new("CreateExtensionStmt", Extension),
                new("CreatedbStmt", Database),
            ]);

    /// <summary>Whatever changes the catalogue: event triggers run with it.</summary>
    public static void ChangeCatalogue(Walk walk)
    {
        walk.Found.ChangesCatalogue();
        RunEventTriggers(walk);
    }

    /// <summary>Also with a statement that finds nothing to change.</summary>
    public static void RunEventTriggers(Walk walk)
    {
        foreach (var trigger in walk.Catalogue.Own.EventTriggers)
        {
            walk.Functions.Touch(trigger.Function, new Frame(walk.Session.Path));
        }
    }

    private static void Define(Walk walk, SyntaxNode node, Form form, Frame frame)
    {
        ChangeCatalogue(walk);
        var names = ObjectRules.NamesOf(node[form.Name]);
        var on = node.Node("relation") ?? node.Node("table");
        var id = IdOf(walk, node, form, names, on, frame);
        walk.Found.Add(new Effect.Create(id, new ResourceKind("configuration")));
        if (form.Runs)
        {
            OthersRun(walk, id, form.Kind, names[^1]);
        }

        if (node.Flag("replace"))
        {
            walk.Found.Risky(id, "definition");
        }

        if (on is not null)
        {
            walk.Found.Risky(walk.Objects.Of(on, frame), form.Kind, names[^1]);
        }
    }

    private static ResourceId IdOf(
        Walk walk,
        SyntaxNode node,
        Form form,
        IReadOnlyList<string> names,
        SyntaxNode? on,
        Frame frame
    ) =>
        node.Kind switch
        {
            "CreateCastStmt" when node.Node("sourcetype") is { } source && node.Node("targettype") is { } target =>
                walk.Objects.Cast(source, target, frame),
            "CreateUserMappingStmt" => walk.Names.Object("user-mapping", names),
            "DefineStmt" => walk.Objects.New(ObjectKinds.Of(node.Text("kind")), names, frame),
            _ when on is not null => walk.Objects.New(form.Kind, [.. ObjectRules.NamesOf(on), names[^1]], frame),
            _ => walk.Objects.New(form.Kind, names, frame),
        };

    /// <summary>Defaults and checks of a new table run later, as whoever writes to it; its partition bounds run now.</summary>
    private static void Table(Walk walk, SyntaxNode node, Frame frame)
    {
        ChangeCatalogue(walk);
        if (node.Node("relation") is not { } name)
        {
            walk.Found.Unknown("a table without a name");
            return;
        }

        Create(walk, name, frame);
        walk.Visit(node.Node("partbound"), frame);
        foreach (var parent in node.Nodes("inhRelations"))
        {
            var full = walk.Relations.NameOf(parent, frame);
            walk.Relations.Resolve(parent, frame);
            walk.Found.Risky(walk.Names.Relation(full.Schema, full.Name), "inheritance");
        }

        foreach (var key in Constraints(node).Select(constraint => constraint.Node("pktable")).OfType<SyntaxNode>())
        {
            var full = walk.Relations.NameOf(key, frame);
            walk.Found.Risky(walk.Names.Relation(full.Schema, full.Name), "foreign key");
        }
    }

    private static IEnumerable<SyntaxNode> Constraints(SyntaxNode table) =>
        table
            .Nodes("tableElts")
            .SelectMany(part => part.Is("Constraint") ? [part] : part.Nodes("constraints"))
            .Concat(table.Nodes("constraints"));

    /// <summary>A new relation. The temporary ones are the session's own.</summary>
    private static void Create(Walk walk, SyntaxNode name, Frame frame)
    {
        var isTemporary = name.Text("relpersistence") == "t" || name.Text("schemaname") == "pg_temp";
        var full = isTemporary
            ? new RelationName(walk.Catalogue.Own.TemporarySchema ?? "pg_temp", name.Text("relname") ?? "?")
            : walk.Relations.Absent(name.Text("schemaname"), name.Text("relname") ?? "?", frame);
        walk.Found.Touch(full, Access.Create, isTemporary: isTemporary);
    }

    private static void ForeignTable(Walk walk, SyntaxNode node, Frame frame)
    {
        if (node.Node("base") is { } table)
        {
            Table(walk, table, frame);
            var name = walk.Relations.NameOf(table.Node("relation") ?? table, frame);
            OthersRun(walk, walk.Names.Relation(name.Schema, name.Name), "foreign table", name.Name);
        }
        else
        {
            walk.Found.Unknown("a foreign table without a name");
        }
    }

    private static void TableAs(Walk walk, SyntaxNode node, Frame frame)
    {
        var into = node.Node("into");
        if (into is null)
        {
            walk.Found.Unknown("CREATE TABLE AS without a table");
            return;
        }

        Into(walk, into, frame);
        walk.Visit(node.Node("query"), frame with { PlanOnly = frame.PlanOnly || into.Flag("skipData") });
    }

    /// <summary>A table made from a query.</summary>
    public static void Into(Walk walk, SyntaxNode into, Frame frame)
    {
        ChangeCatalogue(walk);
        if (into.Node("rel") is { } name)
        {
            Create(walk, name, frame);
        }
        else
        {
            walk.Found.Unknown("a new table without a name");
        }
    }

    private static void View(Walk walk, SyntaxNode node, Frame frame)
    {
        ChangeCatalogue(walk);
        if (node.Node("view") is { } name)
        {
            var full = walk.Relations.Absent(name.Text("schemaname"), name.Text("relname") ?? "?", frame);
            var id = walk.Names.Relation(full.Schema, full.Name);
            walk.Found.Add(new Effect.Create(id, new ResourceKind("configuration")));
            if (node.Flag("replace"))
            {
                walk.Found.Risky(id, "definition");
            }

            // Looked at once the query has been.
            walk.Later(() => Delegated(walk, id, full.Name));
        }
        else
        {
            walk.Found.Unknown("a view without a name");
        }

        // What it will do when somebody reads it counts as done now: functions are run, and not only planned.
        walk.Visit(node.Node("query"), frame);
    }

    /// <summary>
    /// A view that only reads hands on nothing but that, and who may read it is a matter of a GRANT. One that does more
    /// does it whenever somebody comes upon it.
    /// </summary>
    private static void Delegated(Walk walk, ResourceId view, string name)
    {
        if (!walk.Found.OnlyMakesAndReads(view))
        {
            OthersRun(walk, view, "view", name);
        }
    }

    /// <summary>As whom it was made is not the worst: most of it runs as whoever comes upon it, with all that they may do.</summary>
    private static void OthersRun(Walk walk, ResourceId id, string kind, string name)
    {
        walk.Found.Add(new Effect.Delegate(id, walk.Role, kind));
        walk.Found.Add(new Effect.Unknown(walk.Names.Database, $"others will run {kind} {name} as themselves"));
    }

    /// <summary>Its expressions run at once over every row; writers wait meanwhile, unless it is built beside them.</summary>
    private static void Index(Walk walk, SyntaxNode node, Frame frame)
    {
        ChangeCatalogue(walk);
        if (node.Node("relation") is { } on)
        {
            var name = walk.Relations.NameOf(on, frame);
            var id = walk.Names.Relation(name.Schema, name.Name);
            if (walk.Relations.Resolve(on, frame) is { } relation)
            {
                walk.Types.ReadColumns(relation);
            }

            if (node.Flag("concurrent"))
            {
                walk.Found.Harmless(id, "index", "added");
            }
            else
            {
                walk.Found.Risky(id, "index", "added");
            }
        }

        walk.Visit(node.Nodes("indexParams").Concat(node.Nodes("indexIncludingParams")), frame);
        walk.Visit(node.Node("whereClause"), frame);
    }

    private static void Sequence(Walk walk, SyntaxNode node, Frame frame)
    {
        ChangeCatalogue(walk);
        var names = ObjectRules.NamesOf(node["sequence"]);
        var full = walk.Relations.Absent(names.Count > 1 ? names[0] : null, names[^1], frame);
        walk.Found.Add(
            new Effect.Create(walk.Names.Relation(full.Schema, full.Name), new ResourceKind("configuration"))
        );
    }

    /// <summary>What is made with a schema stands in it.</summary>
    private static void Schema(Walk walk, SyntaxNode node, Frame frame)
    {
        ChangeCatalogue(walk);
        var name = node.Text("schemaname") ?? node.Node("authrole")?.Text("rolename") ?? walk.Session.Role;
        walk.Found.Add(new Effect.Create(walk.Names.Object("schema", [name]), new ResourceKind("database-schema")));
        walk.Visit(node.Nodes("schemaElts"), frame with { Path = SearchPath.Of([name]) });
    }

    private static void Extension(Walk walk, SyntaxNode node, Frame frame)
    {
        ChangeCatalogue(walk);
        var name = node.Text("extname") ?? "?";
        var id = walk.Names.Object("extension", [name]);
        walk.Found.Add(new Effect.Create(id, new ResourceKind("configuration")));
        walk.Found.Opaque($"extension {name}", "its script", id);
    }

    private static void Database(Walk walk, SyntaxNode node, Frame frame) =>
        walk.Found.Add(
            new Effect.Create(walk.Names.OtherDatabase(node.Text("dbname") ?? "?"), new ResourceKind("database"))
        );
}
