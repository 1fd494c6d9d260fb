using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;

namespace Homeostat.Gateways.Postgres.Translating;

[Flags]
internal enum Access
{
    None = 0,
    Read = 1,
    Lock = 2,
    Insert = 4,
    Update = 8,
    Delete = 16,
    Truncate = 32,
    Create = 64,
    Drop = 128,

    /// <summary>A plan that does not run would write.</summary>
    Plan = 256,
    Lose = Update | Delete | Truncate | Drop,
    Write = Insert | Lose | Create,
}

/// <summary>What a walk has found; made into a <see cref="Translation"/> at the end.</summary>
internal sealed class Findings(PostgresNames names)
{
    private readonly Dictionary<RelationName, (Access Access, long? Rows, bool IsTemporary)> _relations = [];
    private readonly HashSet<Effect> _effects = [];
    private readonly HashSet<OpaqueCode> _opaque = [];
    private readonly HashSet<string> _notUnderstood = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private readonly List<SettingChange> _settings = [];
    private string? _forbidden;
    private bool _changesCatalogue;
    private bool _dependsOnSession;
    private SessionStep? _step;
    private Substitution? _substitute;
    private bool _takesRows;

    public PostgresNames Names { get; } = names;

    public HashSet<KeyParameter> KeyParameters { get; } = [];

    public void Add(Effect effect) => _effects.Add(effect);

    public void Add(SettingChange change) => _settings.Add(change);

    public void Harmless(ResourceId id, string key, string value = "") =>
        Add(new Effect.Change(id, key, FactValue.Of(value), ChangeImpact.Harmless));

    /// <summary>Nobody outside the session can tell that it was done.</summary>
    public void OfSessionOnly() => Add(new Effect.Read(Names.Database, "session"));

    /// <summary>The client sends rows after it.</summary>
    public void TakesRows() => _takesRows = true;

    /// <summary>This goes to the server instead of the statement.</summary>
    public void Replace(Substitution substitute)
    {
        _substitute = substitute;
        OfSessionOnly();
    }

    public void Step(SessionStep step) => _step = step;

    /// <summary>In some world what it touches stops working.</summary>
    public void Risky(ResourceId id, string key, string value = "") =>
        Add(new Effect.Change(id, key, FactValue.Of(value), ChangeImpact.Unknown));

    public void Unknown(string what)
    {
        _notUnderstood.Add(what);
        Add(new Effect.Unknown(Names.Database, what));
    }

    public void Opaque(string name, string why, ResourceId id)
    {
        if (_opaque.Add(new OpaqueCode(name, why)))
        {
            Add(
                new Effect.Unknown(id, $"runs {name}: {why}")
                {
                    Undo = new Undo(false, "nobody can read what it does", []),
                }
            );
        }

        _changesCatalogue = true;
    }

    public void Missing(string name) => _missing.Add(name);

    public void Forbid(string why)
    {
        _forbidden = why;
        Add(new Effect.Unknown(Names.Database, why));
    }

    /// <summary>It means what the session has prepared.</summary>
    public void DependsOnSession() => _dependsOnSession = true;

    public void ChangesCatalogue() => _changesCatalogue = true;

    /// <param name="rows">The most rows that are touched, where that is proven.</param>
    public void Touch(RelationName name, Access access, long? rows = null, bool isTemporary = false)
    {
        var known = _relations.GetValueOrDefault(name);
        var loses = (access & Access.Lose) != Access.None;
        var before = (known.Access & Access.Lose) != Access.None ? known.Rows : 0;
        var sum =
            loses ? before + rows
            : (known.Access & Access.Lose) != Access.None ? known.Rows
            : null;
        _relations[name] = (known.Access | access, sum, known.IsTemporary || isTemporary);
    }

    /// <summary>Nothing was found up to now but what is read and what is made, with this one changed at most.</summary>
    public bool OnlyMakesAndReads(ResourceId made) =>
        _effects.All(effect =>
            effect is Effect.Create or Effect.Read || (effect is Effect.Change && effect.Target == made)
        )
        && _relations.Values.All(found => (found.Access & ~(Access.Read | Access.Plan | Access.Create)) == Access.None);

    public Translation ToTranslation(string command)
    {
        foreach (var (name, found) in _relations)
        {
            AddEffects(name, found.Access, found.Rows, found.IsTemporary);
        }

        return new Translation
        {
            Command = command,
            Effects = [.. _effects],
            Read = With(Access.Read),
            Written = With(Access.Write),
            Locked = With(Access.Lock),
            Planned = With(Access.Plan),
            Opaque = [.. _opaque],
            NotUnderstood = [.. _notUnderstood],
            Missing = [.. _missing],
            Settings = _settings,
            Forbidden = _forbidden,
            ChangesCatalogue = _changesCatalogue,
            DependsOnSession = _dependsOnSession,
            Step = _step,
            Substitute = _substitute,
            TakesRows = _takesRows,
            KeyParameters = KeyParameters,
        };
    }

    private RelationName[] With(Access access) =>
        [.. _relations.Where(pair => (pair.Value.Access & access) != Access.None).Select(pair => pair.Key)];

    private void AddEffects(RelationName name, Access access, long? rows, bool isTemporary)
    {
        var id = Names.Relation(name.Schema, name.Name);
        if (isTemporary)
        {
            OfSessionOnly();
            return;
        }

        if ((access & Access.Read) != Access.None)
        {
            Add(IsSystem(name.Schema) ? new Effect.Read(Names.Database, "catalogue") : new Effect.Read(id, "rows"));
        }

        if ((access & (Access.Update | Access.Delete | Access.Truncate | Access.Drop)) != Access.None)
        {
            Add(new Effect.LoseData(id, Names.Asset(name.Schema, name.Name), new Extent(rows)));
        }

        if ((access & Access.Drop) != Access.None)
        {
            Add(new Effect.Destroy(id));
        }

        if ((access & Access.Create) != Access.None)
        {
            Add(new Effect.Create(id, new ResourceKind("table")));
        }

        if ((access & Access.Insert) != Access.None)
        {
            Harmless(id, "rows", "added");
        }
        else if ((access & Access.Lock) != Access.None)
        {
            Harmless(id, "row locks");
        }
    }

    public static bool IsSystem(string schema) =>
        schema is SearchPath.SystemSchema or "information_schema" or "pg_toast";
}
