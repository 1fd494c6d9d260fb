using Homeostat.Core.Actions;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>What one permit takes from one lease of its lineage.</summary>
/// <param name="Stress">In whole billionths.</param>
/// <param name="ExpiresAt">When the lease ends from now on: use renews it.</param>
public sealed record LeaseDebit(LeaseId Lease, long Stress, int Irreversible, DateTimeOffset ExpiresAt);

/// <summary>
/// Everything that changes a lease book. The book is a fold over these: the entries of the ledger carry them in full, so
/// that anybody computes the same balances.
/// </summary>
public abstract record LeaseEvent
{
    private LeaseEvent(DateTimeOffset at) => At = at;

    /// <summary>When it was decided, by the clock of the service.</summary>
    public DateTimeOffset At { get; }

    public sealed record Granted(Lease Lease, DateTimeOffset When) : LeaseEvent(When);

    /// <summary>A permit: its debits were taken, and its effects are a committed future from now on.</summary>
    public sealed record Reserved(
        PermitId Permit,
        LeaseId Lease,
        RequestId Request,
        IReadOnlyList<Effect> Effects,
        IReadOnlyList<LeaseDebit> Debits,
        DateTimeOffset When
    ) : LeaseEvent(When)
    {
        /// <summary>What the estate should look like afterwards, for the comparison at its settlement.</summary>
        public IReadOnlyList<Expectation> Expected { get; init; } = [];

        /// <summary>It takes from what the lease may lose for good.</summary>
        public bool CannotBeUndone => Debits.Any(debit => debit.Irreversible > 0);

        /// <summary>Looking changes nothing: there is nothing to observe afterwards.</summary>
        public bool IsLooking => Effects.Count > 0 && Effect.AreAllReads(Effects);

        /// <summary>Whom it can matter to until it is observed.</summary>
        internal Reach Reach => Effect.ReachOf(Effects);
    }

    /// <summary>The outcome has been observed: the future ends, and what was spent is spent.</summary>
    public sealed record Settled(PermitId Permit, DateTimeOffset When) : LeaseEvent(When);

    /// <summary>The outcomes of several have been observed, all as predicted.</summary>
    public sealed record SettledTogether(IReadOnlyList<PermitId> Permits, DateTimeOffset When) : LeaseEvent(When);

    /// <summary>The permit never left the service: what it took is given back.</summary>
    public sealed record Released(PermitId Permit, DateTimeOffset When) : LeaseEvent(When);

    /// <summary>The lease and everything under it ended.</summary>
    public sealed record Revoked(LeaseId Lease, DateTimeOffset When) : LeaseEvent(When);
}
