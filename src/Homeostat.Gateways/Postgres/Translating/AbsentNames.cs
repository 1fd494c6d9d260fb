using System.Collections.Frozen;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>DROP and ALTER … IF EXISTS of what the catalogue lacks. Only where the statement stands alone: what a function runs is not ours to replace.</summary>
internal static class AbsentNames
{
    /// <summary>One object that a statement names.</summary>
    /// <param name="Full">As it is written for the server; null where it is there and cannot be written again.</param>
    private readonly record struct Place(SyntaxNode Item, bool IsThere, string? Full, string Notice);

    /// <summary>Kinds whose objects the catalogue lists by name, other than those that have a look-up of their own.</summary>
    private static readonly FrozenSet<string> Listed = FrozenSet.Create(
        StringComparer.Ordinal,
        "collation",
        "conversion",
        "event-trigger",
        "foreign-data-wrapper",
        "foreign-server",
        "language",
        "operator-class",
        "operator-family",
        "publication",
        "statistics",
        "text-search-configuration",
        "text-search-dictionary",
        "text-search-parser",
        "text-search-template"
    );

    /// <summary>What ALTER names by a relation.</summary>
    private static readonly FrozenSet<string> Relations = FrozenSet.Create(
        StringComparer.Ordinal,
        "OBJECT_TABLE",
        "OBJECT_INDEX",
        "OBJECT_SEQUENCE",
        "OBJECT_VIEW",
        "OBJECT_MATVIEW",
        "OBJECT_FOREIGN_TABLE"
    );

    /// <summary>The objects of a DROP that have to be judged: all of them, or those that are there, and the rest is replaced.</summary>
    public static IReadOnlyList<SyntaxNode> Without(Walk walk, SyntaxNode drop, Frame frame)
    {
        var items = drop.Nodes("objects");
        if (!drop.Flag("missing_ok") || !walk.IsRoot(drop))
        {
            return items;
        }

        var places = items.Select(item => PlaceOf(walk, drop.Text("removeType") ?? "?", item, frame)).ToList();
        var absent = places.Count(place => !place.IsThere);
        if (absent is 0 or > Limits.MaxAbsentNames || places.Exists(place => place is { IsThere: true, Full: null }))
        {
            return items;
        }

        var pattern = PatternOf(drop.Text("removeType") ?? "?");
        var names = new List<string>(places.Count);
        var notices = new List<IReadOnlyList<string>>();
        foreach (var place in places)
        {
            names.Add(
                place.IsThere
                    ? place.Full!
                    : pattern.Replace("?", Substitution.Name(notices.Count), StringComparison.Ordinal)
            );
            if (!place.IsThere)
            {
                notices.Add([place.Notice]);
            }
        }

        var concurrently = drop.Flag("concurrent") ? " CONCURRENTLY" : "";
        var cascade = drop.Text("behavior") == "DROP_CASCADE" ? " CASCADE" : "";
        walk.Found.Replace(
            new Substitution(
                $"{CommandNames.Of(drop)}{concurrently} IF EXISTS {string.Join(", ", names)}{cascade}",
                notices
            )
        );
        return [.. places.Where(place => place.IsThere).Select(place => place.Item)];
    }

    /// <summary>Whether nothing of an ALTER is there, so that it is replaced and there is nothing to judge.</summary>
    public static bool IsNothing(Walk walk, SyntaxNode alter, Frame frame)
    {
        if (!walk.IsRoot(alter) || NoticesOf(walk, alter, frame) is not { Count: > 0 } notices)
        {
            return false;
        }

        var none = Substitution.Name(0);
        walk.Found.Replace(
            new Substitution($"{CommandNames.Of(alter)} IF EXISTS {none}.{none} RENAME TO {none}", [notices])
        );
        return true;
    }

    private static List<string>? NoticesOf(Walk walk, SyntaxNode alter, Frame frame)
    {
        var type = alter.Text("renameType") is "OBJECT_COLUMN" ? alter.Text("relationType") : alter.Text("renameType");
        type ??= alter.Text("objtype") ?? alter.Text("objectType");
        var name = alter.Is("AlterSeqStmt") ? alter.Node("sequence") : alter.Node("relation");
        if (
            name is not { Kind: "RangeVar" }
            || !(alter.Is("AlterSeqStmt") || type is "OBJECT_TABCONSTRAINT" || Relations.Contains(type ?? ""))
        )
        {
            return null;
        }

        var written = name.Text("relname") ?? "?";
        return walk.Relations.Resolve(name.Text("schemaname"), written, frame, mayMiss: true) is { } relation
                ? Parts(walk, relation, alter)
            : alter.Flag("missing_ok") ? [$"relation \"{written}\" does not exist, skipping"]
            : null;
    }

    /// <summary>Of an ALTER TABLE that only drops columns and constraints, if they exist, and none does.</summary>
    private static List<string>? Parts(Walk walk, RelationEntry relation, SyntaxNode alter)
    {
        var commands = alter.Is("AlterTableStmt") && relation.HoldsRows ? alter.Nodes("cmds") : [];
        if (relation.Oid.IsBuiltIn || commands.Count > Limits.MaxAbsentNames)
        {
            return null;
        }

        var notices = new List<string>(commands.Count);
        foreach (var command in commands)
        {
            var name = command.Text("name");
            var part = command.Text("subtype") switch
            {
                "AT_DropColumn" when walk.Catalogue.Columns[relation.Oid].All(entry => entry.Name != name) => "column",
                "AT_DropConstraint" when walk.Catalogue.Constraints[relation.Oid].All(entry => entry.Name != name) =>
                    "constraint",
                _ => null,
            };
            if (part is null || name is null || !command.Flag("missing_ok"))
            {
                return null;
            }

            notices.Add($"{part} \"{name}\" of relation \"{relation.Name}\" does not exist, skipping");
        }

        return notices;
    }

    private static Place PlaceOf(Walk walk, string type, SyntaxNode item, Frame frame)
    {
        var kind = ObjectKinds.Of(type);
        var names = ObjectRules.NamesOf(item);
        var notice = NoticeOf(walk, type, item, names);
        (string Schema, string Name)? found = kind switch
        {
            ObjectKinds.Relation => walk.Relations.Resolve(SchemaOf(names), names[^1], frame, mayMiss: true)
                is { } entry
                ? (entry.SchemaName, entry.Name)
                : null,
            ObjectKinds.Type => walk.Types.Find(names, frame) is { } entry ? (entry.SchemaName, entry.Name) : null,
            _ => null,
        };
        if (kind is ObjectKinds.Relation or ObjectKinds.Type)
        {
            return new Place(
                item,
                found is not null,
                found is { } at ? Substitution.Quote(at.Schema, at.Name) : null,
                notice
            );
        }

        var isAlone = kind is "schema" or "extension" || (Listed.Contains(kind) && !ObjectKinds.IsInSchema(kind));
        return new Place(
            item,
            IsThere(walk, kind, item, names, frame),
            isAlone ? Substitution.Quote(names[^1]) : null,
            notice
        );
    }

    /// <summary>Says yes where the catalogue cannot tell.</summary>
    private static bool IsThere(Walk walk, string kind, SyntaxNode item, IReadOnlyList<string> names, Frame frame) =>
        kind switch
        {
            "schema" => walk.Catalogue.Schema(names[^1]) is not null,
            "extension" => walk.Catalogue.Own.Extensions.Any(entry => entry.Name == names[^1]),
            ObjectKinds.Function => walk.Functions.Candidates(names, -1, frame).Any(),
            ObjectKinds.Operator => walk.Catalogue.Objects(kind, names[^1]).Any(),
            "cast" => item.Nodes("items") is not [{ } source, { } target]
                || walk.Catalogue.Own.Objects.Any(entry =>
                    entry.Kind == kind && walk.Objects.Of(entry) == walk.Objects.Cast(source, target, frame)
                ),
            _ when ObjectKinds.IsOfRelation(kind) && names.Count > 1 => walk.Relations.Resolve(
                names.Count > 2 ? names[^3] : null,
                names[^2],
                frame,
                mayMiss: true
            )
                is { } relation
                && walk.Catalogue.Objects(kind, names[^1])
                    .Any(entry => entry.Names.SequenceEqual([relation.SchemaName, relation.Name, names[^1]])),
            _ when Listed.Contains(kind) => walk.Catalogue.Objects(kind, names[^1]).Any(),
            _ => true,
        };

    private static string? SchemaOf(IReadOnlyList<string> names) => names.Count > 1 ? names[^2] : null;

    /// <summary>How a name that nothing can have, <c>?</c>, is written where one of this kind is dropped.</summary>
    private static string PatternOf(string type)
    {
        var kind = ObjectKinds.Of(type);
        return type switch
        {
            "OBJECT_AGGREGATE" => "?.?(*)",
            "OBJECT_CAST" => "(?.? AS ?.?)",
            _ when kind == ObjectKinds.Function => "?.?()",
            _ when kind == ObjectKinds.Operator => "?.+ (pg_catalog.int4, pg_catalog.int4)",
            _ when ObjectKinds.HasAccessMethod(kind) => "?.? USING btree",
            _ when ObjectKinds.IsOfRelation(kind) => "? ON ?.?",
            _ when kind is ObjectKinds.Relation or ObjectKinds.Type || ObjectKinds.IsInSchema(kind) => "?.?",
            _ => "?",
        };
    }

    /// <summary>In the server's words, though of a function or an operator without the types that it is for.</summary>
    private static string NoticeOf(Walk walk, string type, SyntaxNode item, IReadOnlyList<string> names)
    {
        var kind = ObjectKinds.Of(type);
        var word = type switch
        {
            "OBJECT_DOMAIN" => "type",
            "OBJECT_FDW" => "foreign-data wrapper",
            "OBJECT_STATISTIC_EXT" => "statistics object",
            _ => CommandNames.WordOf(type).ToLowerInvariant(),
        };
        var name = string.Join('.', names);
        var what = kind switch
        {
            ObjectKinds.Relation when SchemaOf(names) is { } schema && walk.Catalogue.Schema(schema) is null =>
                $"schema \"{schema}\" does not exist",
            ObjectKinds.Relation => $"{word} \"{names[^1]}\" does not exist",
            ObjectKinds.Function or ObjectKinds.Operator => $"{word} {name} does not exist",
            "cast" when item.Nodes("items") is [{ } source, { } target] =>
                $"cast from type {string.Join('.', ObjectRules.NamesOf(source))} to type {string.Join('.', ObjectRules.NamesOf(target))} does not exist",
            _ when ObjectKinds.HasAccessMethod(kind) =>
                $"{word} \"{string.Join('.', names.Skip(1))}\" does not exist for access method \"{names[0]}\"",
            _ when ObjectKinds.IsOfRelation(kind) && names.Count > 1 =>
                $"{word} \"{names[^1]}\" for relation \"{string.Join('.', names.SkipLast(1))}\" does not exist",
            _ => $"{word} \"{name}\" does not exist",
        };
        return what + ", skipping";
    }
}
