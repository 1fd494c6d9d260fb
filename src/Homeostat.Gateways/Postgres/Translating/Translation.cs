using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;

namespace Homeostat.Gateways.Postgres.Translating;

/// <summary>What a session is at the moment of a statement: the same text means different things in different sessions.</summary>
public sealed record SessionContext
{
    public required SearchPath Path { get; init; }

    /// <summary>The role that the statement runs as.</summary>
    public required string Role { get; init; }

    /// <summary>The session's statements prepared with PREPARE.</summary>
    public IReadOnlyDictionary<string, SqlStatement> Prepared { get; init; } =
        new Dictionary<string, SqlStatement>(StringComparer.Ordinal);
}

/// <summary>What a DBA vouches for: this function, as long as its body has this hash, does just these things.</summary>
/// <param name="BodyHash">SHA-256 in lower-case hexadecimal, as the catalogue has it.</param>
public sealed record CodeDeclaration(Oid Function, string BodyHash, IReadOnlyList<Effect> Effects);

/// <summary>A relation by its full name.</summary>
public readonly record struct RelationName(string Schema, string Name)
{
    public override string ToString() => $"{Schema}.{Name}";
}

/// <summary>A setting that a statement changes, where both name and value stand in it.</summary>
/// <param name="Value">Null for the default.</param>
/// <param name="IsLocal">It ends with the transaction.</param>
/// <param name="ChangesMeaning">Statements after it mean something else, or run as somebody else.</param>
public sealed record SettingChange(string Name, string? Value, bool IsLocal, bool ChangesMeaning);

/// <summary>Code that a statement runs and nobody here can read.</summary>
public sealed record OpaqueCode(string Name, string Why);

/// <summary>What a statement does to what the session has prepared or not yet committed.</summary>
internal abstract record SessionStep
{
    private SessionStep() { }

    /// <summary>A transaction or a part of it ends; what was made or set in it may be gone.</summary>
    public static SessionStep Undo { get; } = new TransactionEnd();

    public sealed record TransactionEnd : SessionStep;

    /// <summary>PREPARE; the statement stays prepared whatever becomes of the transaction.</summary>
    /// <param name="IsTyped">It says what types its parameters have.</param>
    public sealed record Prepare(string Name, SyntaxNode? Statement, bool IsTyped) : SessionStep;

    /// <param name="Name">Null for all.</param>
    public sealed record Deallocate(string? Name) : SessionStep;
}

/// <summary>What one statement would do. There is always at least one effect for whatever is not understood.</summary>
public sealed record Translation
{
    /// <summary>The command in PostgreSQL's words: <c>DELETE</c>, <c>DROP TABLE</c>.</summary>
    public required string Command { get; init; }

    public required IReadOnlyList<Effect> Effects { get; init; }

    /// <summary>Relations whose rows are read.</summary>
    public IReadOnlyCollection<RelationName> Read { get; init; } = [];

    /// <summary>Relations whose rows are added, changed or lost, those that appear or go included.</summary>
    public IReadOnlyCollection<RelationName> Written { get; init; } = [];

    /// <summary>Relations in which rows are only locked: FOR UPDATE and its kin, and the checks of foreign keys.</summary>
    public IReadOnlyCollection<RelationName> Locked { get; init; } = [];

    /// <summary>Relations that a plan would write to which is shown and not run: EXPLAIN without ANALYZE.</summary>
    public IReadOnlyCollection<RelationName> Planned { get; init; } = [];

    public IReadOnlyList<OpaqueCode> Opaque { get; init; } = [];

    /// <summary>What was not understood, by kind; each is also an <see cref="Effect.Unknown"/>.</summary>
    public IReadOnlyList<string> NotUnderstood { get; init; } = [];

    /// <summary>Names that the catalogue does not have: it is old, or the statement will fail.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    public IReadOnlyList<SettingChange> Settings { get; init; } = [];

    /// <summary>It must never be forwarded, whatever a lease says; the reason.</summary>
    public string? Forbidden { get; init; }

    /// <summary>After it the catalogue may be another.</summary>
    public bool ChangesCatalogue { get; init; }

    /// <summary>It executes what the session has prepared: the same text may mean something else next time.</summary>
    internal bool DependsOnSession { get; init; }

    internal SessionStep? Step { get; init; }

    /// <summary>The parameters that a number of rows may rest on, as long as their types do not round keys.</summary>
    internal IReadOnlyCollection<KeyParameter> KeyParameters { get; init; } = [];

    /// <summary>What is judged, and has to be forwarded, in the place of the statement; null where it goes as it came.</summary>
    internal Substitution? Substitute { get; init; }

    /// <summary>It is a COPY whose rows the client sends after it.</summary>
    internal bool TakesRows { get; init; }
}
