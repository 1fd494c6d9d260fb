using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>
/// What a call runs. Types are not inferred: every function that the name, the path and the number of arguments allow is
/// taken to run. Functions in SQL are read; any other that did not come with the server is opaque unless it is declared.
/// </summary>
internal sealed class FunctionRules(Walk walk)
{
    public void Call(SyntaxNode call, Frame frame)
    {
        var names = call.Names("funcname");
        var count = call.Flag("agg_within_group") || call.Flag("func_variadic") ? -1 : call.Nodes("args").Count;
        var found = Candidates(names, count, frame).ToArray();
        foreach (var function in found)
        {
            Touch(function, frame, call);
        }

        if (found.Length == 0)
        {
            CallByType(names, frame);
        }
    }

    /// <summary>Functions that a use by name may mean; a negative count fits all.</summary>
    public IEnumerable<FunctionEntry> Candidates(IReadOnlyList<string> names, int count, Frame frame)
    {
        if (names.Count == 0)
        {
            return [];
        }

        var schemas =
            names.Count > 1
                ? [Real(names[^2])]
                : frame.Path.ForFunctions(walk.Catalogue).ToHashSet(StringComparer.Ordinal);
        return walk
            .Catalogue.Functions(names[^1])
            .Where(entry => schemas.Contains(entry.SchemaName) && entry.Accepts(count));
    }

    private string Real(string schema) => schema == "pg_temp" ? walk.Catalogue.Own.TemporarySchema ?? "" : schema;

    /// <summary><c>name(value)</c> may also be a cast, or a column of a row.</summary>
    private void CallByType(IReadOnlyList<string> names, Frame frame)
    {
        if (walk.Types.Find(names, frame) is { } type)
        {
            walk.Types.Touch(type.Oid);
            return;
        }

        var name = string.Join('.', names);
        walk.Found.Missing($"{name}()");
        walk.Found.Risky(walk.Objects.New(ObjectKinds.Function, names.Count == 0 ? ["?"] : names, frame), "call");
    }

    /// <summary><c>row.name</c> calls a function that takes the row.</summary>
    public void CallByField(string name, Frame frame)
    {
        foreach (var function in Candidates([name], 1, frame).Where(entry => !entry.Oid.IsBuiltIn))
        {
            var kind =
                function.ArgumentTypes.Count == 0 ? ' ' : walk.Catalogue.Type(new Oid(function.ArgumentTypes[0]))?.Kind;
            if (kind is 'c' or 'p' or 'd')
            {
                Touch(function, frame, null);
            }
        }
    }

    public void Operator(IReadOnlyList<string> names, Frame frame)
    {
        if (names.Count == 0)
        {
            return;
        }

        var schemas =
            names.Count > 1 ? [names[^2]] : frame.Path.ForFunctions(walk.Catalogue).ToHashSet(StringComparer.Ordinal);
        foreach (var candidate in walk.Catalogue.Operators(names[^1]))
        {
            if (
                walk.Catalogue.Own.Schemas.FirstOrDefault(schema => schema.Oid == candidate.Schema) is { } schema
                && schemas.Contains(schema.Name)
            )
            {
                foreach (var function in candidate.Functions)
                {
                    Touch(new Oid(function), frame);
                }
            }
        }
    }

    /// <summary>Somebody's operator of this name can be meant.</summary>
    public bool IsShadowed(string name, Frame frame)
    {
        var schemas = frame.Path.ForFunctions(walk.Catalogue).ToHashSet(StringComparer.Ordinal);
        return walk
            .Catalogue.Operators(name)
            .Any(entry =>
                walk.Catalogue.Own.Schemas.FirstOrDefault(schema => schema.Oid == entry.Schema) is { } schema
                && schemas.Contains(schema.Name)
            );
    }

    /// <summary>A function that the catalogue names by its number.</summary>
    public void Touch(Oid oid, Frame frame)
    {
        if (oid.IsNone)
        {
            return;
        }

        if (walk.Catalogue.Function(oid) is { } function)
        {
            Touch(function, frame, null);
        }
        else
        {
            walk.Found.Unknown($"function {oid} of the catalogue");
        }
    }

    private void Touch(FunctionEntry function, Frame frame, SyntaxNode? call)
    {
        if (function.Oid.IsBuiltIn)
        {
            BuiltInFunctions.Judge(walk, function, call, frame);
            return;
        }

        if ((frame.PlanOnly && function.Volatility == 'v') || !walk.Once((function.Oid, frame.Path.ToString())))
        {
            return;
        }

        if (walk.Definitions.Of(function) is { } declared)
        {
            foreach (var effect in declared.Effects)
            {
                walk.Found.Add(effect);
            }

            return;
        }

        walk.VisitDefinition(function.DefaultTexts, "select ", function.FullName);
        walk.Types.Touch(function.Returns);
        foreach (var type in function.ArgumentTypes)
        {
            walk.Types.Touch(new Oid(type));
        }

        Body(function, frame);
    }

    private void Body(FunctionEntry function, Frame frame)
    {
        if (function.Kind == 'a')
        {
            foreach (var helper in function.Helpers)
            {
                Touch(new Oid(helper), frame);
            }
        }
        else if (
            function is { Language: "sql", OtherSettings: false, Body: { } body }
            && Parsed(body) is { } statements
        )
        {
            var path = function.SearchPath is { } own ? SearchPath.Parse(own, walk.Session.Role) : frame.Path;
            walk.Visit(statements, new Frame(path, PlanOnly: false));
            if (function.Volatility == 'v')
            {
                walk.Found.ChangesCatalogue();
            }
        }
        else
        {
            walk.Found.Opaque(function.FullName, $"a function in {function.Language}", Id(function));
        }
    }

    /// <summary>The statements of a body in SQL, of the old form or the new; null where it does not parse.</summary>
    private List<SyntaxNode>? Parsed(string body)
    {
        var isNew =
            body.StartsWith("BEGIN ATOMIC", StringComparison.Ordinal)
            || body.StartsWith("RETURN ", StringComparison.Ordinal);
        var parsed = walk.Definitions.Parse(isNew ? $"create function x() returns void language sql {body}" : body);
        return parsed.Refusal is not null ? null
            : !isNew ? [.. parsed.Statements.Select(statement => statement.Root)]
            : parsed.Statements is [{ Root: { } root }] && root.Node("sql_body") is { } inner ? [inner]
            : null;
    }

    public Core.Estate.ResourceId Id(FunctionEntry function) => walk.Objects.Of(function);
}
