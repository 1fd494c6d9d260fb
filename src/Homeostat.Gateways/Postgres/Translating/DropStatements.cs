using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>DROP of anything, with all that goes with it.</summary>
internal static class DropStatements
{
    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        [
            new("DropStmt", Drop),
            new("DropdbStmt", Database),
            new("DropTableSpaceStmt", (walk, node, _) => Shared(walk, "tablespace", node.Text("tablespacename"))),
            new("DropRoleStmt", Roles),
            new("DropOwnedStmt", Owned),
            new("ReassignOwnedStmt", Reassign),
            new("DropSubscriptionStmt", (walk, node, _) => Gone(walk, "subscription", [node.Text("subname") ?? "?"])),
        ];

    private static void Drop(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.RunEventTriggers(walk);
        var cascades = node.Text("behavior") == "DROP_CASCADE";
        var type = node.Text("removeType") ?? "?";
        var items = AbsentNames.Without(walk, node, frame);
        if (items.Count > 0)
        {
            walk.Found.ChangesCatalogue();
        }

        foreach (var item in items)
        {
            One(walk, type, item, cascades, frame);
        }
    }

    private static void One(Walk walk, string type, SyntaxNode item, bool cascades, Frame frame)
    {
        var names = ObjectRules.NamesOf(item);
        var kind = ObjectKinds.Of(type);
        var found = new DropCascade(walk, cascades);
        switch (kind)
        {
            case ObjectKinds.Relation:
                Relation(walk, type, names, found, frame);
                break;
            case "schema" when walk.Catalogue.Schema(names[^1]) is { } schema:
                found.Start(DropCascade.Schemas, schema.Oid);
                break;
            case ObjectKinds.Type when walk.Types.Find(names, frame) is { } dropped:
                found.Start(DropCascade.Types, dropped.Oid);
                break;
            case ObjectKinds.Function:
                foreach (var function in walk.Functions.Candidates(names, -1, frame))
                {
                    found.Start(DropCascade.Functions, function.Oid);
                }

                break;
            case "extension"
                when walk.Catalogue.Own.Extensions.FirstOrDefault(entry => entry.Name == names[^1]) is { } extension:
                found.Start(DropCascade.Extensions, extension.Oid);
                break;
            default:
                break;
        }

        if (found.IsEmpty)
        {
            Other(walk, type, item, found, cascades, frame);
        }
    }

    private static void Relation(Walk walk, string type, IReadOnlyList<string> names, DropCascade found, Frame frame)
    {
        var schema = names.Count > 1 ? names[^2] : null;
        if (walk.Relations.Resolve(schema, names[^1], frame) is { } relation)
        {
            found.Start(DropCascade.Relations, relation.Oid);
        }
        else if (type == "OBJECT_TABLE")
        {
            walk.Found.Touch(walk.Relations.Absent(schema, names[^1], frame), Access.Drop);
        }
    }

    /// <summary>What has no entry of its own kind: followed by its number where the catalogue has one.</summary>
    private static void Other(Walk walk, string type, SyntaxNode item, DropCascade found, bool cascades, Frame frame)
    {
        var kind = ObjectKinds.Of(type);
        var last = kind == "cast" ? null : ObjectRules.NamesOf(item)[^1];
        foreach (var id in walk.Objects.Item(type, item, frame))
        {
            walk.Found.Add(new Effect.Destroy(id));
            if (ObjectKinds.IsOfRelation(kind))
            {
                walk.Found.Add(new Effect.DisableGuard(id));
            }

            var entries = last is null
                ? walk.Catalogue.Own.Objects.Where(entry => entry.Kind == kind)
                : walk.Catalogue.Objects(kind, last);
            foreach (var entry in entries.Where(entry => walk.Objects.Of(entry) == id))
            {
                found.Start(entry.Class, entry.Oid);
            }
        }

        if (found.IsEmpty && cascades)
        {
            // Columns, tables and functions may go with it, and its number is not known: whatever stands in the database.
            walk.Found.Add(new Effect.LoseData(walk.Names.Database, walk.Names.DatabaseAsset(), Extent.Everything));
        }
    }

    private static void Database(Walk walk, SyntaxNode node, Frame frame)
    {
        var name = node.Text("dbname") ?? "?";
        var id = walk.Names.OtherDatabase(name);
        walk.Found.Add(new Effect.Destroy(id));
        walk.Found.Add(new Effect.LoseData(id, walk.Names.DatabaseAsset(name), Extent.Everything));
    }

    private static void Shared(Walk walk, string kind, string? name) =>
        walk.Found.Add(new Effect.Destroy(walk.Names.Shared(kind, name ?? "?")));

    private static void Gone(Walk walk, string kind, IReadOnlyList<string> names)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        walk.Found.Add(new Effect.Destroy(walk.Names.Object(kind, names)));
    }

    private static void Roles(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.ChangesCatalogue();
        foreach (var role in node.Nodes("roles"))
        {
            Shared(walk, "role", role.Text("rolename"));
        }
    }

    private static void Owned(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        var cascade = new DropCascade(walk, cascades: true);
        foreach (var role in node.Nodes("roles").Select(role => PrivilegeStatements.RoleName(walk, role)))
        {
            walk.Found.Add(new Effect.Revoke(walk.Names.Database, walk.Names.Role(role)));
            var oid = walk.Catalogue.Own.Roles.FirstOrDefault(entry => entry.Name == role)?.Oid;
            foreach (var relation in walk.Catalogue.Own.Relations.Where(entry => entry.Owner == oid))
            {
                cascade.Start(DropCascade.Relations, relation.Oid);
            }

            foreach (var schema in walk.Catalogue.Own.Schemas.Where(entry => entry.Owner == oid))
            {
                cascade.Start(DropCascade.Schemas, schema.Oid);
            }

            // Types, functions and operators that it owns may take columns with them.
            walk.Found.Risky(walk.Names.Database, "objects of a role", role);
        }
    }

    private static void Reassign(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        var heir = node.Node("newrole") is { } role ? PrivilegeStatements.RoleName(walk, role) : "?";
        walk.Found.Add(new Effect.Grant(walk.Names.Database, walk.Names.Role(heir), Privilege.Administer));
        foreach (var owner in node.Nodes("roles").Select(one => PrivilegeStatements.RoleName(walk, one)))
        {
            var oid = walk.Catalogue.Own.Roles.FirstOrDefault(entry => entry.Name == owner)?.Oid;
            foreach (var id in OwnedBy(walk, oid))
            {
                walk.Found.Add(new Effect.Revoke(id, walk.Names.Role(owner)));
                walk.Found.Add(new Effect.Grant(id, walk.Names.Role(heir), Privilege.Administer));
            }
        }
    }

    private static IEnumerable<ResourceId> OwnedBy(Walk walk, Oid? owner) =>
        walk
            .Catalogue.Own.Relations.Where(entry => entry.Owner == owner && entry.Kind is not RelationKind.Index)
            .Select(walk.Relations.Id)
            .Concat(
                walk.Catalogue.Own.Schemas.Where(entry => entry.Owner == owner)
                    .Select(entry => walk.Names.Object("schema", [entry.Name]))
            );
}
