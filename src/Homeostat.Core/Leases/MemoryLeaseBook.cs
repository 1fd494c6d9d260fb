using Homeostat.Core.Actions;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>A lease book in one process's memory; one lock guards all of it.</summary>
public sealed class MemoryLeaseBook : ILeaseBook
{
    /// <summary>How far our clock may step back before nothing is decided any more.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<LeaseId, Account> _accounts = [];
    private readonly Dictionary<PermitId, (LeaseId Lease, Cost Cost)> _reserved = [];
    private volatile CommittedFutures _futures = CommittedFutures.None;
    private DateTimeOffset _latest = DateTimeOffset.UnixEpoch;

    public CommittedFutures Futures => _futures;

    public string? Grant(Lease lease, DateTimeOffset now)
    {
        lock (_lock)
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

            var refusal = RefusalOf(lease, now);
            if (refusal is null)
            {
                _accounts.Add(lease.Id, new Account(lease));
            }

            return refusal;
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

    public Reservation Reserve(LeaseId id, Cost cost, CommittedFuture future, long expectedVersion, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (
                ClockRefusal(ref now) is not null
                || !IsCost(cost)
                || Lineage(id, now, out var lineage) is not null
                || _reserved.ContainsKey(future.Permit)
            )
            {
                return Reservation.Refused;
            }

            if (_futures.Version != expectedVersion)
            {
                return Reservation.Overtaken;
            }

            if (!CanPay(BalanceOf(lineage, now), cost))
            {
                return Reservation.Refused;
            }

            foreach (var account in lineage)
            {
                account.Take(cost, now);
            }

            _reserved.Add(future.Permit, (id, cost));
            _futures = _futures.With(future);
            return Reservation.Reserved;
        }
    }

    public void Release(PermitId permit)
    {
        lock (_lock)
        {
            if (End(permit) is { } ended)
            {
                foreach (var account in Ancestors(ended.Lease))
                {
                    account.GiveBack(ended.Cost);
                }
            }
        }
    }

    public void Settle(PermitId permit)
    {
        lock (_lock)
        {
            if (End(permit) is { } ended)
            {
                foreach (var account in Ancestors(ended.Lease))
                {
                    account.Outstanding--;
                }
            }
        }
    }

    public void Revoke(LeaseId id)
    {
        lock (_lock)
        {
            if (_accounts.TryGetValue(id, out var account))
            {
                account.IsRevoked = true;
            }
        }
    }

    /// <summary>A cost that gives instead of taking is a bug on the other side.</summary>
    private static bool IsCost(Cost cost) => cost.Stress >= 0 && cost.Irreversible >= 0;

    private static bool CanPay(LeaseBalance balance, Cost cost) =>
        Amount.Of(cost.Stress) <= Amount.Of(balance.Stress)
        && cost.Irreversible <= balance.Irreversible
        && balance.Outstanding > 0
        && balance.ThisMinute > 0;

    private string? RefusalOf(Lease lease, DateTimeOffset now)
    {
        if (lease.ExpiresAt <= now || lease.ExpiresAt <= lease.IssuedAt)
        {
            return $"lease {lease.Id} would have expired at {lease.ExpiresAt:u} already";
        }

        if (lease.ExpiresAt - now > Lease.MaxLife)
        {
            return $"there is no permanent lease: {lease.Id} may last until {now + Lease.MaxLife:u} at most";
        }

        if (lease.Parent is not { } parentId)
        {
            return null;
        }

        if (Lineage(parentId, now, out var lineage) is { } refusal)
        {
            return refusal;
        }

        var parent = lineage[0].Lease;
        return lineage.Count >= Limits.MaxLineage
                ? $"{parentId} has {lineage.Count - 1} leases above it, and no lease has more than {Limits.MaxLineage - 1}"
            : lease.ExpiresAt > parent.ExpiresAt
                ? $"no lease outlives its parent: {parentId} ends at {parent.ExpiresAt:u}"
            : lease.Cone.ReachesBeyond(parent.Cone) is { } dimension
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

        now = _latest = now > _latest ? now : _latest;
        return null;
    }

    private string? Lineage(LeaseId id, DateTimeOffset now, out List<Account> lineage)
    {
        lineage = [];
        for (LeaseId? at = id; at is { } leaseId; at = lineage[^1].Lease.Parent)
        {
            if (!_accounts.TryGetValue(leaseId, out var account))
            {
                return $"there is no lease {leaseId}";
            }

            if (account.IsRevoked)
            {
                return $"lease {leaseId} was revoked";
            }

            if (account.Lease.ExpiresAt <= now)
            {
                return $"lease {leaseId} expired at {account.Lease.ExpiresAt:u}";
            }

            lineage.Add(account);
        }

        return null;
    }

    private static LeaseBalance BalanceOf(List<Account> lineage, DateTimeOffset now) =>
        new(
            [.. lineage.Select(account => account.Lease)],
            Amount.ToDouble(lineage.Min(account => Amount.Of(account.Lease.GrownBudget(now)) - account.Stress)),
            lineage.Min(account => account.Lease.Cone.Amounts.Irreversible - account.Irreversible),
            lineage.Min(account => account.Lease.Cone.Amounts.Outstanding - account.Outstanding),
            lineage.Min(account => account.Lease.Cone.Amounts.PerMinute - account.InMinuteOf(now))
        );

    private (LeaseId Lease, Cost Cost)? End(PermitId permit)
    {
        if (!_reserved.Remove(permit, out var reserved))
        {
            return null;
        }

        _futures = _futures.Without(permit);
        return reserved;
    }

    /// <summary>Of a lease that exists, whether it is still valid or not.</summary>
    private IEnumerable<Account> Ancestors(LeaseId id)
    {
        for (
            LeaseId? at = id;
            at is { } leaseId && _accounts.TryGetValue(leaseId, out var account);
            at = account.Lease.Parent
        )
        {
            yield return account;
        }
    }

    private sealed class Account(Lease lease)
    {
        private long _minute;
        private int _inMinute;

        public Lease Lease { get; } = lease;

        /// <summary>In whole billionths, so that giving back leaves nothing behind.</summary>
        public long Stress { get; private set; }
        public int Irreversible { get; private set; }
        public int Outstanding { get; set; }
        public bool IsRevoked { get; set; }

        public int InMinuteOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / 60 == _minute ? _inMinute : 0;

        public void Take(Cost cost, DateTimeOffset now)
        {
            Stress += Amount.Of(cost.Stress);
            Irreversible += cost.Irreversible;
            Outstanding++;
            _inMinute = InMinuteOf(now) + 1;
            _minute = now.ToUnixTimeSeconds() / 60;
        }

        public void GiveBack(Cost cost)
        {
            Stress -= Amount.Of(cost.Stress);
            Irreversible -= cost.Irreversible;
            Outstanding--;
        }
    }
}
