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
    private CommittedFutures(long version, IReadOnlyList<CommittedFuture> futures) =>
        (Version, All) = (version, futures);

    public static CommittedFutures None { get; } = new(0, []);

    /// <summary>Counts up with every permit and every observation.</summary>
    public long Version { get; }

    public IReadOnlyList<CommittedFuture> All { get; }

    public CommittedFutures With(CommittedFuture future) => new(Version + 1, [.. All, future]);

    /// <summary>The future has been observed, or is known never to happen.</summary>
    public CommittedFutures Without(PermitId permit) =>
        new(Version + 1, [.. All.Where(future => future.Permit != permit)]);
}

/// <summary>
/// What a set of effects touches: resources, groups, assets, services, guarded resources. Two actions that interfere
/// have a key in common, because the first thing that both change is one.
/// </summary>
internal sealed class Footprint(EstateSnapshot estate, long[] keys)
{
    private readonly object _tables = estate.Tables;
    private readonly long _version = estate.Version;
    private readonly ulong _mask = MaskOf(keys);

    public IReadOnlyList<long> Keys => keys;

    public static Footprint Nothing { get; } = new(EstateSnapshot.Empty, []);

    public bool IsOf(EstateSnapshot other) => ReferenceEquals(_tables, other.Tables) && _version == other.Version;

    public bool Meets(HashSet<long> others, ulong mask)
    {
        if ((mask & _mask) == 0)
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

    public static ulong MaskOf(IEnumerable<long> keys)
    {
        var mask = 0UL;
        foreach (var key in keys)
        {
            mask |= 1UL << (int)((ulong)(key * -7046029254386353131) >> 58);
        }

        return mask;
    }
}
