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

    /// <summary>Whom it can matter to.</summary>
    internal Reach Reach { get; } = Effect.ReachOf(Effects);

    /// <summary>
    /// What it touches, for the snapshot it was computed against; another snapshot makes another one.
    /// </summary>
    internal Footprint? Footprint
    {
        get => _footprint;
        set => _footprint = value;
    }
}

/// <summary>
/// All that was permitted, not yet observed and may matter to others. Immutable; versions for compare-and-swap.
/// </summary>
public sealed class CommittedFutures
{
    private readonly CommittedFuture[] _active;

    /// <summary>Those that change facts only: they can matter where members of a group must agree, and nowhere else.</summary>
    private readonly CommittedFuture[] _facts;
    private CommittedFuture[]? _all;

    private CommittedFutures(CommittedFutures? before, CommittedFuture[] active, CommittedFuture[] facts)
    {
        (_active, _facts) = (active, facts);
        if (before is not null)
        {
            Version = before.Version + 1;
            ActiveVersion = before.ActiveVersion + (ReferenceEquals(active, before._active) ? 0 : 1);
        }
    }

    public static CommittedFutures None { get; } = new(null, [], []);

    /// <summary>Counts up with every permit that may matter to others and with every observation of one.</summary>
    public long Version { get; }

    /// <summary>Counts up as <see cref="Version"/> does, but not for what changes facts only.</summary>
    public long ActiveVersion { get; }

    /// <summary>What changes facts only stands last.</summary>
    public IReadOnlyList<CommittedFuture> All => _all ??= _facts.Length == 0 ? _active : [.. _active, .. _facts];

    public CommittedFutures With(CommittedFuture future) =>
        future.Reach switch
        {
            Reach.Nothing => this,
            Reach.Facts => new(this, _active, [.. _facts, future]),
            _ => new(this, [.. _active, future], _facts),
        };

    /// <summary>The future has been observed, or is known never to happen.</summary>
    public CommittedFutures Without(PermitId permit) => Without(future => future.Permit == permit);

    /// <summary>All of them have been observed: one change.</summary>
    public CommittedFutures Without(IReadOnlySet<PermitId> permits) =>
        Without(future => permits.Contains(future.Permit));

    /// <summary>Those that can matter in this estate.</summary>
    internal IReadOnlyList<CommittedFuture> In(EstateSnapshot estate) => estate.HasAgreements ? All : _active;

    private CommittedFutures Without(Func<CommittedFuture, bool> isOver)
    {
        var (active, facts) = (Left(_active, isOver), Left(_facts, isOver));
        return ReferenceEquals(active, _active) && ReferenceEquals(facts, _facts) ? this : new(this, active, facts);
    }

    /// <summary>The same array where nothing ends.</summary>
    private static CommittedFuture[] Left(CommittedFuture[] futures, Func<CommittedFuture, bool> isOver)
    {
        var over = futures.Count(isOver);
        if (over == 0)
        {
            return futures;
        }

        var left = new CommittedFuture[futures.Length - over];
        var at = 0;
        foreach (var future in futures)
        {
            if (!isOver(future))
            {
                left[at++] = future;
            }
        }

        return left;
    }
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
