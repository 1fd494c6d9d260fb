namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>The number under which PostgreSQL's catalogue keeps an object; numbers below 16384 were given at initdb.</summary>
public readonly record struct Oid(uint Value)
{
    private const uint FirstNormal = 16384;

    /// <summary>It came with the server: no user made it, and none can make another with such a number.</summary>
    public bool IsBuiltIn => Value is > 0 and < FirstNormal;

    public bool IsNone => Value == 0;

    public override string ToString() => Value.ToString();
}

/// <summary>What a relation is, as <c>pg_class.relkind</c> says.</summary>
public enum RelationKind
{
    Other = 0,
    Table = 'r',
    Partitioned = 'p',
    View = 'v',
    MaterializedView = 'm',
    Sequence = 'S',
    Foreign = 'f',
    Index = 'i',
    PartitionedIndex = 'I',
    Composite = 'c',
    Toast = 't',
}

internal sealed record SchemaEntry(Oid Oid, string Name, Oid Owner, bool Usable);

internal sealed record RelationEntry(
    Oid Oid,
    Oid Schema,
    string SchemaName,
    string Name,
    RelationKind Kind,
    Oid Owner,
    bool HasRowSecurity,
    string? PartitionKey,
    string? ViewText
)
{
    public bool IsView => Kind is RelationKind.View;

    public bool HoldsRows => Kind is RelationKind.Table or RelationKind.Partitioned or RelationKind.MaterializedView;

    public string FullName => $"{SchemaName}.{Name}";
}

internal sealed record ColumnEntry(Oid Relation, int Number, string Name, Oid Type, string? Expression, bool Generated);

internal sealed record IndexEntry(
    Oid Relation,
    Oid Index,
    bool Unique,
    IReadOnlyList<int> KeyColumns,
    string? Expressions,
    string? Predicate
);

internal sealed record ConstraintEntry(
    Oid Oid,
    string Name,
    char Type,
    Oid Relation,
    Oid Domain,
    Oid Referenced,
    char OnDelete,
    char OnUpdate,
    IReadOnlyList<int> Keys,
    IReadOnlyList<int> ReferencedKeys,
    string? Check
);

/// <param name="Events">The bits of <c>pg_trigger.tgtype</c>.</param>
internal sealed record TriggerEntry(Oid Relation, string Name, Oid Function, int Events, string Definition)
{
    public bool OnInsert => (Events & 4) != 0;
    public bool OnDelete => (Events & 8) != 0;
    public bool OnUpdate => (Events & 16) != 0;
    public bool OnTruncate => (Events & 32) != 0;
}

/// <param name="Event">1 select, 2 update, 3 insert, 4 delete.</param>
internal sealed record RuleEntry(Oid Relation, string Name, char Event, bool Instead, string Definition);

internal sealed record PolicyEntry(Oid Relation, string Name, string? Using, string? Check);

internal sealed record FunctionEntry(
    Oid Oid,
    Oid Schema,
    string SchemaName,
    string Name,
    char Kind,
    string Language,
    char Volatility,
    int Arguments,
    int Defaults,
    bool Variadic,
    Oid Returns,
    IReadOnlyList<uint> ArgumentTypes,
    string? SearchPath,
    bool OtherSettings,
    string? Body,
    string BodyHash,
    string? DefaultTexts,
    IReadOnlyList<uint> Helpers
)
{
    public string FullName => $"{SchemaName}.{Name}";

    public bool Accepts(int count) =>
        count < 0
        || (count >= Arguments - Defaults && count <= Arguments)
        || (Variadic && count >= Arguments - 1 - Defaults);
}

internal sealed record TypeEntry(
    Oid Oid,
    Oid Schema,
    string SchemaName,
    string Name,
    char Kind,
    Oid Base,
    Oid Element,
    Oid Relation,
    IReadOnlyList<uint> Functions
)
{
    public string FullName => $"{SchemaName}.{Name}";
}

/// <param name="Left">No type for a prefix operator.</param>
internal sealed record OperatorEntry(
    Oid Oid,
    Oid Schema,
    string Name,
    Oid Left,
    Oid Right,
    IReadOnlyList<uint> Functions
);

/// <param name="Unasked">The server may use it where nobody wrote a cast.</param>
internal sealed record CastEntry(Oid Source, Oid Target, Oid Function, bool Unasked);

internal sealed record RoleEntry(Oid Oid, string Name);

internal sealed record NamedEntry(Oid Oid, string Name);

/// <summary>What has a name and no entry of its own kind.</summary>
/// <param name="Class">The catalogue in which its number stands.</param>
/// <param name="Kind">The word in its id; <c>internal</c> for a trigger that a constraint made.</param>
/// <param name="Names">As they stand in its id.</param>
internal sealed record ObjectEntry(uint Class, Oid Oid, string Kind, IReadOnlyList<string> Names);

internal sealed record EventTriggerEntry(string Name, string Event, Oid Function);

/// <summary>One object of the catalogue as <c>pg_depend</c> names it; a column has a part that is not zero.</summary>
internal readonly record struct ObjectAddress(uint Class, uint Object, int Part);

/// <param name="Type">n normal, a automatic, i internal, e extension, P and S partitions.</param>
internal readonly record struct Dependency(ObjectAddress On, ObjectAddress Dependent, char Type);
