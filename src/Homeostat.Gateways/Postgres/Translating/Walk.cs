using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>The names that WITH clauses around a place define.</summary>
internal sealed record CteScope(string Name, CteScope? Outer)
{
    public static bool Has(CteScope? scope, string name)
    {
        for (; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == name)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Where a node stands.</summary>
/// <param name="Path">How its names are looked up: the session's path, or that of a definition.</param>
/// <param name="Locks">The rows that it reads are locked.</param>
/// <param name="PlanOnly">It is planned and not run: only functions that planning may call are called.</param>
/// <param name="IsText">It is the client's own text, with the client's parameters, and what writes in it runs once.</param>
internal sealed record Frame(
    SearchPath Path,
    CteScope? Ctes = null,
    bool Locks = false,
    bool PlanOnly = false,
    bool IsText = false
);

/// <summary>
/// One statement's translation: a list of what is still to be looked at, syntax and catalogue objects alike, without
/// recursion. What is found is a union, so the order does not matter and nothing is looked at twice.
/// </summary>
internal sealed class Walk
{
    private readonly Stack<Action> _work = new();
    private readonly HashSet<object> _seen = [];
    private SyntaxNode? _root;
    private Dictionary<long, int>? _uses;
    private int _steps;

    /// <summary>Parameters whose types do not let a key be one row's; null where any may be such.</summary>
    public IReadOnlyDictionary<int, uint>? Inexact { private get; init; }

    public Walk(DatabaseCatalogue catalogue, SessionContext session, PostgresNames names, Definitions definitions)
    {
        Catalogue = catalogue;
        Session = session;
        Definitions = definitions;
        Found = new Findings(names);
        Relations = new RelationRules(this);
        Functions = new FunctionRules(this);
        Types = new TypeRules(this);
        Objects = new ObjectRules(this);
    }

    public DatabaseCatalogue Catalogue { get; }
    public SessionContext Session { get; }
    public Definitions Definitions { get; }
    public Findings Found { get; }
    public RelationRules Relations { get; }
    public FunctionRules Functions { get; }
    public TypeRules Types { get; }
    public ObjectRules Objects { get; }

    public PostgresNames Names => Found.Names;

    public ResourceId Role => Names.Role(Session.Role);

    public void Run(SyntaxNode statement)
    {
        _root = statement;
        Visit(statement, new Frame(Session.Path, IsText: true));
        while (_work.TryPop(out var next))
        {
            if (++_steps > Limits.MaxTranslationSteps)
            {
                Found.Unknown($"more than {Limits.MaxTranslationSteps} steps");
                return;
            }

            next();
        }
    }

    /// <summary>Looks at it later.</summary>
    public void Visit(SyntaxNode? node, Frame frame)
    {
        if (node is not null)
        {
            _work.Push(() => Dispatch(node, frame));
        }
    }

    public void Visit(IEnumerable<SyntaxNode> nodes, Frame frame)
    {
        foreach (var node in nodes)
        {
            Visit(node, frame);
        }
    }

    /// <summary>Everything under a node, except these fields.</summary>
    public void VisitChildren(SyntaxNode node, Frame frame, params ReadOnlySpan<string> except)
    {
        foreach (var (name, value) in node.Fields)
        {
            if (except.Contains(name))
            {
                continue;
            }

            if (value is SyntaxNode child)
            {
                Visit(child, frame);
            }
            else if (value is SyntaxNode?[] items)
            {
                Visit(items.OfType<SyntaxNode>(), frame);
            }
        }
    }

    /// <summary>A definition that the catalogue has as text, once for each text; what cannot be parsed is unknown.</summary>
    public void VisitDefinition(string? text, string prefix, string of)
    {
        if (text is not null && Once(("definition", prefix, text)))
        {
            VisitText(prefix + text, of, new Frame(SearchPath.System));
        }
    }

    /// <summary>These fields alone of a definition that is a statement: what a rule does, when a trigger fires.</summary>
    public void VisitParts(string text, string of, Frame frame, params ReadOnlySpan<string> fields)
    {
        if (text.Length == 0 || !Once(("parts", text, frame.PlanOnly)))
        {
            return;
        }

        if (Definitions.Parse(text).Statements is not [{ Root: { } root }])
        {
            Found.Unknown($"the definition of {of}");
            return;
        }

        foreach (var field in fields)
        {
            Visit(root.Nodes(field), frame);
        }
    }

    /// <returns>False where it does not parse; then it is noted as unknown.</returns>
    public bool VisitText(string sql, string of, Frame frame)
    {
        var parsed = Definitions.Parse(sql);
        if (parsed.Refusal is { } refusal)
        {
            Found.Unknown($"the definition of {of}: {refusal.Reason}");
            return false;
        }

        Visit(parsed.Statements.Select(statement => statement.Root), frame with { IsText = false });
        return true;
    }

    /// <summary>It is the statement itself, and not one that a function or a rule runs.</summary>
    public bool IsRoot(SyntaxNode node) => ReferenceEquals(node, _root);

    /// <summary>
    /// A parameter has an exact type, or gets it from this one place: where it stands twice the other place may make a fraction of
    /// it, by which several keys are found.
    /// </summary>
    /// <param name="column">The type of the key that is compared with it.</param>
    public bool IsExact(SyntaxNode parameter, Oid column)
    {
        var number = parameter.Number("number");
        if (Inexact is null || (_uses ??= CountParameters()).GetValueOrDefault(number) != 1)
        {
            return false;
        }

        Found.KeyParameters.Add(new KeyParameter((int)number, column));
        return !(Inexact.TryGetValue((int)number, out var type) && KeyParameter.IsRounded(column, type));
    }

    private Dictionary<long, int> CountParameters()
    {
        var uses = new Dictionary<long, int>();
        var open = new Stack<SyntaxNode>([_root!]);
        while (open.TryPop(out var node))
        {
            if (node.Is("ParamRef"))
            {
                uses[node.Number("number")] = uses.GetValueOrDefault(node.Number("number")) + 1;
            }

            foreach (var (name, _) in node.Fields)
            {
                foreach (var child in node.Nodes(name))
                {
                    open.Push(child);
                }
            }
        }

        return uses;
    }

    /// <summary>True the first time.</summary>
    public bool Once(object key) => _seen.Add(key);

    public void Later(Action work) => _work.Push(work);

    private void Dispatch(SyntaxNode node, Frame frame)
    {
        if (node.Kind is { } kind && NodeHandlers.All.TryGetValue(kind, out var handle))
        {
            handle(this, node, frame);
        }
        else
        {
            Found.Unknown($"node {node.Kind ?? "without a kind"}");
        }
    }
}
