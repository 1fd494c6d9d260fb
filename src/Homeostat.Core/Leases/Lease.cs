using Homeostat.Core.Actions;

namespace Homeostat.Core.Leases;

/// <summary>A cone lent to one agent for one purpose, under one parent. It ends by itself.</summary>
public sealed record Lease
{
    /// <summary>How long a lease lives where nothing else is said.</summary>
    public static readonly TimeSpan DefaultLife = TimeSpan.FromMinutes(15);

    /// <summary>There is no permanent lease: none is granted for longer.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromHours(24);

    public required LeaseId Id { get; init; }

    public required AgentId Agent { get; init; }

    /// <summary>Null for a root.</summary>
    public LeaseId? Parent { get; init; }

    public required LightCone Cone { get; init; }

    public required string Purpose { get; init; }

    public AgencyLevel Level { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>How long it goes on after each use while its parent is valid; zero = it ends when it ends.</summary>
    public TimeSpan Renewal { get; init; }

    /// <summary>SHA-256 of the secret that its bearer shows, in lower-case hexadecimal; empty = nobody can show one.</summary>
    public string SecretHash { get; init; } = "";

    /// <summary>
    /// What proves to a protocol with a challenge of its own that its bearer knows the secret (for SCRAM, RFC 5803); empty =
    /// such a protocol cannot be used.
    /// </summary>
    public string PasswordVerifier { get; init; } = "";

    /// <summary>How long a root takes to grow from half its stress budget to all of it.</summary>
    public TimeSpan GrowthTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The stress budget that has grown so far: half at the start, the ceiling after <see cref="GrowthTime"/>. A child
    /// has all of its own at once, because its ancestors' budgets bound it.
    /// </summary>
    public double GrownBudget(DateTimeOffset now)
    {
        if (Parent is not null)
        {
            return Cone.Amounts.Stress;
        }

        var grown = GrowthTime <= TimeSpan.Zero ? 1 : Math.Clamp((now - IssuedAt) / GrowthTime, 0, 1);
        return Cone.Amounts.Stress * (0.5 + 0.5 * grown);
    }
}

/// <summary>What a lease can still pay at one moment: the least over its lineage.</summary>
/// <param name="Lineage">The lease first, then its parent, up to the root.</param>
public sealed record LeaseBalance(
    IReadOnlyList<Lease> Lineage,
    double Stress,
    int Irreversible,
    int Outstanding,
    int ThisMinute
)
{
    public Lease Lease => Lineage[0];

    /// <summary>A use that is on the log would let the lease go on for longer.</summary>
    public bool IsDueForRenewal { get; init; }
}
