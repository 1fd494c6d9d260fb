using System.Text.Json;

namespace Homeostat.Client.Contract;

/// <summary>What a source of the user's own has seen.</summary>
public sealed record EstateChangesBody
{
    /// <summary>The source's name; it may change only what it said itself.</summary>
    public required string Source { get; init; }

    /// <summary>When the source saw it.</summary>
    public required DateTimeOffset ObservedAt { get; init; }

    public IReadOnlyList<ResourceBody> Upsert
    {
        get => field ?? [];
        init;
    }

    /// <summary>Ids that the source looked for, and that are gone.</summary>
    public IReadOnlyList<string> Remove
    {
        get => field ?? [];
        init;
    }
}

public sealed record ResourceBody
{
    public required string Id { get; init; }
    public required string Kind { get; init; }

    /// <summary>running, stopped, unknown, or absent for what has no states.</summary>
    public string? State { get; init; }
    public LocationBody? Location { get; init; }
    public IReadOnlyList<string> Environments
    {
        get => field ?? [];
        init;
    }

    /// <summary>0 to 3.</summary>
    public int? Tier { get; init; }
    public string? Owner { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public int? Capacity { get; init; }
    public IReadOnlyDictionary<string, JsonElement>? Facts { get; init; }
    public IReadOnlyList<NeedBody> Needs
    {
        get => field ?? [];
        init;
    }
    public IReadOnlyList<string> Contains
    {
        get => field ?? [];
        init;
    }
    public IReadOnlyList<string> GuardedBy
    {
        get => field ?? [];
        init;
    }
}

/// <summary>The resource works while these supply k units between them.</summary>
public sealed record NeedBody
{
    public required string Group { get; init; }
    public required IReadOnlyList<string> Members { get; init; }
    public int? K { get; init; }
}

public sealed record EstateAnswer
{
    public required long Version { get; init; }
    public required int Resources { get; init; }
    public required int Relations { get; init; }
    public required int OutstandingPermits { get; init; }
    public required IReadOnlyList<SourceBody> Sources { get; init; }

    /// <summary>Absent where the service has none.</summary>
    public OverlayState? Overlay { get; init; }
}

/// <summary>The overlay that holds.</summary>
/// <param name="LoadedAt">When it was read.</param>
/// <param name="Problem">Why the file's present content is not what holds; null where it is.</param>
public sealed record OverlayState(string File, DateTimeOffset LoadedAt, string? Problem = null);

/// <param name="Problem">Why it cannot be read at present; null where it can.</param>
public sealed record SourceBody(string Name, bool HasListed, string? Problem = null);

public sealed record ResourceAnswer
{
    public required string Id { get; init; }
    public required string Kind { get; init; }
    public required string State { get; init; }
    public required int EffectiveTier { get; init; }
    public required int Working { get; init; }
    public required int Declared { get; init; }
    public DateTimeOffset? ObservedAt { get; init; }
    public IReadOnlyList<string> Environments
    {
        get => field ?? [];
        init;
    }
}

/// <summary>What an operator should know: a surprise, an overdue permit, a change that no permit explains.</summary>
public sealed record ReportBody(DateTimeOffset At, string Kind, string Subject, string Text);

/// <param name="Next">What to ask for as <c>before</c> to go on to older ones; null at the end.</param>
public sealed record ReportsAnswer(IReadOnlyList<ReportBody> Reports, long? Next = null);

public sealed record LogEntryBody(long Index, string Issuer, string Subject, string ContentType, string Entry);

/// <param name="Key">The log's verifier key, as signed notes write it.</param>
/// <param name="Next">What to ask for as <c>from</c> to go on; null at the end.</param>
public sealed record LogPage(IReadOnlyList<LogEntryBody> Entries, long Size, string Key, long? Next = null);

/// <summary>Whether requests can be decided, and what is missing where they cannot.</summary>
/// <param name="Warnings">What somebody should look at although they can: an overlay that was refused, a source that fails.</param>
public sealed record ReadyAnswer(bool Ready, IReadOnlyList<string> Missing, IReadOnlyList<string> Warnings);

/// <summary>Why a request was not answered (RFC 9457).</summary>
public sealed record ProblemBody
{
    public required string Title { get; init; }
    public required int Status { get; init; }
    public string? Detail { get; init; }

    /// <summary>Every place of the body that is wrong.</summary>
    public IReadOnlyList<PlaceBody>? Errors { get; init; }
}

/// <param name="At">Where in the body: <c>effects[0].id</c>.</param>
public sealed record PlaceBody(string At, string Problem);
