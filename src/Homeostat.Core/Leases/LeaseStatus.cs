using Homeostat.Core.Actions;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>A lease as it stands at one moment.</summary>
/// <param name="Refusal">Why it cannot be used; null where it can.</param>
/// <param name="StressLeft">The least over its lineage, as what else is left.</param>
/// <param name="Outstanding">Permits of it and of its descendants that nobody has observed yet.</param>
public sealed record LeaseStatus(
    Lease Lease,
    string? Refusal,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    double StressLeft,
    int IrreversibleLeft,
    int Outstanding,
    int ThisMinuteLeft
);

/// <summary>A permit whose outcome nobody has observed yet.</summary>
/// <param name="IsDurable">Its entry is on the ledger; until then it may still be taken back.</param>
public sealed record OutstandingPermit(LeaseEvent.Reserved Terms, bool IsDurable)
{
    /// <summary>Its entry stands behind the revocation of its lease, so that nobody was given it.</summary>
    public bool IsBehindRevocation { get; init; }

    public PermitId Permit => Terms.Permit;

    public LeaseId Lease => Terms.Lease;

    /// <summary>Whether it permits exactly these effects.</summary>
    public bool IsFor(IReadOnlyList<Effect> effects) => Encode(Terms.Effects).AsSpan().SequenceEqual(Encode(effects));

    private static byte[] Encode(IReadOnlyList<Effect> effects) =>
        RecordWriter.Encode(map => map.Maps("effects", effects, EffectRecord.Write));
}
