using Homeostat.Core.Actions;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>
/// A lease book in one process's memory; one lock guards all of it. Every change is a <see cref="LeaseEvent"/> that is
/// first checked and then applied; recovery applies the same events from the ledger.
/// </summary>
public sealed partial class MemoryLeaseBook : ILeaseBook
{
    /// <summary>How far our clock may step back before nothing is decided any more.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    /// <summary>Told of a lease that was revoked, with everything under it, after no decision can use it any more.</summary>
    public Action<LeaseId> OnRevoked { get; set; } = _ => { };

    public CommittedFutures Futures => _futures;

    public string? Grant(Lease lease, DateTimeOffset now)
    {
        lock (_lock)
        {
            var refusal = GrantRefusal(lease, now);
            if (refusal is null)
            {
                ApplyLocked(new LeaseEvent.Granted(lease, now));
            }

            return refusal;
        }
    }

    /// <summary>Why the lease would be refused, or null; nothing changes.</summary>
    public string? RefusalOf(Lease lease, DateTimeOffset now)
    {
        lock (_lock)
        {
            return GrantRefusal(lease, now);
        }
    }

    public LeaseLookup Find(LeaseId id, AgentId agent, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (ClockRefusal(ref now) is { } clock)
            {
                return new(null, clock);
            }

            var refusal = Lineage(id, now, out var lineage);
            if (refusal is null && lineage[0].Lease.Agent != agent)
            {
                // The other agent's name is not ours to tell.
                refusal = $"lease {id} was lent to another agent than {agent}";
            }

            return refusal is null ? new(BalanceOf(lineage, now), null) : new(null, refusal);
        }
    }

    public Reservation Reserve(ReservationRequest request, DateTimeOffset now, out LeaseEvent.Reserved? reserved)
    {
        reserved = null;
        lock (_lock)
        {
            if (
                ClockRefusal(ref now) is not null
                || !IsCost(request.Cost)
                || Lineage(request.Lease, now, out var lineage) is not null
                || _permits.ContainsKey(request.Future.Permit)
            )
            {
                return Reservation.Refused;
            }

            var terms = TermsOf(request, lineage, now);
            if (!terms.IsLooking && request.ExpectedVersion != VersionFor(request))
            {
                return Reservation.Overtaken;
            }

            if (!LeftOf(lineage, now).CanPay(request.Cost))
            {
                return Reservation.Refused;
            }

            Take(terms, request.Future);
            reserved = terms;
            return Reservation.Reserved;
        }
    }

    private long VersionFor(ReservationRequest request) =>
        request.IgnoresFacts ? _futures.ActiveVersion : _futures.Version;

    public string? Confirm(LeaseEvent.Reserved durable)
    {
        lock (_lock)
        {
            if (!_permits.ContainsKey(durable.Permit))
            {
                return $"there is no permit {durable.Permit}";
            }

            ConfirmLocked(durable);

            // It may have ended while its entry was on the way to the disk; having expired meanwhile is no reason.
            return Ancestors(durable.Lease).FirstOrDefault(account => account.RevokedAt is not null) is { } revoked
                ? $"lease {revoked.Lease.Id} was revoked"
                : null;
        }
    }

    public void Release(PermitId permit) => ApplyNow(new LeaseEvent.Released(permit, DateTimeOffset.UnixEpoch));

    public void Settle(PermitId permit) => ApplyNow(new LeaseEvent.Settled(permit, DateTimeOffset.UnixEpoch));

    public LeaseEvent.Revoked Revoke(LeaseId id, DateTimeOffset now)
    {
        LeaseEvent.Revoked revoked;
        lock (_lock)
        {
            // By the book's clock: no permit that was given before it bears a later time.
            revoked = new LeaseEvent.Revoked(id, _latest = Max(_latest, now));
            ApplyLocked(revoked);
        }

        OnRevoked(id);
        return revoked;
    }

    /// <param name="at">By the book's clock, which never goes back.</param>
    private static LeaseEvent.Reserved TermsOf(
        ReservationRequest request,
        List<LeaseAccount> lineage,
        DateTimeOffset at
    )
    {
        var debits = new LeaseDebit[lineage.Count];
        var parentEnds = DateTimeOffset.MaxValue;

        // From the root down: no lease outlives its parent, renewed or not.
        for (var i = lineage.Count - 1; i >= 0; i--)
        {
            var lease = lineage[i].Lease;
            var ends = EndOf(lineage[i], parentEnds, at);
            debits[i] = new LeaseDebit(lease.Id, Amount.Of(request.Cost.Stress), request.Cost.Irreversible, ends);
            parentEnds = ends;
        }

        return new LeaseEvent.Reserved(
            request.Future.Permit,
            request.Lease,
            request.Request,
            request.Future.Effects,
            debits,
            at
        );
    }

    /// <summary>When the lease ends if it is used now.</summary>
    private static DateTimeOffset EndOf(LeaseAccount account, DateTimeOffset parentEnds, DateTimeOffset at)
    {
        var lease = account.Lease;
        var limit = lease.Parent is null ? lease.IssuedAt + Lease.MaxLife : parentEnds;
        return lease.Renewal > TimeSpan.Zero
            ? Max(account.ExpiresAt, Min(at + lease.Renewal, limit))
            : account.ExpiresAt;
    }

    /// <summary>Use would let it, or one above it, go on for a good while longer than now: some uses must be written down for that.</summary>
    private static bool IsDueForRenewal(List<LeaseAccount> lineage, DateTimeOffset now)
    {
        var parentEnds = DateTimeOffset.MaxValue;
        for (var i = lineage.Count - 1; i >= 0; i--)
        {
            var ends = EndOf(lineage[i], parentEnds, now);
            if (ends - lineage[i].ExpiresAt > lineage[i].Lease.Renewal / 4)
            {
                return true;
            }

            parentEnds = ends;
        }

        return false;
    }

    private static DateTimeOffset Min(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;

    private static DateTimeOffset Max(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    /// <summary>A cost that gives instead of taking is a bug on the other side.</summary>
    private static bool IsCost(Cost cost) => cost.Stress >= 0 && cost.Irreversible >= 0;

    private string? GrantRefusal(Lease lease, DateTimeOffset now, Func<LeaseAccount, bool>? isRevoked = null)
    {
        if (ClockRefusal(ref now) is { } clock)
        {
            return clock;
        }

        if (_accounts.TryGetValue(lease.Id, out var existing))
        {
            return LeaseTerms.AreSame(existing.Lease, lease)
                ? null
                : $"lease {lease.Id} exists already with other terms";
        }

        return lease.ExpiresAt <= now || lease.ExpiresAt <= lease.IssuedAt
                ? $"lease {lease.Id} would have expired at {lease.ExpiresAt:u} already"
            : lease.ExpiresAt - now > Lease.MaxLife
                ? $"there is no permanent lease: {lease.Id} may last until {now + Lease.MaxLife:u} at most"
            : _accounts.Count >= Limits.MaxLeases ? $"the book keeps at most {Limits.MaxLeases} leases"
            : lease.Parent is { } parent ? ChildRefusal(lease, parent, now, isRevoked)
            : null;
    }

    private string? ChildRefusal(Lease lease, LeaseId parentId, DateTimeOffset now, Func<LeaseAccount, bool>? isRevoked)
    {
        if (Lineage(parentId, now, out var lineage, isRevoked) is { } refusal)
        {
            return refusal;
        }

        var parent = lineage[0];
        return lineage.Count >= Limits.MaxLineage
                ? $"{parentId} has {lineage.Count - 1} leases above it, and no lease has more than {Limits.MaxLineage - 1}"
            : lease.ExpiresAt > parent.ExpiresAt
                ? $"no lease outlives its parent: {parentId} ends at {parent.ExpiresAt:u}"
            : lease.Cone.ReachesBeyond(parent.Lease.Cone) is { } dimension
                ? $"the cone reaches beyond that of {parentId}: {dimension}"
            : null;
    }

    /// <summary>A small step back is not noticed: time stands still until the clock has caught up.</summary>
    private string? ClockRefusal(ref DateTimeOffset now)
    {
        if (now < _latest - ClockTolerance)
        {
            return $"the clock went back from {_latest:u} to {now:u}: ages of evidence cannot be told";
        }

        now = _latest = Max(now, _latest);
        return null;
    }

    /// <param name="isRevoked">What counts as revoked where something else does than having been, at any time.</param>
    private string? Lineage(
        LeaseId id,
        DateTimeOffset now,
        out List<LeaseAccount> lineage,
        Func<LeaseAccount, bool>? isRevoked = null
    )
    {
        lineage = [];
        for (LeaseId? at = id; at is { } leaseId; at = lineage[^1].Lease.Parent)
        {
            if (!_accounts.TryGetValue(leaseId, out var account))
            {
                return $"there is no lease {leaseId}";
            }

            if (isRevoked?.Invoke(account) ?? account.RevokedAt is not null)
            {
                return $"lease {leaseId} was revoked";
            }

            if (account.ExpiresAt <= now)
            {
                return $"lease {leaseId} expired at {account.ExpiresAt:u}";
            }

            lineage.Add(account);
        }

        return null;
    }

    private static LeaseBalance BalanceOf(List<LeaseAccount> lineage, DateTimeOffset now)
    {
        var leases = new Lease[lineage.Count];
        for (var at = 0; at < leases.Length; at++)
        {
            leases[at] = lineage[at].Lease;
        }

        var left = LeftOf(lineage, now);
        return new(leases, Amount.ToDouble(left.Stress), left.Irreversible, left.Outstanding, left.ThisMinute)
        {
            IsDueForRenewal = IsDueForRenewal(lineage, now),
        };
    }

    private static Means LeftOf(List<LeaseAccount> lineage, DateTimeOffset now)
    {
        var left = Means.Unlimited;
        foreach (var account in lineage)
        {
            left = left.Least(account.LeftAt(now));
        }

        return left;
    }
}
