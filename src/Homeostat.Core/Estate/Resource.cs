namespace Homeostat.Core.Estate;

/// <summary>How much the business loses with it; 0 = it stops. <c>default</c> is the most critical.</summary>
public enum Tier : byte
{
    Zero = 0,
    One = 1,
    Two = 2,
    Three = 3,
}

/// <summary>Whether a resource is doing its work.</summary>
public enum RunState : byte
{
    /// <summary>Nobody has looked: it may be running or not.</summary>
    Unknown = 0,

    /// <summary>Seen running.</summary>
    Running = 1,

    /// <summary>Seen stopped.</summary>
    Stopped = 2,

    /// <summary>The kind has no states: it works while it exists (a subnet, a role).</summary>
    Inherent = 3,
}

/// <summary>Where a resource is; null parts are unknown or do not apply (a bucket has no zone).</summary>
public sealed record Location(
    string? Provider = null,
    string? Account = null,
    string? Region = null,
    string? Zone = null
)
{
    public static Location Nowhere { get; } = new();
}

/// <summary>One thing of the estate that can be acted upon.</summary>
public sealed record Resource
{
    public required ResourceId Id { get; init; }

    public required ResourceKind Kind { get; init; }

    public Location Location { get; init; } = Location.Nowhere;

    /// <summary>What it serves; a resource that serves test and production is production.</summary>
    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>
    /// Its own tier; null when it has none but that of what needs it. What has none and is needed by nothing counts as
    /// tier 0 until somebody says otherwise.
    /// </summary>
    public Tier? Tier { get; init; }

    public string? Owner { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels;

    public RunState State { get; init; } = RunState.Inherent;

    /// <summary>Evidence that it exists, where it is, what it serves and how it relates to others.</summary>
    public required Provenance Existence { get; init; }

    /// <summary>Evidence of <see cref="State"/>; by default that of its existence.</summary>
    public Provenance? StateSeen { get; init; }

    /// <summary>Units of work it can do when whole, 1 or more; 1 is all or nothing.</summary>
    public int Capacity { get; init; } = 1;

    /// <summary>Its whole configuration is known, so that a stateless resource can be made again as it was.</summary>
    public bool ConfigurationKnown { get; init; }

    /// <summary>How long it takes to make it again or to start it; null is unknown, which is unbounded.</summary>
    public TimeSpan? RebuildTime { get; init; }

    /// <summary>How long it may be away without harm (of a service); zero by default.</summary>
    public TimeSpan OutageTolerance { get; init; }

    /// <summary>
    /// How far it may be open, or null where nobody declared that: principals, a reader counting once, a writer twice, who
    /// may delete three times and an administrator four times.
    /// </summary>
    public int? ExposureLimit { get; init; }

    public IReadOnlyList<Fact> Facts { get; init; } = [];

    private static readonly Dictionary<string, string> NoLabels = new(0);
}
