using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Tests.Leases;

/// <summary>What the tests of the book say often, in fewer words.</summary>
internal static class ShortForms
{
    public static Reservation Reserve(
        this MemoryLeaseBook book,
        Homeostat.Core.Actions.LeaseId lease,
        Cost cost,
        CommittedFuture future,
        long expectedVersion,
        DateTimeOffset now
    ) => book.Reserve(new ReservationRequest(lease, cost, future, expectedVersion), now, out _);

    /// <summary>At a time that does not matter.</summary>
    public static void Revoke(this MemoryLeaseBook book, Homeostat.Core.Actions.LeaseId lease) =>
        book.Revoke(lease, DateTimeOffset.UnixEpoch);
}
