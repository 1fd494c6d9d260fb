namespace Homeostat.Client.Contract;

/// <summary>A lease as it is asked for; with a lease's own secret it is delegated under that lease.</summary>
public sealed record GrantBody
{
    /// <summary>Small letters, digits and hyphens; a grant with a chosen id can be repeated safely.</summary>
    public string? Id { get; init; }

    public required string Agent { get; init; }

    public required string Purpose { get; init; }

    /// <summary>rational (the default), adaptive, setpoint or mechanical.</summary>
    public string? Level { get; init; }

    /// <summary>900 (15 minutes) unless said.</summary>
    public double? LifeSeconds { get; init; }

    /// <summary>How long it goes on after each use; absent = as long as its life; 0 = it ends when it ends.</summary>
    public double? RenewalSeconds { get; init; }

    public required ConeBody Cone { get; init; }
}

public sealed record ConeBody
{
    /// <summary>stop, destroy, change …, <c>basic</c> or <c>all</c>.</summary>
    public required IReadOnlyList<string> Operations { get; init; }

    /// <summary>Absent parts state nothing; an empty list matches nothing.</summary>
    public SelectorBody Where
    {
        get => field ?? new();
        init;
    }

    public DateTimeOffset? NotBefore { get; init; }

    public IReadOnlyList<WindowBody>? Windows { get; init; }

    public IReadOnlyList<FreezeBody> Freezes
    {
        get => field ?? [];
        init;
    }

    public AmountsBody Amounts
    {
        get => field ?? new();
        init;
    }

    /// <summary>read-only (the default), reversible, quarantine or irreversible-with-critics.</summary>
    public string? Manner { get; init; }
}

public sealed record SelectorBody
{
    public IReadOnlyList<string>? Providers { get; init; }
    public IReadOnlyList<string>? Accounts { get; init; }
    public IReadOnlyList<string>? Regions { get; init; }
    public IReadOnlyList<string>? Environments { get; init; }
    public IReadOnlyList<string>? Kinds { get; init; }
    public IReadOnlyList<string>? Owners { get; init; }

    /// <summary>With * for any characters and ? for one.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyList<string>? Anchors { get; init; }
    public int Hops { get; init; }
}

/// <summary>A part of each of these days (UTC), <c>09:30</c> to <c>17:00</c>.</summary>
public sealed record WindowBody(IReadOnlyList<string> Days, string From, string To);

public sealed record FreezeBody(string Name, DateTimeOffset From, DateTimeOffset To, string Reason)
{
    public SelectorBody? Where { get; init; }
}

public sealed record AmountsBody
{
    public int? Resources { get; init; }
    public long? Rows { get; init; }
    public double? Stress { get; init; }
    public int? Irreversible { get; init; }
    public int? PerMinute { get; init; }
    public int? Outstanding { get; init; }
}

/// <summary>A lease that was just granted.</summary>
/// <param name="Secret">What its bearer shows; told once, and null where the lease was there before.</param>
public sealed record GrantAnswer(LeaseBody Lease, string? Secret = null);

public sealed record LeaseBody
{
    public required string Id { get; init; }
    public required string Agent { get; init; }
    public string? Parent { get; init; }
    public required string Purpose { get; init; }
    public required string Level { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public double RenewalSeconds { get; init; }
    public required ConeBody Cone { get; init; }

    /// <summary>Why it cannot be used; absent where it can.</summary>
    public string? Refusal { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
    public required double StressLeft { get; init; }
    public required int IrreversibleLeft { get; init; }
    public required int Outstanding { get; init; }
    public required int ThisMinuteLeft { get; init; }
}

/// <param name="Next">What to ask for as <c>after</c> to go on; null at the end.</param>
public sealed record LeasePage(IReadOnlyList<LeaseBody> Leases, string? Next = null);

/// <param name="Index">Of the revocation on the log.</param>
public sealed record RevokeAnswer(string Lease, long Index);
