using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Tests.Leases;

/// <summary>The lease book again, as a list of everything that happened; every balance is added up anew.</summary>
internal sealed class NaiveLeaseBook
{
    private readonly Dictionary<LeaseId, Lease> _leases = [];
    private readonly HashSet<LeaseId> _revoked = [];
    private readonly List<Entry> _entries = [];
    private DateTimeOffset _latest = DateTimeOffset.MinValue;

    private sealed record Entry(LeaseId Lease, PermitId Permit, decimal Stress, int Irreversible, DateTimeOffset At)
    {
        public bool IsOut { get; set; } = true;
        public bool IsPaid { get; set; } = true;
    }

    public IEnumerable<PermitId> Out => _entries.Where(entry => entry.IsOut).Select(entry => entry.Permit);

    public bool Grant(Lease lease, DateTimeOffset now)
    {
        if (!Tick(ref now))
        {
            return false;
        }

        if (_leases.ContainsKey(lease.Id))
        {
            return true;
        }

        var parent = lease.Parent is { } id ? Lineage(id.Value, now)?[0] : null;
        var fits =
            lease.ExpiresAt > now
            && lease.ExpiresAt - now <= Lease.MaxLife
            && (
                lease.Parent is null
                || (
                    parent is not null
                    && lease.ExpiresAt <= parent.ExpiresAt
                    && lease.Cone.Amounts.Stress <= parent.Cone.Amounts.Stress
                    && lease.Cone.Amounts.Outstanding <= parent.Cone.Amounts.Outstanding
                    && lease.Cone.Amounts.Irreversible <= parent.Cone.Amounts.Irreversible
                    && lease.Cone.Amounts.PerMinute <= parent.Cone.Amounts.PerMinute
                )
            );
        if (fits)
        {
            _leases.Add(lease.Id, lease);
        }

        return fits;
    }

    /// <summary>What it can pay, or null where it cannot be used.</summary>
    public (decimal Stress, int Irreversible, int Outstanding, int ThisMinute)? Balance(
        string id,
        DateTimeOffset now
    ) =>
        !Tick(ref now) || Lineage(id, now) is not { } lineage
            ? null
            : (
                lineage.Min(lease => Grown(lease, now) - Paid(lease).Sum(entry => entry.Stress)),
                lineage.Min(lease => lease.Cone.Amounts.Irreversible - Paid(lease).Sum(entry => entry.Irreversible)),
                lineage.Min(lease => lease.Cone.Amounts.Outstanding - Of(lease).Count(entry => entry.IsOut)),
                lineage.Min(lease =>
                    lease.Cone.Amounts.PerMinute
                    - Of(lease).Count(entry => entry.At.ToUnixTimeSeconds() / 60 == now.ToUnixTimeSeconds() / 60)
                )
            );

    public bool Reserve(string id, Cost cost, PermitId permit, DateTimeOffset now)
    {
        if (
            Balance(id, now) is not { } balance
            || _entries.Exists(entry => entry.IsOut && entry.Permit == permit)
            || (decimal)cost.Stress > balance.Stress
            || cost.Irreversible > balance.Irreversible
            || balance.Outstanding <= 0
            || balance.ThisMinute <= 0
        )
        {
            return false;
        }

        _entries.Add(new Entry(new(id), permit, (decimal)cost.Stress, cost.Irreversible, Latest(now)));
        return true;
    }

    public void End(PermitId permit, bool isPaid)
    {
        foreach (var entry in _entries.Where(entry => entry.IsOut && entry.Permit == permit))
        {
            (entry.IsOut, entry.IsPaid) = (false, isPaid);
        }
    }

    public void Revoke(string id)
    {
        if (_leases.ContainsKey(new(id)))
        {
            _revoked.Add(new(id));
        }
    }

    private static decimal Grown(Lease lease, DateTimeOffset now)
    {
        var share = lease.Parent is null
            ? 0.5m + (0.5m * Math.Clamp((decimal)((now - lease.IssuedAt) / lease.GrowthTime), 0, 1))
            : 1;
        return Math.Round((decimal)lease.Cone.Amounts.Stress * share, 9);
    }

    private IEnumerable<Entry> Paid(Lease lease) => Of(lease).Where(entry => entry.IsPaid);

    private IEnumerable<Entry> Of(Lease lease) =>
        _entries.Where(entry => AncestorsOf(entry.Lease.Value).Any(ancestor => ancestor.Id == lease.Id));

    private IEnumerable<Lease> AncestorsOf(string id)
    {
        for (string? at = id; at is not null && _leases.TryGetValue(new(at), out var lease); at = lease.Parent?.Value)
        {
            yield return lease;
        }
    }

    private List<Lease>? Lineage(string id, DateTimeOffset now)
    {
        var lineage = AncestorsOf(id).ToList();
        var isValid =
            lineage.Count > 0 && lineage.TrueForAll(lease => lease.ExpiresAt > now && !_revoked.Contains(lease.Id));
        return isValid ? lineage : null;
    }

    private DateTimeOffset Latest(DateTimeOffset now) => now > _latest ? now : _latest;

    private bool Tick(ref DateTimeOffset now)
    {
        if (now < _latest.AddSeconds(_latest == DateTimeOffset.MinValue ? 0 : -2))
        {
            return false;
        }

        now = _latest = Latest(now);
        return true;
    }
}
