using System.Collections.Frozen;
using Homeostat.Core.Actions;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>ALTER of anything, COMMENT and SECURITY LABEL.</summary>
internal static class AlterStatements
{
    /// <summary>The word in the id, and the field that names what is altered; no word where the statement says the kind.</summary>
    private static readonly FrozenDictionary<string, (string? Kind, string Field)> Forms = new Dictionary<
        string,
        (string?, string)
    >(StringComparer.Ordinal)
    {
        ["AlterCollationStmt"] = ("collation", "collname"),
        ["AlterDatabaseRefreshCollStmt"] = ("database", "dbname"),
        ["AlterDatabaseSetStmt"] = ("database", "dbname"),
        ["AlterDatabaseStmt"] = ("database", "dbname"),
        ["AlterDomainStmt"] = ("type", "typeName"),
        ["AlterEnumStmt"] = ("type", "typeName"),
        ["AlterEventTrigStmt"] = ("event-trigger", "trigname"),
        ["AlterExtensionContentsStmt"] = ("extension", "extname"),
        ["AlterExtensionStmt"] = ("extension", "extname"),
        ["AlterFdwStmt"] = ("foreign-data-wrapper", "fdwname"),
        ["AlterForeignServerStmt"] = ("foreign-server", "servername"),
        ["AlterFunctionStmt"] = ("function", "func"),
        ["AlterObjectDependsStmt"] = (null, "object"),
        ["AlterObjectSchemaStmt"] = (null, "object"),
        ["AlterOperatorStmt"] = ("operator", "opername"),
        ["AlterOpFamilyStmt"] = ("operator-family", "opfamilyname"),
        ["AlterOwnerStmt"] = (null, "object"),
        ["AlterPublicationStmt"] = ("publication", "pubname"),
        ["AlterSeqStmt"] = ("relation", "sequence"),
        ["AlterStatsStmt"] = ("statistics", "defnames"),
        ["AlterSubscriptionStmt"] = ("subscription", "subname"),
        ["AlterTableMoveAllStmt"] = ("tablespace", "orig_tablespacename"),
        ["AlterTableSpaceOptionsStmt"] = ("tablespace", "tablespacename"),
        ["AlterTSConfigurationStmt"] = ("text-search-configuration", "cfgname"),
        ["AlterTSDictionaryStmt"] = ("text-search-dictionary", "dictname"),
        ["AlterTypeStmt"] = ("type", "typeName"),
        ["AlterUserMappingStmt"] = ("foreign-server", "servername"),
        ["DropUserMappingStmt"] = ("foreign-server", "servername"),
        ["RenameStmt"] = (null, "object"),
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
                new("AlterPolicyStmt", Policy),
                new("AlterSystemStmt", Setting),
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
        var type = node.Text("objtype");
        foreach (var id in node.Node("object") is { } item ? walk.Objects.Item(type, item, frame) : [])
        {
            walk.Found.Harmless(id, "description");
        }
    }

    private static void Alter(Walk walk, SyntaxNode node, string? kind, string field, Frame frame)
    {
        if (AbsentNames.IsNothing(walk, node, frame))
        {
            DefinitionStatements.RunEventTriggers(walk);
            return;
        }

        DefinitionStatements.ChangeCatalogue(walk);
        var type = node.Text("renameType") ?? node.Text("objectType");
        foreach (
            var id in kind is null
                ? walk.Objects.Named(node, type, field, frame)
                : walk.Objects.Ids(kind, ObjectRules.NamesOf(node[field]), frame)
        )
        {
            walk.Found.Risky(id, "definition", node.Kind ?? "");
            if (node.Is("AlterOwnerStmt"))
            {
                walk.Found.Add(new Effect.Grant(id, NewOwner(walk, node), Core.Estate.Privilege.Administer));
            }
        }

        Special(walk, node, frame);
    }

    private static Core.Estate.ResourceId NewOwner(Walk walk, SyntaxNode node) =>
        walk.Names.Role(node.Node("newowner") is { } role ? PrivilegeStatements.RoleName(walk, role) : "?");

    private static void Policy(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        var names = node.Node("table") is { } table ? ObjectRules.NamesOf(table) : [];
        foreach (var id in walk.Objects.Ids("policy", [.. names, node.Text("policy_name") ?? "?"], frame))
        {
            walk.Found.Risky(id, "definition", "AlterPolicyStmt");
            walk.Found.Add(new Effect.Delegate(id, walk.Role, "AlterPolicyStmt"));
        }

        if (node.Node("table") is { } on)
        {
            walk.Found.Risky(walk.Objects.Of(on, frame), "definition", "AlterPolicyStmt");
        }
    }

    /// <summary>What a setting does is not known here: no source lists settings, so it is deferred.</summary>
    internal static void Setting(Walk walk, SyntaxNode node, Frame frame) =>
        walk.Found.Risky(
            walk.Names.Shared("setting", node.Node("setstmt")?.Text("name") ?? "all"),
            "definition",
            node.Kind ?? "?"
        );

    private static void Special(Walk walk, SyntaxNode node, Frame frame)
    {
        switch (node.Kind)
        {
            case "AlterDatabaseSetStmt":
                Setting(walk, node, frame);
                break;
            case "AlterExtensionStmt":
                walk.Found.Opaque($"extension {node.Text("extname")}", "its update script", walk.Names.Database);
                break;
            case "AlterDomainStmt":
                walk.Visit(node.Node("def"), frame);
                break;
            case "AlterSubscriptionStmt" or "AlterPublicationStmt" or "AlterFunctionStmt":
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
        if (AbsentNames.IsNothing(walk, node, frame))
        {
            DefinitionStatements.RunEventTriggers(walk);
            return;
        }

        DefinitionStatements.ChangeCatalogue(walk);
        if (node.Node("relation") is not { } name)
        {
            walk.Found.Unknown("ALTER without a relation");
            return;
        }

        var relation = walk.Relations.Resolve(name, frame);
        foreach (var command in node.Nodes("cmds"))
        {
            One(walk, name, relation, command, frame);
            Inner(walk, command, frame);
        }

        if (relation is not null)
        {
            walk.Relations.Indexes(relation);
            walk.Types.ReadColumns(relation);
        }
    }

    private static void One(Walk walk, SyntaxNode name, RelationEntry? relation, SyntaxNode command, Frame frame)
    {
        var id = walk.Objects.Of(name, frame);
        var subtype = command.Text("subtype") ?? "?";
        if (subtype is "AT_DropColumn" or "AT_AlterColumnType")
        {
            Lose(walk, name, relation, command, frame);
        }
        else if (Unguarding.Contains(subtype))
        {
            Unguard(walk, id, relation, subtype, command.Text("name"));
        }
        else if (HarmlessCommands.Contains(subtype))
        {
            walk.Found.Harmless(id, "definition", subtype);
        }
        else
        {
            walk.Found.Risky(id, "definition", subtype);
        }

        if (subtype is "AT_ChangeOwner")
        {
            walk.Found.Add(new Effect.Grant(id, NewOwner(walk, command), Core.Estate.Privilege.Administer));
        }
    }

    /// <summary>A column of a table, or of a type that columns have.</summary>
    private static void Lose(Walk walk, SyntaxNode name, RelationEntry? relation, SyntaxNode command, Frame frame)
    {
        if (relation is not { Kind: RelationKind.Composite })
        {
            walk.Found.Touch(walk.Relations.NameOf(name, frame), Access.Update);
            LoseBelow(walk, relation);
            return;
        }

        walk.Found.Risky(walk.Objects.Of(relation), "definition", "attribute");
        if (command.Text("behavior") == "DROP_CASCADE")
        {
            // Tables of the type lose it too, and which those are is not followed: whatever stands in the database.
            walk.Found.Add(new Effect.LoseData(walk.Names.Database, walk.Names.DatabaseAsset(), Extent.Everything));
        }
    }

    /// <summary>What is switched off is a guard of its own where it has an id; constraints and row security are the table's.</summary>
    private static void Unguard(
        Walk walk,
        Core.Estate.ResourceId id,
        RelationEntry? relation,
        string subtype,
        string? name
    )
    {
        var named =
            relation is null || name is null ? null
            : subtype is "AT_DisableTrig" or "AT_EnableReplicaTrig" ? "trigger"
            : subtype is "AT_DisableRule" ? "rule"
            : null;
        walk.Found.Add(new Effect.DisableGuard(named is null ? id : walk.Objects.Of(relation!, named, name!)));
        var others =
            relation is null ? []
            : subtype is "AT_DisableTrigAll" or "AT_DisableTrigUser"
                ? walk.Catalogue.Triggers[relation.Oid].Select(entry => ("trigger", entry.Name))
            : subtype is "AT_DisableRowSecurity" or "AT_NoForceRowSecurity"
                ? walk.Catalogue.Policies[relation.Oid].Select(entry => ("policy", entry.Name))
            : [];
        foreach (var (kind, other) in others)
        {
            walk.Found.Add(new Effect.DisableGuard(walk.Objects.Of(relation!, kind, other)));
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
            walk.Found.Risky(walk.Objects.Of(partition, frame), "partition");
        }
    }
}
