using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>The ids of what a statement names: full names, as the catalogue and the session's path resolve them.</summary>
internal sealed class ObjectRules(Walk walk)
{
    /// <summary>
    /// What a statement names by <c>OBJECT_…</c>: in the field <c>relation</c>, with its own name beside, or in another field.
    /// </summary>
    public IReadOnlyList<ResourceId> Named(SyntaxNode statement, string? type, string field, Frame frame)
    {
        var kind = ObjectKinds.Of(type);
        if (statement.Node("relation") is { } on)
        {
            var names = NamesOf(on);
            return ObjectKinds.IsOfRelation(kind)
                    ? Ids(kind, [.. names, statement.Text("subname") ?? NamesOf(statement[field])[^1]], frame)
                : kind == ObjectKinds.Type ? Ids(kind, names, frame)
                : Ids(ObjectKinds.Relation, names, frame);
        }

        return statement.Node(field) is { } item
            ? Item(type, item, frame)
            : Ids(kind, [statement.Text("subname") ?? "?"], frame);
    }

    /// <summary>One of the objects that a statement lists.</summary>
    public IReadOnlyList<ResourceId> Item(string? type, SyntaxNode item, Frame frame)
    {
        var kind = ObjectKinds.Of(type);
        var parts = item.Nodes("items");
        return (type, parts) switch
        {
            ("OBJECT_CAST", [{ } source, { } target, ..]) => [Cast(source, target, frame)],
            ("OBJECT_TRANSFORM", [{ Kind: "TypeName" } of, { } language, ..]) => [Transform(of, language, frame)],
            ("OBJECT_DOMCONSTRAINT", [{ Kind: "TypeName" } domain, ..]) => Ids(kind, NamesOf(domain), frame),
            ("OBJECT_COLUMN" or "OBJECT_TABCONSTRAINT", { Count: > 1 }) => Ids(kind, NamesOf(item).SkipLast(1), frame),
            (_, { Count: > 1 }) when ObjectKinds.HasAccessMethod(kind) => Ids(kind, NamesOf(item).Skip(1), frame),
            _ => Ids(kind, NamesOf(item), frame),
        };
    }

    public IReadOnlyList<ResourceId> Ids(string kind, IEnumerable<string> names, Frame frame) =>
        Ids(kind, names.ToArray(), frame);

    /// <summary>What the names mean here; overloads in several schemas of the path may all be meant.</summary>
    private ResourceId[] Ids(string kind, string[] names, Frame frame)
    {
        if (names.Length == 0)
        {
            names = ["?"];
        }

        return kind switch
        {
            ObjectKinds.Relation => [Relation(names, frame)],
            ObjectKinds.Function => Functions(names, frame),
            ObjectKinds.Type => [Type(names, frame)],
            ObjectKinds.Operator => Operators(names, frame),
            "database" => [walk.Names.OtherDatabase(names[^1])],
            "role" or "tablespace" or "setting" => [walk.Names.Shared(kind, names[^1])],
            _ when ObjectKinds.IsOfRelation(kind) && names.Length > 1 => [OfRelation(kind, names, frame)],
            _ when ObjectKinds.IsInSchema(kind) => [InSchema(kind, names, frame)],
            _ => [walk.Names.Object(kind, [names[^1]])],
        };
    }

    /// <summary>What is made under a name stands in the schema that is written or in the first of the path.</summary>
    public ResourceId New(string kind, IReadOnlyList<string> names, Frame frame) =>
        kind is ObjectKinds.Function or ObjectKinds.Type or ObjectKinds.Operator || ObjectKinds.IsInSchema(kind)
            ? walk.Names.Object(kind, [SchemaOfNew(names, frame), names[^1]])
            : Ids(kind, names, frame)[0];

    /// <summary>The row type of a table is the table's own; one that stands alone is a type.</summary>
    public ResourceId Of(RelationEntry relation) =>
        relation.Kind == RelationKind.Composite && walk.Catalogue.Type(relation.SchemaName, relation.Name) is { } type
            ? Of(type)
            : walk.Relations.Id(relation);

    public ResourceId Of(TypeEntry type) =>
        Of(DropCascade.Types, type.Oid, ObjectKinds.Type, [type.SchemaName, type.Name]);

    public ResourceId Of(FunctionEntry function) =>
        Of(DropCascade.Functions, function.Oid, ObjectKinds.Function, [function.SchemaName, function.Name]);

    public ResourceId Of(ObjectEntry entry) => Of(entry.Class, entry.Oid, entry.Kind, entry.Names);

    /// <summary>A member of an extension stands for the extension, which alone is listed.</summary>
    private ResourceId Of(uint catalogueClass, Oid oid, string kind, IReadOnlyList<string> names) =>
        walk.Catalogue.ExtensionOf(catalogueClass, oid) is { } extension
            ? walk.Names.Object("extension", [extension])
            : walk.Names.Object(kind, names);

    public ResourceId Of(SyntaxNode relation, Frame frame) => Relation([.. NamesOf(relation)], frame);

    public ResourceId Of(RelationEntry relation, string kind, string name) =>
        walk.Names.Object(kind, [relation.SchemaName, relation.Name, name]);

    public ResourceId Cast(SyntaxNode source, SyntaxNode target, Frame frame) =>
        walk.Names.Object("cast", [.. FullType(NamesOf(source), frame), .. FullType(NamesOf(target), frame)]);

    /// <summary>The names in a field's value, whatever its form; never empty.</summary>
    public static IReadOnlyList<string> NamesOf(object? value)
    {
        IReadOnlyList<string> names = value switch
        {
            string text => [text],
            SyntaxNode { Kind: "RangeVar" } name => name.Text("schemaname") is { } schema
                ? [schema, name.Text("relname") ?? "?"]
                : [name.Text("relname") ?? "?"],
            SyntaxNode { Kind: "TypeName" } type => type.Names("names"),
            SyntaxNode { Kind: "ObjectWithArgs" } named => named.Names("objname"),
            SyntaxNode { Kind: "List" } list => list.Names("items"),
            SyntaxNode node => node.Literal() is { } literal ? [literal] : [],
            SyntaxNode?[] items => [.. items.OfType<SyntaxNode>().Select(item => item.Text("sval")).OfType<string>()],
            _ => [],
        };
        return names.Count == 0 ? ["?"] : names;
    }

    private ResourceId Relation(string[] names, Frame frame)
    {
        var schema = names.Length > 1 ? names[^2] : null;
        if (walk.Relations.Resolve(schema, names[^1], frame) is { } found)
        {
            return Of(found);
        }

        var absent = walk.Relations.Absent(schema, names[^1], frame);
        return walk.Names.Relation(absent.Schema, absent.Name);
    }

    private ResourceId OfRelation(string kind, string[] names, Frame frame)
    {
        var schema = names.Length > 2 ? names[^3] : null;
        if (walk.Relations.Resolve(schema, names[^2], frame) is { } found)
        {
            return Of(found, kind, names[^1]);
        }

        var absent = walk.Relations.Absent(schema, names[^2], frame);
        return walk.Names.Object(kind, [absent.Schema, absent.Name, names[^1]]);
    }

    private ResourceId[] Functions(string[] names, Frame frame)
    {
        ResourceId[] found = [.. walk.Functions.Candidates(names, -1, frame).Select(walk.Functions.Id).Distinct()];
        return found.Length > 0 ? found : [Missing(ObjectKinds.Function, names, frame)];
    }

    private ResourceId Type(string[] names, Frame frame) =>
        walk.Types.Find(names, frame) is { } found ? Of(found) : Missing(ObjectKinds.Type, names, frame);

    private ResourceId[] Operators(string[] names, Frame frame)
    {
        var schemas = SchemasOf(names, frame);
        ResourceId[] found =
        [
            .. walk
                .Catalogue.Objects(ObjectKinds.Operator, names[^1])
                .Where(entry => schemas.Contains(entry.Names[0]))
                .Select(Of)
                .Distinct(),
        ];
        return found.Length > 0 ? found : [Missing(ObjectKinds.Operator, names, frame)];
    }

    private ResourceId InSchema(string kind, string[] names, Frame frame)
    {
        var there = walk.Catalogue.Objects(kind, names[^1]).ToLookup(entry => entry.Names[0], StringComparer.Ordinal);
        return SchemasOf(names, frame).FirstOrDefault(there.Contains) is { } schema
            ? Of(there[schema].First())
            : Missing(kind, names, frame);
    }

    private ResourceId Missing(string kind, string[] names, Frame frame)
    {
        walk.Found.Missing($"{kind} {string.Join('.', names)}");
        return walk.Names.Object(kind, [SchemaOfNew(names, frame), names[^1]]);
    }

    private string[] SchemasOf(string[] names, Frame frame) =>
        names.Length > 1 ? [names[^2]] : [.. frame.Path.ForFunctions(walk.Catalogue)];

    private string SchemaOfNew(IReadOnlyList<string> names, Frame frame) =>
        walk.Relations.Absent(names.Count > 1 ? names[^2] : null, names[^1], frame).Schema;

    private string[] FullType(IReadOnlyList<string> names, Frame frame) =>
        walk.Types.Find(names, frame) is { } found
            ? [found.SchemaName, found.Name]
            : [SchemaOfNew(names, frame), names[^1]];

    private ResourceId Transform(SyntaxNode type, SyntaxNode language, Frame frame) =>
        walk.Names.Object("transform", [.. FullType(NamesOf(type), frame), NamesOf(language)[^1]]);
}
