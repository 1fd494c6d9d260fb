using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform.Types;

/// <summary>Where a type shows whether it runs.</summary>
internal sealed record StateRule(string From, IReadOnlySet<string> Running, IReadOnlySet<string> Stopped);

/// <summary>Which data a type holds.</summary>
/// <param name="When">It holds data only where this is so; null = always.</param>
/// <param name="SecondCopy">A flag that keeps a second copy in another zone of the same holder.</param>
/// <param name="ReplicaOf">The attribute that names the source whose data it follows.</param>
/// <param name="BackupOf">The attribute that names the source whose data it froze.</param>
/// <param name="TakenAt">The attribute that says when a backup was taken.</param>
internal sealed record DataRule(
    Condition? When,
    Condition? SecondCopy,
    string? ReplicaOf,
    string? BackupOf,
    string? TakenAt
);

/// <summary>Copies that a resource keeps of itself: automated backups, point-in-time recovery, old versions.</summary>
/// <param name="Name">The name of the pseudo resource behind <c>#</c>.</param>
/// <param name="Survives">They outlive the resource where this is so; null = they end with it.</param>
/// <param name="RecoveryPoint">The attribute with the newest restorable time; <c>now</c> = every write; null = unknown.</param>
/// <param name="Regions">A list of regions, each with a copy that follows; null = one frozen copy beside it.</param>
internal sealed record BackupRule(
    string Name,
    Condition When,
    Condition? Survives,
    string? RecoveryPoint,
    string? Regions,
    string? DeletionAuthority
);

/// <summary>A way back from the destruction of a resource.</summary>
/// <param name="When">It is there only where this is so; null = always.</param>
/// <param name="Within">How long it stays open: days, or the attribute with them.</param>
internal sealed record UndoRule(Condition? When, string By, string? Within);

/// <summary>Another resource of which one attribute names the source and another the holder of a copy that follows.</summary>
internal sealed record ReplicationRule(string Source, string Target);

/// <summary>What the table says of one resource type.</summary>
internal sealed record TypeRule
{
    public required string Type { get; init; }

    public required ResourceKind Kind { get; init; }

    /// <summary>The kind where <see cref="DataRule.ReplicaOf"/> names something.</summary>
    public ResourceKind? ReplicaKind { get; init; }

    /// <summary>The type is in the table.</summary>
    public bool IsKnown { get; init; } = true;

    /// <summary>Attributes, or templates like <c>{family}:{revision}</c>, whose value identifies a resource of the type.</summary>
    public IReadOnlyList<string> Identifiers { get; init; } = ["id", "arn"];

    public PathTree<ReferenceRule> References { get; init; } = new();

    /// <summary>References that several attributes make together.</summary>
    public IReadOnlyList<(string Template, ReferenceRule Rule)> TemplateReferences { get; init; } = [];

    /// <summary>The attributes that hold policy documents.</summary>
    public IReadOnlyList<string> PolicyPaths { get; init; } = [];

    /// <summary>It only makes values: what was made from it works on without it.</summary>
    public bool IsValueOnly { get; init; }

    /// <summary>The attribute that names what this stands for (a key's alias).</summary>
    public string? StandsFor { get; init; }

    public StateRule? State { get; init; }

    public string? Capacity { get; init; }

    public IReadOnlyList<string> Facts { get; init; } = [];

    /// <summary>The flag that keeps it from being destroyed.</summary>
    public Condition? Protection { get; init; }

    public DataRule? Data { get; init; }

    public IReadOnlyList<BackupRule> Backups { get; init; } = [];

    public IReadOnlyList<UndoRule> Undo { get; init; } = [];

    public ReplicationRule? Replication { get; init; }

    public PathTree<ChangeRule> Changes { get; init; } = new();

    /// <summary>The attributes that name what it is a part of, and ends with.</summary>
    public IReadOnlyList<string> OwnerPaths { get; init; } = [];

    /// <summary>Its destruction opens what it is a part of to everybody, where it had a flag set.</summary>
    public bool IsShield { get; init; }

    /// <summary>A replacement is a new version beside the old one, and what runs the old one goes on.</summary>
    public bool IsVersioned { get; init; }

    /// <summary>How long making one typically takes; null = nobody knows.</summary>
    public TimeSpan? Rebuild { get; init; }
}
