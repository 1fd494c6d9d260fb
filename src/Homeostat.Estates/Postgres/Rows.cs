namespace Homeostat.Estates.Postgres;

internal readonly record struct RelationName(string Schema, string Name);

/// <param name="Rows">By the last vacuum or analyze; below zero where there was none.</param>
/// <param name="Bytes">Of the relation and its TOAST table, by the same.</param>
/// <param name="CountedAt">When that was, in microseconds by the server's clock; null = nobody knows.</param>
/// <param name="Writes">Rows inserted, updated and deleted since the server's statistics began.</param>
/// <param name="IndexOf">The table's name, of an index.</param>
internal sealed record RelationRow(
    RelationName Name,
    string Kind,
    string Owner,
    double Rows,
    long Bytes,
    long? CountedAt,
    long? Writes,
    string? IndexOf
);

/// <param name="DependencyType"><c>n</c> is a need, <c>a</c> and <c>i</c> end with what they depend on, <c>e</c> is part of an extension.</param>
internal sealed record DependencyRow(
    string OwnerKind,
    RelationName Owner,
    string DependencyType,
    string Kind,
    string? Schema,
    string Name,
    string RelationKind
)
{
    public const string OfRelation = "relation";
}

internal sealed record InheritanceRow(RelationName Child, RelationName Parent);

internal sealed record GrantRow(RelationName Target, string Role, int Privilege);

/// <param name="Names">As they stand in its id.</param>
internal sealed record ObjectRow(string Kind, IReadOnlyList<string> Names, string? Owner, string? Detail);

internal sealed record SubscribedRow(RelationName Table, string Subscription, string State, long? LatestAt);

/// <summary>What a database said at one moment.</summary>
internal sealed record DatabaseRows(string Database, Moment Moment)
{
    public List<RelationRow> Relations { get; init; } = [];
    public List<DependencyRow> Dependencies { get; init; } = [];
    public List<InheritanceRow> Inheritance { get; init; } = [];
    public List<GrantRow> Grants { get; init; } = [];
    public List<SubscribedRow> Subscribed { get; init; } = [];
    public List<ObjectRow> Objects { get; init; } = [];

    /// <summary>The target's first part says that it is a schema.</summary>
    public List<GrantRow> SchemaGrants { get; init; } = [];
}

/// <param name="Mark">The same as long as what it depends on, its parents and its grants are; null = nothing tells.</param>
internal sealed record MarkedRow(RelationRow Relation, string? Mark);

/// <summary>What tells at one moment whether relations are what they were.</summary>
/// <param name="Itself">The database and what was granted on it, where it was asked for.</param>
internal sealed record MarkedRows(
    string Database,
    Moment Moment,
    List<MarkedRow> Relations,
    (DatabaseRow Row, List<(string Database, string Role, int Privilege)> Grants)? Itself
);

internal sealed record ServerRow(
    long Clock,
    string Version,
    int VersionNumber,
    bool IsStandby,
    string ArchiveMode,
    bool SeesAll,
    long Position,
    int MaxConnections
);

internal sealed record DatabaseRow(
    string Name,
    string Owner,
    bool IsTemplate,
    bool AllowsConnections,
    bool MayConnect,
    long? Bytes,
    long Connections
);

internal sealed record RoleRow(string Name, bool IsSuperuser, bool CanLogin, bool CanCreateRoles, bool CanReplicate);

internal sealed record StandbyRow(
    string Application,
    string Client,
    string State,
    string SyncState,
    long Replayed,
    long? LagMicroseconds
);

internal sealed record SlotRow(string Name, string Type, string? Database, bool IsActive, long? KeptBytes);

internal sealed record ArchiverRow(long Archived, long? ArchivedAt, long Failed, long? FailedAt);

/// <summary>What the cluster said at one moment.</summary>
internal sealed record ClusterRows(Moment Moment, ServerRow Server)
{
    public required List<DatabaseRow> Databases { get; init; }
    public required List<(string Database, string Role, int Privilege)> DatabaseGrants { get; init; }
    public required List<RoleRow> Roles { get; init; }
    public required List<(string Role, string Member)> Memberships { get; init; }
    public required List<StandbyRow> Standbys { get; init; }
    public required List<SlotRow> Slots { get; init; }
    public required ArchiverRow? Archiver { get; init; }
    public required List<(string Name, string Owner)> Tablespaces { get; init; }
}
