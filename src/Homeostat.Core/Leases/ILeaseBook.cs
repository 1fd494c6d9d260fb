using System.Runtime.InteropServices;
using Homeostat.Core.Actions;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>What one permit takes from every lease of the lineage.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Cost(double Stress, int Irreversible);

/// <summary>Why a lease cannot be used, or null parts where it can.</summary>
/// <param name="Balance">What it can pay; null where it cannot be used.</param>
/// <param name="Refusal">In words for the person who must act; null where it can be used.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LeaseLookup(LeaseBalance? Balance, string? Refusal);

/// <summary>What a permit would take from whom, and what it would do.</summary>
/// <param name="ExpectedVersion">Of the futures it was judged against.</param>
public sealed record ReservationRequest(LeaseId Lease, Cost Cost, CommittedFuture Future, long ExpectedVersion)
{
    /// <summary>
    /// It was judged in an estate without members that must agree: the expected version is the active one, which futures
    /// that change facts only do not count.
    /// </summary>
    public bool IgnoresFacts { get; init; }

    /// <summary>The request that it answers; empty where nobody will ask for it again.</summary>
    public RequestId Request { get; init; }
}

/// <summary>How a reservation ended.</summary>
public enum Reservation
{
    /// <summary>Nothing was reserved, and trying again will not help.</summary>
    Refused = 0,

    /// <summary>The committed futures changed since the decision was made: decide again.</summary>
    Overtaken,

    Reserved,
}

/// <summary>
/// Who may do what, what they have spent, and what has been permitted and not yet been seen: one writer, so that two
/// actions that are safe apart and fatal together are never both permitted.
/// </summary>
public interface ILeaseBook
{
    /// <summary>An immutable picture of all outstanding permits.</summary>
    CommittedFutures Futures { get; }

    /// <summary>The same lease again is the same grant; another content under its id is refused.</summary>
    /// <returns>Why it was refused, or null.</returns>
    string? Grant(Lease lease, DateTimeOffset now);

    LeaseLookup Find(LeaseId id, AgentId agent, DateTimeOffset now);

    /// <summary>
    /// Takes the cost from the whole lineage and adds the future, if the futures are still those of the expected
    /// version: both or nothing. <paramref name="reserved"/> is what its ledger entry must say.
    /// </summary>
    Reservation Reserve(ReservationRequest request, DateTimeOffset now, out LeaseEvent.Reserved? reserved);

    /// <summary>The permit's entry is durable and says this: the permit may leave, unless the answer says why not.</summary>
    string? Confirm(LeaseEvent.Reserved durable);

    /// <summary>The permit came to nothing before it was answered: gives back what it took.</summary>
    void Release(PermitId permit);

    /// <summary>The outcome has been observed: the future ends, and what was spent is spent.</summary>
    void Settle(PermitId permit);

    /// <summary>Ends the lease and everything under it, at once; the answer is what its ledger entry must say.</summary>
    LeaseEvent.Revoked Revoke(LeaseId id, DateTimeOffset now);
}
