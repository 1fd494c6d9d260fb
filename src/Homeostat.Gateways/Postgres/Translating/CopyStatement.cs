using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>COPY: rows in and out, and what is at the other end.</summary>
internal static class CopyStatement
{
    public static void Handle(Walk walk, SyntaxNode node, Frame frame)
    {
        var isFrom = node.Flag("is_from");
        if (node.Node("query") is { } query)
        {
            walk.Visit(query, frame);
        }
        else if (isFrom)
        {
            var columns = node.Names("attlist");
            walk.Relations.Write(
                node.Node("relation"),
                new WriteKind(Access.Insert)
                {
                    Columns = columns.Count == 0 ? null : columns,
                    SetsDefaults = true,
                    Recurse = true,
                },
                frame
            );
        }
        else
        {
            walk.Visit(node.Node("relation"), frame with { Ctes = null });
        }

        walk.Visit(node.Node("whereClause"), frame);
        if (node.Flag("is_program"))
        {
            walk.Found.Opaque("COPY … PROGRAM", "a program on the server's host", walk.Names.Cluster);
            walk.Found.Add(new Effect.Grant(walk.Names.Cluster, walk.Role, Privilege.Administer));
        }
        else if (node.Text("filename") is { } file)
        {
            var files = walk.Names.Shared("files", "server");
            walk.Found.Add(new Effect.Grant(files, walk.Role, Privilege.Administer));
            if (!isFrom)
            {
                walk.Found.Risky(files, "written", file);
            }
        }
        else if (isFrom)
        {
            walk.Found.TakesRows();
        }
    }
}
