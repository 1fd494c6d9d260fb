using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>Names one permit.</summary>
public readonly record struct PermitId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>Effects that were permitted and have not been observed yet: they may happen, or have happened, or not.</summary>
/// <param name="Since">When they were permitted.</param>
public sealed record CommittedFuture(PermitId Permit, IReadOnlyList<Effect> Effects, DateTimeOffset Since)
{
    private volatile Footprint? _footprint;

    /// <summary>
    /// What it touches, for the snapshot it was computed against; another snapshot makes another one.
    /// </summary>
    internal Footprint? Footprint
    {
        get => _footprint;
        set => _footprint = value;
    }
}

/// <summary>All that was permitted and not yet observed. Immutable; a version for compare-and-swap.</summary>
public sealed class CommittedFutures
{
    private readonly CommittedFuture[] _all;

    private CommittedFutures(long version, CommittedFuture[] futures) => (Version, _all) = (version, futures);

    public static CommittedFutures None { get; } = new(0, []);

    /// <summary>Counts up with every permit and every observation.</summary>
    public long Version { get; }

    public IReadOnlyList<CommittedFuture> All => _all;

    public CommittedFutures With(CommittedFuture future) => new(Version + 1, [.. _all, future]);

    /// <summary>The future has been observed, or is known never to happen.</summary>
    public CommittedFutures Without(PermitId permit) =>
        new(Version + 1, Array.FindAll(_all, future => future.Permit != permit));
}

/// <summary>
/// What a set of effects touches: resources, groups, assets, services, guarded resources. Two actions that interfere
/// have a key in common, because the first thing that both change is one.
/// </summary>
internal sealed class Footprint(EstateSnapshot estate, long[] keys, ulong mask)
{
    private readonly object _tables = estate.Tables;
    private readonly long _version = estate.Version;
    public ReadOnlySpan<long> Keys => keys;

    public static Footprint Nothing { get; } = new(EstateSnapshot.Empty, [], mask: 0);

    public static Footprint Of(EstateSnapshot estate, TouchedSet touched) =>
        new(estate, touched.ToArray(), touched.Mask);

    public bool IsOf(EstateSnapshot other) => ReferenceEquals(_tables, other.Tables) && _version == other.Version;

    public bool Meets(TouchedSet others)
    {
        if ((mask & others.Mask) == 0)
        {
            return false;
        }

        foreach (var key in keys)
        {
            if (others.Contains(key))
            {
                return true;
            }
        }

        return false;
    }
}
