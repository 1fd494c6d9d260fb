namespace Homeostat.Core.Estate;

/// <summary>
/// Who says so, and when it was true: the source's own time of observation, never the time of reading it.
/// </summary>
/// <param name="Source">The source's name, for people: <c>terraform:plan.json</c>, <c>overlay</c>.</param>
/// <param name="ObservedAt">When the source saw it; null when unknown, which is always stale.</param>
/// <param name="Declared">A person wrote it down: it holds until it is changed.</param>
public readonly record struct Provenance(string Source, DateTimeOffset? ObservedAt, bool Declared = false)
{
    /// <summary>What a person wrote in the overlay.</summary>
    public static Provenance Overlay { get; } = new("overlay", null, Declared: true);

    /// <summary>How old the evidence is at <paramref name="now"/>; null when its time is unknown, zero when it was declared.</summary>
    public TimeSpan? AgeAt(DateTimeOffset now) => Declared ? TimeSpan.Zero : now - ObservedAt;

    /// <summary>
    /// Whether the evidence still counts: within its shelf life, and not from the future (a clock that went back or a
    /// source that lies proves nothing).
    /// </summary>
    public bool IsFreshAt(DateTimeOffset now, TimeSpan shelfLife) =>
        Declared || (AgeAt(now) is { } age && age <= shelfLife && age >= -ShelfLives.ClockTolerance);
}

/// <summary>What a piece of evidence is about; each class has a shelf life.</summary>
public enum EvidenceClass : byte
{
    Metric,
    ReplicationLag,
    State,
    Existence,
    BackupAge,
    RestoreTest,
}

/// <summary>How long each class of evidence counts after it was observed.</summary>
public sealed record ShelfLives
{
    /// <summary>How far ahead of our clock a source's time may be before it is disbelieved.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(60);

    public static ShelfLives Default { get; } = new();

    public TimeSpan Metric { get; init; } = TimeSpan.FromMinutes(15);
    public TimeSpan ReplicationLag { get; init; } = TimeSpan.FromMinutes(5);
    public TimeSpan State { get; init; } = TimeSpan.FromMinutes(15);
    public TimeSpan Existence { get; init; } = TimeSpan.FromHours(24);
    public TimeSpan BackupAge { get; init; } = TimeSpan.FromHours(24);
    public TimeSpan RestoreTest { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan Of(EvidenceClass evidence) =>
        evidence switch
        {
            EvidenceClass.Metric => Metric,
            EvidenceClass.ReplicationLag => ReplicationLag,
            EvidenceClass.State => State,
            EvidenceClass.Existence => Existence,
            EvidenceClass.BackupAge => BackupAge,
            EvidenceClass.RestoreTest => RestoreTest,
            _ => TimeSpan.Zero,
        };
}
