using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>Code that a type runs: checks of domains, input and output, casts.</summary>
internal sealed class TypeRules(Walk walk)
{
    private const uint Boolean = 16;
    private const uint Text = 25;
    private const uint Varchar = 1043;
    private const uint RegClass = 2205;

    private static readonly Oid Json = new(114);

    private readonly List<Oid> _rows = [];
    private readonly List<Oid> _columns = [];
    private bool _isTypeWritten;
    private bool _isComputed;

    /// <summary>A type that somebody wrote down.</summary>
    public void Touch(SyntaxNode typeName, Frame frame)
    {
        _isTypeWritten = true;
        TouchWhatIsRead();
        if (typeName.Flag("pct_type"))
        {
            return;
        }

        if (Find(typeName.Names("names"), frame) is { } type)
        {
            Touch(type.Oid);
        }
    }

    public TypeEntry? Find(IReadOnlyList<string> names, Frame frame)
    {
        if (names.Count == 0)
        {
            return null;
        }

        var schemas = names.Count == 1 ? frame.Path.ForRelations(walk.Catalogue) : [Real(names[^2])];
        foreach (var schema in schemas)
        {
            if (walk.Catalogue.Type(schema, names[^1]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>
    /// What a literal says to a function, under casts that leave it as it is written; null where the server may make another text
    /// of it: <c>'roles'::varchar(4)</c>.
    /// </summary>
    public string? Literal(SyntaxNode? node, Frame frame)
    {
        for (var isOutermost = true; node is { Kind: "TypeCast" }; isOutermost = false)
        {
            var value = node.Node("arg");
            if (value?.Node("fval") is not null || !IsKept(node.Node("typeName"), value, frame, isOutermost))
            {
                return null;
            }

            node = value;
        }

        // libpg_query gives no value of a negative constant: it looks like zero.
        return node?.Node("ival") is { } number && number.Number("ival") == 0 ? null : node?.Literal();
    }

    private bool IsKept(SyntaxNode? type, SyntaxNode? value, Frame frame, bool isOutermost) =>
        type is not null
        && type.Nodes("typmods").Count == 0
        && type.Nodes("arrayBounds").Count == 0
        && Find(type.Names("names"), frame)?.Oid.Value switch
        {
            Text or Varchar => true,
            RegClass => isOutermost,
            Boolean => value?.Node("boolval") is not null,
            _ => false,
        };

    /// <summary>Values of the columns' types are made.</summary>
    public void WriteColumns(RelationEntry relation)
    {
        foreach (var column in walk.Catalogue.Columns[relation.Oid])
        {
            Touch(column.Type);
        }

        ReadColumns(relation);
    }

    /// <summary>
    /// What is read can be cast, column by column and as a whole row. And a function or an operator can make new values of a
    /// column's type that nobody names: <c>lag(c, 1, 'x')</c> runs the checks of a domain.
    /// </summary>
    public void ReadColumns(RelationEntry relation)
    {
        if (relation.Oid.IsBuiltIn)
        {
            return;
        }

        foreach (var column in walk.Catalogue.Columns[relation.Oid])
        {
            Casts(column.Type);
            _columns.Add(column.Type);
        }

        // Where no type is written a row can be cast unasked, or to JSON by the functions that make it.
        if (walk.Catalogue.Type(relation.SchemaName, relation.Name) is { } row)
        {
            Casts(row.Oid, cast => cast.Unasked || cast.Target == Json);
            _rows.Add(row.Oid);
        }

        TouchWhatIsRead();
    }

    /// <summary>A function or an operator stands somewhere in the statement.</summary>
    public void Compute()
    {
        _isComputed = true;
        TouchWhatIsRead();
    }

    private void TouchWhatIsRead()
    {
        if (_isComputed)
        {
            _columns.ForEach(Touch);
            _columns.Clear();
        }

        if (_isTypeWritten)
        {
            _rows.ForEach(row => Casts(row));
            _rows.Clear();
        }
    }

    /// <summary>Casts between the server's own types that somebody added: no type of anybody's has to be named for them.</summary>
    public void TouchUnaskedCasts()
    {
        foreach (
            var cast in walk.Catalogue.Own.Casts.Where(cast =>
                cast is { Unasked: true, Source.IsBuiltIn: true, Target.IsBuiltIn: true }
            )
        )
        {
            TouchSupport(cast.Function);
        }
    }

    /// <summary>Values of these types are read when a statement is bound, or when it is executed by its name.</summary>
    public void Touch(IReadOnlyList<uint> types)
    {
        foreach (var type in types)
        {
            Touch(new Oid(type));
        }
    }

    public void Touch(Oid oid)
    {
        if (oid.IsNone || !walk.Once((oid, "type")))
        {
            return;
        }

        if (oid.IsBuiltIn)
        {
            Casts(oid);
            return;
        }

        if (walk.Catalogue.Type(oid) is not { } type)
        {
            walk.Found.Unknown($"type {oid} of the catalogue");
            return;
        }

        foreach (var check in walk.Catalogue.DomainChecks[oid])
        {
            walk.VisitDefinition(check.Check, "select ", $"a check of {type.FullName}");
        }

        foreach (var function in type.Functions)
        {
            TouchSupport(new Oid(function));
        }

        Casts(oid);
        walk.Later(() => Touch(type.Base));
        walk.Later(() => Touch(type.Element));
        foreach (var column in walk.Catalogue.Columns[type.Relation])
        {
            walk.Later(() => Touch(column.Type));
        }
    }

    private void Casts(Oid type, Func<CastEntry, bool>? which = null)
    {
        if (!walk.Once((type, which is null ? "casts" : "some casts")))
        {
            return;
        }

        // Of the server's own types only what is made of one of its own: any other cast has a type that is touched too.
        foreach (var cast in walk.Catalogue.Own.Casts)
        {
            if (which?.Invoke(cast) == false)
            {
                continue;
            }

            if (
                type.IsBuiltIn
                    ? cast.Target == type && cast.Source.IsBuiltIn
                    : IsOf(cast.Source, type) || IsOf(cast.Target, type)
            )
            {
                TouchSupport(cast.Function);
            }
        }
    }

    /// <summary>The type, or an array of it.</summary>
    private bool IsOf(Oid one, Oid type) => one == type || walk.Catalogue.Type(one)?.Element == type;

    private void TouchSupport(Oid function)
    {
        if (!function.IsBuiltIn)
        {
            walk.Functions.Touch(function, new Frame(walk.Session.Path));
        }
    }

    private string Real(string schema) => schema == "pg_temp" ? walk.Catalogue.Own.TemporarySchema ?? "" : schema;
}
