namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>The rows that a catalogue is made of, as they were read.</summary>
internal sealed record CatalogueParts
{
    public IReadOnlyList<SchemaEntry> Schemas { get; init; } = [];
    public IReadOnlyList<RelationEntry> Relations { get; init; } = [];
    public IReadOnlyList<ColumnEntry> Columns { get; init; } = [];
    public IReadOnlyList<IndexEntry> Indexes { get; init; } = [];
    public IReadOnlyList<ConstraintEntry> Constraints { get; init; } = [];
    public IReadOnlyList<TriggerEntry> Triggers { get; init; } = [];
    public IReadOnlyList<RuleEntry> Rules { get; init; } = [];
    public IReadOnlyList<PolicyEntry> Policies { get; init; } = [];
    public IReadOnlyList<FunctionEntry> Functions { get; init; } = [];
    public IReadOnlyList<TypeEntry> Types { get; init; } = [];
    public IReadOnlyList<OperatorEntry> Operators { get; init; } = [];
    public IReadOnlyList<CastEntry> Casts { get; init; } = [];
    public IReadOnlyList<(Oid Child, Oid Parent)> Inheritance { get; init; } = [];
    public IReadOnlyList<Dependency> Dependencies { get; init; } = [];
    public IReadOnlyList<RoleEntry> Roles { get; init; } = [];
    public IReadOnlyList<NamedEntry> Extensions { get; init; } = [];
    public IReadOnlyList<EventTriggerEntry> EventTriggers { get; init; } = [];

    /// <summary>The role may read how subscriptions connect, passwords included.</summary>
    public bool ShowsSubscriptions { get; init; } = true;

    /// <summary>The session's schema for temporary objects; null where it has none yet.</summary>
    public string? TemporarySchema { get; init; }
}
