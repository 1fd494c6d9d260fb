using System.Runtime.InteropServices;
using Homeostat.Core.Homeostasis;

namespace Homeostat.Core.Leases;

/// <summary>What a lease can still pay, or the least of what several can.</summary>
/// <param name="Stress">In whole billionths.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Means(long Stress, int Irreversible, int Outstanding, int ThisMinute)
{
    public static Means Unlimited { get; } = new(long.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue);

    public Means Least(Means other) =>
        new(
            Math.Min(Stress, other.Stress),
            Math.Min(Irreversible, other.Irreversible),
            Math.Min(Outstanding, other.Outstanding),
            Math.Min(ThisMinute, other.ThisMinute)
        );

    public bool CanPay(Cost cost) =>
        Amount.Of(cost.Stress) <= Stress && cost.Irreversible <= Irreversible && Outstanding > 0 && ThisMinute > 0;
}

/// <summary>What one lease has spent and has out; every sum is of integers, so that no order of events matters.</summary>
internal sealed class LeaseAccount(Lease lease)
{
    private long _minute;
    private int _inMinute;

    public Lease Lease { get; } = lease;

    /// <summary>Later than the lease's own where use has renewed it.</summary>
    public DateTimeOffset ExpiresAt { get; private set; } = lease.ExpiresAt;

    /// <summary>In whole billionths.</summary>
    public long Stress { get; private set; }
    public int Irreversible { get; private set; }
    public int Outstanding { get; private set; }
    public DateTimeOffset? RevokedAt { get; private set; }

    private int InMinuteOf(DateTimeOffset now) => MinuteOf(now) == _minute ? _inMinute : 0;

    public Means LeftAt(DateTimeOffset now)
    {
        var amounts = Lease.Cone.Amounts;
        return new(
            Amount.Of(Lease.GrownBudget(now)) - Stress,
            amounts.Irreversible - Irreversible,
            amounts.Outstanding - Outstanding,
            amounts.PerMinute - InMinuteOf(now)
        );
    }

    public void Take(LeaseDebit debit, DateTimeOffset at)
    {
        Stress += debit.Stress;
        Irreversible += debit.Irreversible;
        Outstanding++;
        if (MinuteOf(at) > _minute)
        {
            (_minute, _inMinute) = (MinuteOf(at), 0);
        }

        _inMinute += MinuteOf(at) == _minute ? 1 : 0;
    }

    /// <summary>All but the place in its minute: what was tried was tried.</summary>
    public void GiveBack(LeaseDebit debit)
    {
        Stress -= debit.Stress;
        Irreversible -= debit.Irreversible;
        Outstanding--;
    }

    public void End() => Outstanding--;

    public void Renew(DateTimeOffset until) => ExpiresAt = until > ExpiresAt ? until : ExpiresAt;

    public void Revoke(DateTimeOffset at) => RevokedAt = RevokedAt is { } before && before < at ? before : at;

    private static long MinuteOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;
}
