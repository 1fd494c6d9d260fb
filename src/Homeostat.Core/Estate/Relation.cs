namespace Homeostat.Core.Estate;

/// <summary>What a copy of data is to its asset.</summary>
public enum CopyRole : byte
{
    /// <summary>Written first; its recovery point is always now.</summary>
    Primary,

    /// <summary>Follows the primary: a logical loss reaches it.</summary>
    Replica,

    /// <summary>Follows the primary elsewhere, kept for a disaster: a logical loss reaches it.</summary>
    Standby,

    /// <summary>Frozen at its recovery point: a logical loss of today does not reach it.</summary>
    Backup,
}

/// <summary>What can take copies of data away; a setpoint names the ones that its asset must survive.</summary>
[Flags]
public enum Hazards : byte
{
    None = 0,
    Volume = 1,
    Zone = 2,
    Region = 4,
    Account = 8,
    Key = 16,
    DeletionAuthority = 32,
}

/// <summary>One thing whose loss takes a copy with it: zone <c>eu-west-1a</c>, key <c>k1</c>.</summary>
public readonly record struct FailureDomain(Hazards Hazard, string Name);

/// <summary>How far behind the asset a copy is.</summary>
/// <param name="Age">
/// The age of its newest content when it was observed; a backup has grown older since, a replica's lag has not.
/// </param>
public readonly record struct RecoveryPoint(TimeSpan Age, Provenance Provenance);

/// <summary>What a guard does for what it guards.</summary>
public enum GuardKind : byte
{
    Monitor,
    BackupPlan,
    AuditTrail,
    DeletionProtection,
    Detector,
}

/// <summary>What a grant lets its principal do, from the least to the most.</summary>
public enum Privilege : byte
{
    Read,
    Write,
    Delete,
    Administer,
}

/// <summary>
/// What the working members of a group must have in common to serve together: a version, a configuration. With a
/// condition it is asked only of members for which the other fact has that value (a feature that is switched on).
/// </summary>
/// <param name="Key">The fact that must be the same.</param>
public readonly record struct Agreement(string Key, string? WhileKey = null, FactValue WhileValue = default);

/// <summary>A relation between resources. The set is closed: what a source cannot express is a resource with references.</summary>
public abstract record Relation
{
    private Relation() { }

    /// <summary>When the relation was seen; by default with the record that carries it.</summary>
    public Provenance? Seen { get; init; }

    /// <summary>
    /// Function: <paramref name="From"/> works while the group's members supply <paramref name="K"/> units between
    /// them. Several groups must all be satisfied.
    /// </summary>
    public sealed record Needs(ResourceId From, string Group, IReadOnlyList<ResourceId> Members, int K = 1) : Relation
    {
        /// <summary>While its working members disagree in one of these the group supplies nothing.</summary>
        public IReadOnlyList<Agreement> Agree { get; init; } = [];
    }

    /// <summary>Existence: what is contained ends with its container.</summary>
    public sealed record Contains(ResourceId Container, ResourceId Content) : Relation;

    /// <summary>Existence of content: without the key what it encrypts is lost.</summary>
    public sealed record EncryptedBy(ResourceId Content, ResourceId Key) : Relation;

    /// <summary>The holder keeps a copy of the asset.</summary>
    public sealed record CopyOf(ResourceId Holder, AssetId Asset, CopyRole Role) : Relation
    {
        /// <summary>What its loss can come from; by default the holder itself and its zone, region and account.</summary>
        public IReadOnlyList<FailureDomain>? Domains { get; init; }

        /// <summary>Null for a primary; for any other role null means that nobody knows how far behind it is.</summary>
        public RecoveryPoint? RecoveryPoint { get; init; }

        /// <summary>When somebody last restored from it and looked at the result; null = never.</summary>
        public DateTimeOffset? RestoreTestedAt { get; init; }
    }

    /// <summary>The members together can take over the service.</summary>
    public sealed record StandbyFor(string Name, IReadOnlyList<ResourceId> Members, ResourceId Service) : Relation;

    /// <summary>The guard watches over, backs up or protects the guarded.</summary>
    public sealed record Guards(ResourceId Guard, ResourceId Guarded, GuardKind Kind) : Relation;

    /// <summary>The principal may do this to the target.</summary>
    public sealed record Grants(ResourceId Principal, ResourceId Target, Privilege Privilege) : Relation;
}

/// <summary>What must not be lost, and what its setpoint asks of its copies. Undeclared assets have the defaults.</summary>
public sealed record DataAsset(AssetId Id)
{
    /// <summary>Its own tier; the effective one is also that of everything that needs a holder of it.</summary>
    public Tier? Tier { get; init; }

    /// <summary>Losses it must survive, plus one; null: 2 at effective tiers 0 and 1, otherwise 1.</summary>
    public int? MinDurability { get; init; }

    /// <summary>The hazards counted; by default volume and zone.</summary>
    public Hazards Hazards { get; init; } = Hazards.Volume | Hazards.Zone;

    /// <summary>How old a copy's newest content may be for it to count.</summary>
    public TimeSpan RecoveryPointLimit { get; init; } = TimeSpan.FromHours(24);
}
