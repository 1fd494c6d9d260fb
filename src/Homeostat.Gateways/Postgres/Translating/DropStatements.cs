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
            new("DropUserMappingStmt", (walk, node, _) => Gone(walk, "user-mapping", [node.Text("servername") ?? "?"])),
            new("DropSubscriptionStmt", (walk, node, _) => Gone(walk, "subscription", [node.Text("subname") ?? "?"])),
        ];

    private static void Drop(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        var cascades = node.Text("behavior") == "DROP_CASCADE";
        var type = node.Text("removeType") ?? "?";
        foreach (var item in node.Nodes("objects"))
        {
            One(walk, type, item, cascades, frame);
        }
    }

    private static void One(Walk walk, string type, SyntaxNode item, bool cascades, Frame frame)
    {
        var names = Names(item);
        var found = new DropCascade(walk, cascades);
        switch (type)
        {
            case "OBJECT_TABLE"
            or "OBJECT_VIEW"
            or "OBJECT_MATVIEW"
            or "OBJECT_SEQUENCE"
            or "OBJECT_FOREIGN_TABLE"
            or "OBJECT_INDEX":
                Relation(walk, type, names, found, frame);
                break;
            case "OBJECT_SCHEMA" when walk.Catalogue.Schema(names[^1]) is { } schema:
                found.Start(DropCascade.Schemas, schema.Oid);
                break;
            case "OBJECT_TYPE" or "OBJECT_DOMAIN" when walk.Types.Find(names, frame) is { } dropped:
                found.Start(DropCascade.Types, dropped.Oid);
                break;
            case "OBJECT_FUNCTION" or "OBJECT_PROCEDURE" or "OBJECT_ROUTINE" or "OBJECT_AGGREGATE":
                foreach (var function in walk.Functions.Candidates(names, -1, frame))
                {
                    found.Start(DropCascade.Functions, function.Oid);
                }

                break;
            case "OBJECT_EXTENSION"
                when walk.Catalogue.Own.Extensions.FirstOrDefault(entry => entry.Name == names[^1]) is { } extension:
                found.Start(DropCascade.Extensions, extension.Oid);
                break;
            default:
                break;
        }

        if (found.IsEmpty)
        {
            Other(walk, type, names, cascades, frame);
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

    /// <summary>What is not followed by number. The last but one name of a trigger, a rule and a policy is their table.</summary>
    private static void Other(Walk walk, string type, IReadOnlyList<string> names, bool cascades, Frame frame)
    {
        var kind = type.Replace("OBJECT_", "", StringComparison.Ordinal).Replace('_', '-').ToLowerInvariant();
        walk.Found.Add(new Effect.Destroy(walk.Names.Object(kind, names)));
        if (type is "OBJECT_TRIGGER" or "OBJECT_RULE" or "OBJECT_POLICY" && names.Count > 1)
        {
            var schema = names.Count > 2 ? names[^3] : null;
            var table = walk.Relations.Resolve(schema, names[^2], frame) is { } found
                ? new RelationName(found.SchemaName, found.Name)
                : walk.Relations.Absent(schema, names[^2], frame);
            walk.Found.Add(new Effect.DisableGuard(walk.Names.Relation(table.Schema, table.Name)));
        }
        else if (cascades)
        {
            // Columns, tables and functions may go with it, and its number is not followed: whatever stands in the database.
            walk.Found.Add(new Effect.LoseData(walk.Names.Database, walk.Names.DatabaseAsset(), Extent.Everything));
        }
    }

    private static IReadOnlyList<string> Names(SyntaxNode item)
    {
        var names = item.Kind switch
        {
            "List" => item.Names("items"),
            "ObjectWithArgs" => item.Names("objname"),
            "TypeName" => item.Names("names"),
            "String" => [item.Text("sval") ?? "?"],
            _ => [],
        };
        return names.Count == 0 ? ["?"] : names;
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
