using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;

namespace Homeostat.Estates.Overlay;

/// <summary>What people say of an estate in <c>homeostat.yaml</c>, checked; it holds until the file is changed.</summary>
public sealed record EstateOverlay
{
    /// <summary>An overlay that says nothing.</summary>
    public static EstateOverlay Empty { get; } = new() { File = "no overlay" };

    /// <summary>The file's name as it was given, for messages.</summary>
    public required string File { get; init; }

    public OverlayDefaults Defaults { get; init; } = new();

    public IReadOnlyList<DeclaredService> Services { get; init; } = [];

    /// <summary>In the order of the file: where two say something of the same resource, the later one holds.</summary>
    public IReadOnlyList<DeclaredResource> Resources { get; init; } = [];

    public IReadOnlyList<DeclaredAsset> Assets { get; init; } = [];

    public IReadOnlyList<TestedRestore> Restores { get; init; } = [];

    public IReadOnlyList<DeclaredFreeze> Freezes { get; init; } = [];

    /// <summary>By the environment's name; an environment that is not here is enforced.</summary>
    public IReadOnlyDictionary<string, EnforcementMode> Modes { get; init; } =
        new Dictionary<string, EnforcementMode>();

    public ReviewTerms Review { get; init; } = new();

    public ShelfLives ShelfLives { get; init; } = ShelfLives.Default;

    public StressTable Stress { get; init; } = StressTable.Default;

    /// <summary>The environments whose verdicts are recorded and hold nothing up.</summary>
    public IEnumerable<string> ObservedNames =>
        Modes.Where(mode => mode.Value == EnforcementMode.Observe).Select(mode => mode.Key);

    /// <summary>Every freeze that covers a part of the span, with its occurrences where it recurs.</summary>
    public IReadOnlyList<Freeze> FreezesBetween(DateTimeOffset from, DateTimeOffset to) =>
        [.. Freezes.SelectMany(freeze => freeze.Between(from, to))];

    /// <summary>Adds what the overlay says to a full listing of another source.</summary>
    /// <exception cref="EstateSourceException">It names something that is not there; the message lists every such place.</exception>
    public OverlaidListing Apply(IReadOnlyList<EstateChange> listing)
    {
        var context = OverlayContext.Of(this, listing);
        var result = new OverlayApplication(this, context).Apply(listing);
        return context.Errors.Count == 0
            ? result
            : throw new EstateSourceException(OverlayError.Describe(context.Errors));
    }
}

/// <summary>A listing with the overlay in it, and what a person should look at.</summary>
/// <param name="Warnings">Selectors that match nothing, groups that lack units; each with its place.</param>
public sealed record OverlaidListing(IReadOnlyList<EstateChange> Changes, IReadOnlyList<OverlayError> Warnings);

/// <summary>Whether a verdict binds; <c>default</c> binds.</summary>
public enum EnforcementMode : byte
{
    Enforce = 0,

    /// <summary>The verdict is recorded, and the request goes on.</summary>
    Observe = 1,
}

/// <summary>What holds for a resource of which neither a source nor the overlay says it.</summary>
public sealed record OverlayDefaults
{
    public Tier? Tier { get; init; }

    public IReadOnlyList<string> Environments { get; init; } = [];
}

/// <summary>What the lease of a plan review may pay; null parts are as large as the plan.</summary>
public sealed record ReviewTerms
{
    public double StressBudget { get; init; } = 0.1;

    public int? MaxResources { get; init; }

    public int? MaxIrreversible { get; init; }
}

/// <summary>A service with what it needs to work.</summary>
public sealed record DeclaredService(ResourceId Id, Place Place)
{
    public Tier? Tier { get; init; }

    public string? Owner { get; init; }

    public IReadOnlyList<string>? Environments { get; init; }

    public int? Capacity { get; init; }

    public TimeSpan? OutageTolerance { get; init; }

    public int? ExposureLimit { get; init; }

    public IReadOnlyList<DeclaredNeed> Needs { get; init; } = [];

    public IReadOnlyList<DeclaredStandby> Standbys { get; init; } = [];

    /// <summary>Data it works on: it needs one primary or replica of each.</summary>
    public IReadOnlyList<Written<string>> Assets { get; init; } = [];
}

/// <summary>A group of which so many units must work.</summary>
/// <param name="K">Null = every member.</param>
/// <param name="Members">Ids, with * for any characters and ? for one.</param>
public sealed record DeclaredNeed(string Group, int? K, IReadOnlyList<Written<string>> Members, Place Place);

/// <summary>A set that can take the service over together.</summary>
public sealed record DeclaredStandby(string Name, IReadOnlyList<Written<string>> Members, Place Place);

/// <summary>What is said of one resource by its id, or of all that a selector matches.</summary>
public sealed record DeclaredResource(Place Place)
{
    /// <summary>Exactly one of this and <see cref="Match"/> is there.</summary>
    public ResourceId? Id { get; init; }

    public Selector? Match { get; init; }

    /// <summary>Declares a resource that no source lists; where a source lists it, the source's kind holds.</summary>
    public ResourceKind? Kind { get; init; }

    public Location? Location { get; init; }

    /// <summary>A person vouches that it exists and is related as the source last said.</summary>
    public bool Exists { get; init; }

    public Tier? Tier { get; init; }

    public string? Owner { get; init; }

    public IReadOnlyList<string>? Environments { get; init; }

    public int? Capacity { get; init; }

    public TimeSpan? RebuildTime { get; init; }

    public int? ExposureLimit { get; init; }

    public IReadOnlyDictionary<string, FactValue> Facts { get; init; } = new Dictionary<string, FactValue>();

    public IReadOnlyList<DeclaredNeed> Needs { get; init; } = [];
}

/// <summary>Data that must not be lost; null parts are left as the source has them.</summary>
public sealed record DeclaredAsset(AssetId Id, Place Place)
{
    public Tier? Tier { get; init; }

    public int? MinDurability { get; init; }

    public Hazards? Hazards { get; init; }

    public TimeSpan? RecoveryPointLimit { get; init; }

    public IReadOnlyList<DeclaredCopy> Copies { get; init; } = [];
}

/// <summary>A copy that a holder keeps; it completes the source's copy of the same holder and role, or adds one.</summary>
public sealed record DeclaredCopy(ResourceId Holder, CopyRole Role, Place Place)
{
    public RecoveryPoint? RecoveryPoint { get; init; }

    public DateTimeOffset? RestoreTestedAt { get; init; }

    public IReadOnlyList<FailureDomain>? Domains { get; init; }
}

/// <summary>Somebody restored from a copy and looked at the result.</summary>
/// <param name="Holder">Null = every backup of the asset.</param>
/// <param name="Asset">Null = every asset that the holder keeps.</param>
public sealed record TestedRestore(ResourceId? Holder, AssetId? Asset, DateTimeOffset TestedAt, Place Place);
