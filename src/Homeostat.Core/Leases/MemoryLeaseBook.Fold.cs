using Homeostat.Core.Actions;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>What the book holds, how events change it, and what can be read of it.</summary>
public sealed partial class MemoryLeaseBook
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LeaseId, LeaseAccount> _accounts = [];
    private readonly Dictionary<PermitId, OutstandingPermit> _permits = [];
    private readonly Dictionary<(LeaseId, RequestId), PermitId> _byRequest = [];
    private volatile CommittedFutures _futures = CommittedFutures.None;
    private DateTimeOffset _latest = DateTimeOffset.UnixEpoch;

    /// <summary>Applies what the ledger says has happened; nothing is checked again. The same event again changes nothing.</summary>
    /// <exception cref="FormatException">It speaks of a lease that was never granted: the ledger is not this book's.</exception>
    public void Apply(LeaseEvent change)
    {
        lock (_lock)
        {
            _latest = Max(_latest, change.At);
            ApplyLocked(change);
        }
    }

    /// <summary>All permits whose outcome nobody has observed yet, the oldest first.</summary>
    public IReadOnlyList<OutstandingPermit> Outstanding()
    {
        OutstandingPermit[] permits;
        lock (_lock)
        {
            permits = [.. _permits.Values];
        }

        // Put in order outside the lock, which every decision takes.
        return [.. permits.OrderBy(permit => permit.Terms.At)];
    }

    public OutstandingPermit? FindPermit(PermitId id)
    {
        lock (_lock)
        {
            return _permits.GetValueOrDefault(id);
        }
    }

    /// <summary>The outstanding permit that answered this request, if there is one.</summary>
    public OutstandingPermit? FindPermit(LeaseId lease, RequestId request)
    {
        lock (_lock)
        {
            return _byRequest.TryGetValue((lease, request), out var permit) ? _permits.GetValueOrDefault(permit) : null;
        }
    }

    /// <summary>The lease as it was granted, whether it can still be used or not.</summary>
    public Lease? FindLease(LeaseId id)
    {
        lock (_lock)
        {
            return _accounts.GetValueOrDefault(id)?.Lease;
        }
    }

    public LeaseStatus? Status(LeaseId id, DateTimeOffset now)
    {
        lock (_lock)
        {
            return _accounts.TryGetValue(id, out var account) ? StatusOf(account, now) : null;
        }
    }

    /// <summary>Every lease in the order of their ids.</summary>
    public IReadOnlyList<LeaseStatus> List(DateTimeOffset now)
    {
        lock (_lock)
        {
            return
            [
                .. _accounts
                    .Values.OrderBy(account => account.Lease.Id.Value, StringComparer.Ordinal)
                    .Select(account => StatusOf(account, now)),
            ];
        }
    }

    /// <summary>Whether one lease is the other or stands somewhere above it.</summary>
    public bool IsAbove(LeaseId upper, LeaseId lower)
    {
        lock (_lock)
        {
            return Ancestors(lower).Any(account => account.Lease.Id == upper);
        }
    }

    private void ApplyNow(LeaseEvent change)
    {
        lock (_lock)
        {
            ApplyLocked(change);
        }
    }

    private void ApplyLocked(LeaseEvent change)
    {
        switch (change)
        {
            case LeaseEvent.Granted granted:
                _accounts.TryAdd(granted.Lease.Id, new LeaseAccount(granted.Lease));
                break;
            case LeaseEvent.Reserved reserved when !_permits.ContainsKey(reserved.Permit):
                Take(reserved, new CommittedFuture(reserved.Permit, reserved.Effects, reserved.At));
                ConfirmLocked(reserved);
                break;
            case LeaseEvent.Settled settled:
                End(settled.Permit, (account, _) => account.End());
                break;
            case LeaseEvent.SettledTogether settled:
                EndTogether(settled.Permits);
                break;
            case LeaseEvent.Released released:
                End(released.Permit, (account, debit) => account.GiveBack(debit));
                break;
            case LeaseEvent.Revoked revoked:
                AccountOf(revoked.Lease)?.Revoke(revoked.At);
                break;
        }
    }

    private void Take(LeaseEvent.Reserved terms, CommittedFuture future)
    {
        for (var at = 0; at < terms.Debits.Count; at++)
        {
            var debit = terms.Debits[at];
            var account =
                AccountOf(debit.Lease) ?? throw new FormatException($"lease {debit.Lease} pays and was never granted");
            account.Take(debit, terms.At);
        }

        _permits.Add(terms.Permit, new OutstandingPermit(terms, IsDurable: false));
        if (terms.Request.Value is { Length: > 0 })
        {
            _byRequest.TryAdd((terms.Lease, terms.Request), terms.Permit);
        }

        _futures = _futures.With(future);
    }

    private void ConfirmLocked(LeaseEvent.Reserved terms)
    {
        foreach (var debit in terms.Debits)
        {
            AccountOf(debit.Lease)?.Renew(debit.ExpiresAt);
        }

        if (terms.IsLooking)
        {
            End(terms.Permit, (account, _) => account.End());
        }
        else
        {
            _permits[terms.Permit] = new OutstandingPermit(terms, IsDurable: true)
            {
                IsBehindRevocation = Ancestors(terms.Lease).Any(account => account.RevokedAt is not null),
            };
        }
    }

    private void End(PermitId permit, Action<LeaseAccount, LeaseDebit> end)
    {
        if (EndAccount(permit, end) is { Reach: not Reach.Nothing })
        {
            _futures = _futures.Without(permit);
        }
    }

    /// <summary>Their futures end in one change, which overtakes a decision under way once instead of as often as there are permits.</summary>
    private void EndTogether(IReadOnlyList<PermitId> permits)
    {
        var over = new HashSet<PermitId>();
        foreach (var permit in permits)
        {
            if (EndAccount(permit, (account, _) => account.End()) is { Reach: not Reach.Nothing })
            {
                over.Add(permit);
            }
        }

        _futures = _futures.Without(over);
    }

    /// <summary>Its future is for the caller to end; null where no such permit is out.</summary>
    private LeaseEvent.Reserved? EndAccount(PermitId permit, Action<LeaseAccount, LeaseDebit> end)
    {
        if (!_permits.Remove(permit, out var ended))
        {
            return null;
        }

        foreach (var debit in ended.Terms.Debits)
        {
            if (AccountOf(debit.Lease) is { } account)
            {
                end(account, debit);
            }
        }

        if (_byRequest.GetValueOrDefault((ended.Lease, ended.Terms.Request)) == permit)
        {
            _byRequest.Remove((ended.Lease, ended.Terms.Request));
        }

        return ended.Terms;
    }

    private LeaseAccount? AccountOf(LeaseId id) => _accounts.GetValueOrDefault(id);

    /// <summary>The lease and those above it, whether they are still valid or not.</summary>
    private IEnumerable<LeaseAccount> Ancestors(LeaseId id)
    {
        for (LeaseId? at = id; at is { } leaseId && AccountOf(leaseId) is { } account; at = account.Lease.Parent)
        {
            yield return account;
        }
    }

    private LeaseStatus StatusOf(LeaseAccount account, DateTimeOffset now)
    {
        var lineage = Ancestors(account.Lease.Id).ToList();
        var balance = BalanceOf(lineage, now);
        return new LeaseStatus(
            account.Lease,
            Lineage(account.Lease.Id, now, out _),
            account.ExpiresAt,
            lineage.Min(above => above.RevokedAt),
            Math.Max(0, balance.Stress),
            balance.Irreversible,
            account.Outstanding,
            balance.ThisMinute
        );
    }
}
