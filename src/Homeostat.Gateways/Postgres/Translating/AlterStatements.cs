using System.Collections.Frozen;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>ALTER of anything, COMMENT and SECURITY LABEL.</summary>
internal static class AlterStatements
{
    private const string Shared = "shared:";

    /// <summary>The word in the id, and the field that names what is altered.</summary>
    private static readonly FrozenDictionary<string, (string Kind, string Field)> Forms = new Dictionary<
        string,
        (string, string)
    >(StringComparer.Ordinal)
    {
        ["AlterCollationStmt"] = ("collation", "collname"),
        ["AlterDatabaseRefreshCollStmt"] = ("shared:database", "dbname"),
        ["AlterDatabaseSetStmt"] = ("shared:database", "dbname"),
        ["AlterDatabaseStmt"] = ("shared:database", "dbname"),
        ["AlterDomainStmt"] = ("type", "typeName"),
        ["AlterEnumStmt"] = ("type", "typeName"),
        ["AlterEventTrigStmt"] = ("event-trigger", "trigname"),
        ["AlterExtensionContentsStmt"] = ("extension", "extname"),
        ["AlterExtensionStmt"] = ("extension", "extname"),
        ["AlterFdwStmt"] = ("foreign-data-wrapper", "fdwname"),
        ["AlterForeignServerStmt"] = ("foreign-server", "servername"),
        ["AlterFunctionStmt"] = ("function", "func"),
        ["AlterObjectDependsStmt"] = ("object", "object"),
        ["AlterObjectSchemaStmt"] = ("object", "object"),
        ["AlterOperatorStmt"] = ("operator", "opername"),
        ["AlterOpFamilyStmt"] = ("operator-family", "opfamilyname"),
        ["AlterOwnerStmt"] = ("object", "object"),
        ["AlterPolicyStmt"] = ("policy", "policy_name"),
        ["AlterPublicationStmt"] = ("publication", "pubname"),
        ["AlterSeqStmt"] = ("sequence", "sequence"),
        ["AlterStatsStmt"] = ("statistics", "defnames"),
        ["AlterSubscriptionStmt"] = ("subscription", "subname"),
        ["AlterSystemStmt"] = ("shared:setting", "setstmt"),
        ["AlterTableMoveAllStmt"] = ("shared:tablespace", "orig_tablespacename"),
        ["AlterTableSpaceOptionsStmt"] = ("shared:tablespace", "tablespacename"),
        ["AlterTSConfigurationStmt"] = ("text-search", "cfgname"),
        ["AlterTSDictionaryStmt"] = ("text-search", "dictname"),
        ["AlterTypeStmt"] = ("type", "typeName"),
        ["AlterUserMappingStmt"] = ("user-mapping", "servername"),
        ["RenameStmt"] = ("object", "object"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>They only add, or only say something.</summary>
    private static readonly FrozenSet<string> HarmlessCommands = new[]
    {
        "AT_AddColumn",
        "AT_SetStatistics",
        "AT_SetStorage",
        "AT_SetCompression",
        "AT_ValidateConstraint",
        "AT_DropNotNull",
        "AT_ReplicaIdentity",
        "AT_EnableTrig",
        "AT_EnableTrigAll",
        "AT_EnableTrigUser",
        "AT_EnableRowSecurity",
        "AT_ForceRowSecurity",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>They take away what guards the rows.</summary>
    private static readonly FrozenSet<string> Unguarding = new[]
    {
        "AT_DisableTrig",
        "AT_DisableTrigAll",
        "AT_DisableTrigUser",
        "AT_DisableRule",
        "AT_DisableRowSecurity",
        "AT_NoForceRowSecurity",
        "AT_DropConstraint",
        "AT_EnableReplicaTrig",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        Forms
            .Select(pair =>
                KeyValuePair.Create<string, NodeHandler>(
                    pair.Key,
                    (walk, node, frame) => Alter(walk, node, pair.Value.Kind, pair.Value.Field, frame)
                )
            )
            .Concat([
                new("AlterTableStmt", AlterTable),
                new("CommentStmt", Describe),
                new("SecLabelStmt", Describe),
                .. ((string[])["ColumnDef", "Constraint", "ReplicaIdentityStmt", "PartitionCmd"]).Select(kind =>
                    KeyValuePair.Create<string, NodeHandler>(kind, Part)
                ),
                new("RoleSpec", (_, _, _) => { }),
            ]);

    private static void Describe(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        walk.Found.Harmless(walk.Names.Object("object", DefinitionStatements.NameIn(node, "object")), "description");
    }

    private static void Alter(Walk walk, SyntaxNode node, string kind, string field, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        if ((node.Node("relation") ?? node.Node("table")) is { } on)
        {
            var name = walk.Relations.NameOf(on, frame);
            walk.Relations.Resolve(on, frame);
            walk.Found.Risky(walk.Names.Relation(name.Schema, name.Name), "definition", node.Kind ?? "");
        }
        else
        {
            var names =
                field == "setstmt"
                    ? [node.Node("setstmt")?.Text("name") ?? "all"]
                    : DefinitionStatements.NameIn(node, field);
            walk.Found.Risky(
                kind.StartsWith(Shared, StringComparison.Ordinal)
                    ? walk.Names.Shared(kind[Shared.Length..], names[^1])
                    : walk.Names.Object(kind, names),
                "definition",
                node.Kind ?? ""
            );
        }

        Special(walk, node, frame);
    }

    private static void Special(Walk walk, SyntaxNode node, Frame frame)
    {
        switch (node.Kind)
        {
            case "AlterOwnerStmt" when node.Node("newowner")?.Text("rolename") is { } owner:
                var id = walk.Names.Object("object", DefinitionStatements.NameIn(node, "object"));
                walk.Found.Add(new Effect.Grant(id, walk.Names.Role(owner), Core.Estate.Privilege.Administer));
                break;
            case "AlterExtensionStmt":
                walk.Found.Opaque($"extension {node.Text("extname")}", "its update script", walk.Names.Database);
                break;
            case "AlterDomainStmt":
                walk.Visit(node.Node("def"), frame);
                break;
            case "AlterPolicyStmt" or "AlterSubscriptionStmt" or "AlterPublicationStmt" or "AlterFunctionStmt":
                walk.Found.Add(new Effect.Delegate(walk.Names.Database, walk.Role, node.Kind));
                break;
            default:
                break;
        }
    }

    /// <summary>Expressions in an ALTER run at once over the rows that are there.</summary>
    private static void Part(Walk walk, SyntaxNode node, Frame frame) =>
        walk.VisitChildren(node, frame, "pktable", "relation", "name");

    private static void AlterTable(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        if (node.Node("relation") is not { } name)
        {
            walk.Found.Unknown("ALTER without a relation");
            return;
        }

        var relation = walk.Relations.Resolve(name, frame);
        var full = walk.Relations.NameOf(name, frame);
        var id = walk.Names.Relation(full.Schema, full.Name);
        foreach (var command in node.Nodes("cmds"))
        {
            var subtype = command.Text("subtype") ?? "?";
            if (subtype is "AT_DropColumn" or "AT_AlterColumnType")
            {
                walk.Found.Touch(full, Access.Update);
                LoseBelow(walk, relation);
            }
            else if (Unguarding.Contains(subtype))
            {
                walk.Found.Add(new Effect.DisableGuard(id));
            }
            else if (HarmlessCommands.Contains(subtype))
            {
                walk.Found.Harmless(id, "definition", subtype);
            }
            else
            {
                walk.Found.Risky(id, "definition", subtype);
            }

            if (subtype is "AT_ChangeOwner" && command.Node("newowner")?.Text("rolename") is { } owner)
            {
                walk.Found.Add(new Effect.Grant(id, walk.Names.Role(owner), Core.Estate.Privilege.Administer));
            }

            Inner(walk, command, frame);
        }

        if (relation is not null)
        {
            walk.Relations.Indexes(relation);
            walk.Types.ReadColumns(relation);
        }
    }

    /// <summary>Tables that inherit lose the column too.</summary>
    private static void LoseBelow(Walk walk, RelationEntry? relation)
    {
        if (relation is null || !walk.Once((relation.Oid, "column")))
        {
            return;
        }

        foreach (var child in walk.Catalogue.Children(relation.Oid))
        {
            walk.Relations.Follow(
                child,
                entry =>
                {
                    walk.Relations.Touch(entry, Access.Update);
                    LoseBelow(walk, entry);
                }
            );
        }
    }

    private static void Inner(Walk walk, SyntaxNode command, Frame frame)
    {
        // A default of a column that is there already runs later, and then others run it: it counts as run now.
        walk.Visit(command.Node("def"), frame);
        if (command.Node("def")?.Node("name") is { Kind: "RangeVar" } partition)
        {
            var name = walk.Relations.NameOf(partition, frame);
            walk.Found.Risky(walk.Names.Relation(name.Schema, name.Name), "partition");
        }
    }
}
