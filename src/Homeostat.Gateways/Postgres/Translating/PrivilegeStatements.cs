using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>GRANT, REVOKE and roles.</summary>
internal static class PrivilegeStatements
{
    public static IEnumerable<KeyValuePair<string, NodeHandler>> Handlers =>
        [
            new("GrantStmt", Grant),
            new("GrantRoleStmt", GrantRole),
            new("AlterDefaultPrivilegesStmt", Defaults),
            new("CreateRoleStmt", CreateRole),
            new("AlterRoleStmt", AlterRole),
            new("AlterRoleSetStmt", AlterRoleSet),
        ];

    /// <summary>The name of a role, with CURRENT_USER and its kin resolved.</summary>
    public static string RoleName(Walk walk, SyntaxNode role) =>
        role.Text("roletype") switch
        {
            "ROLESPEC_CSTRING" => role.Text("rolename") ?? "?",
            "ROLESPEC_PUBLIC" => "public",
            _ => walk.Session.Role,
        };

    private static void Grant(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        var privilege = Highest(node);
        foreach (var id in Targets(walk, node, frame))
        {
            foreach (var grantee in node.Nodes("grantees"))
            {
                Give(walk, id, grantee, privilege, node.Flag("is_grant"));
            }
        }
    }

    private static void Give(Walk walk, ResourceId id, SyntaxNode grantee, Privilege privilege, bool isGrant)
    {
        var name = RoleName(walk, grantee);
        if (!isGrant)
        {
            walk.Found.Add(new Effect.Revoke(id, walk.Names.Role(name)));
        }
        else if (grantee.Text("roletype") == "ROLESPEC_PUBLIC")
        {
            walk.Found.Add(new Effect.Expose(id, "public", privilege));
        }
        else
        {
            walk.Found.Add(new Effect.Grant(id, walk.Names.Role(name), privilege));
        }
    }

    /// <summary>The most that is given; no list means everything, and what we do not know is everything.</summary>
    private static Privilege Highest(SyntaxNode node)
    {
        var named = node.Nodes("privileges");
        return named.Count == 0 || node.Flag("grant_option")
            ? Privilege.Administer
            : named.Max(entry =>
                entry.Text("priv_name") switch
                {
                    "select" or "usage" or "connect" or "references" => Privilege.Read,
                    "insert" or "update" or "temporary" or "temp" => Privilege.Write,
                    "delete" or "truncate" => Privilege.Delete,
                    _ => Privilege.Administer,
                }
            );
    }

    private static IEnumerable<ResourceId> Targets(Walk walk, SyntaxNode node, Frame frame)
    {
        var type = node.Text("objtype");
        return node.Text("targtype") == "ACL_TARGET_OBJECT"
            ? node.Nodes("objects").SelectMany(item => walk.Objects.Item(type, item, frame))
            : ObjectRules.NamesOf(node["objects"]).SelectMany(schema => AllIn(walk, ObjectKinds.Of(type), schema));
    }

    private static IEnumerable<ResourceId> AllIn(Walk walk, string kind, string schema) =>
        (
            kind == ObjectKinds.Function
                ? walk
                    .Catalogue.Own.Functions.Where(entry => entry.SchemaName == schema)
                    .Select(walk.Functions.Id)
                    .Distinct()
                : walk
                    .Catalogue.Own.Relations.Where(entry => entry.SchemaName == schema && IsGrantable(entry))
                    .Select(walk.Relations.Id)
        ).Append(walk.Names.Object("schema", [schema]));

    private static bool IsGrantable(RelationEntry entry) =>
        entry.HoldsRows || entry.Kind is RelationKind.View or RelationKind.Sequence or RelationKind.Foreign;

    private static void GrantRole(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.ChangesCatalogue();
        foreach (var granted in node.Nodes("granted_roles"))
        {
            var id = walk.Names.Role(granted.Text("priv_name") ?? granted.Text("rolename") ?? "?");
            foreach (var grantee in node.Nodes("grantee_roles"))
            {
                Give(walk, id, grantee, Privilege.Administer, node.Flag("is_grant"));
            }
        }
    }

    /// <summary>What is made later is given away as it is made.</summary>
    private static void Defaults(Walk walk, SyntaxNode node, Frame frame)
    {
        DefinitionStatements.ChangeCatalogue(walk);
        var action = node.Node("action");
        if (action is null)
        {
            walk.Found.Unknown("ALTER DEFAULT PRIVILEGES without an action");
            return;
        }

        foreach (var id in Places(walk, node))
        {
            foreach (var grantee in action.Nodes("grantees"))
            {
                Give(walk, id, grantee, Highest(action), action.Flag("is_grant"));
            }
        }
    }

    /// <summary>Where what is made later will stand: the schemas that are named, or anywhere in the database.</summary>
    private static ResourceId[] Places(Walk walk, SyntaxNode node)
    {
        ResourceId[] named =
        [
            .. node.Nodes("options")
                .Where(option => option.Text("defname") == "schemas" && option.Node("arg") is not null)
                .SelectMany(option => ObjectRules.NamesOf(option["arg"]))
                .Select(schema => walk.Names.Object("schema", [schema])),
        ];
        return named.Length > 0 ? named : [walk.Names.Database];
    }

    private static void CreateRole(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.ChangesCatalogue();
        var id = walk.Names.Role(node.Text("role") ?? "?");
        walk.Found.Add(new Effect.Create(id, new ResourceKind("identity")));
        Options(walk, node, id);
    }

    private static void AlterRole(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.ChangesCatalogue();
        var id = walk.Names.Role(node.Node("role") is { } role ? RoleName(walk, role) : "?");
        walk.Found.Risky(id, "definition");
        Options(walk, node, id);
    }

    /// <summary>Attributes reach over the whole cluster; memberships reach over another role.</summary>
    private static void Options(Walk walk, SyntaxNode node, ResourceId id)
    {
        foreach (var option in node.Nodes("options"))
        {
            if (option.Text("defname") is "addroleto")
            {
                foreach (var of in option.Node("arg")?.Nodes("items") ?? [])
                {
                    walk.Found.Add(new Effect.Grant(walk.Names.Role(RoleName(walk, of)), id, Privilege.Administer));
                }
            }
            else if (option.Text("defname") is "rolemembers" or "adminmembers")
            {
                foreach (var member in option.Node("arg")?.Nodes("items") ?? [])
                {
                    walk.Found.Add(new Effect.Grant(id, walk.Names.Role(RoleName(walk, member)), Privilege.Administer));
                }
            }
            else if (option.Node("arg")?.Literal() is not "false")
            {
                walk.Found.Add(new Effect.Grant(walk.Names.Cluster, id, Privilege.Administer));
            }
        }
    }

    private static void AlterRoleSet(Walk walk, SyntaxNode node, Frame frame)
    {
        walk.Found.ChangesCatalogue();
        var id =
            node.Node("role") is { } role ? walk.Names.Role(RoleName(walk, role))
            : node.Text("database") is { } database ? walk.Names.OtherDatabase(database)
            : walk.Names.Cluster;
        walk.Found.Risky(id, node.Node("setstmt")?.Text("name") ?? "settings");
        AlterStatements.Setting(walk, node, frame);
    }
}
