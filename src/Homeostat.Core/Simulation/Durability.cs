using System.Numerics;
using System.Runtime.InteropServices;

namespace Homeostat.Core.Simulation;

/// <summary>
/// The fewest losses that take every copy: a minimum hitting set of the copies' failure domains, found exactly by
/// iterative deepening up to the depth that anybody asks about.
/// </summary>
internal sealed class Durability
{
    /// <summary>Values at or above this are reported as this: "four or more".</summary>
    public const int Ceiling = 4;

    private readonly Dictionary<(int Hazard, int Name), int> _domains = [];
    private readonly List<ulong> _hits = [];
    private int _copies;
    private bool _immortal;

    public void Clear()
    {
        _domains.Clear();
        _hits.Clear();
        _copies = 0;
        _immortal = false;
    }

    /// <summary>Starts a copy; false when there are more than can be counted, and the rest is left out (which only lowers the result).</summary>
    public bool AddCopy()
    {
        if (_copies == Limits.MaxCopies)
        {
            return false;
        }

        _copies++;
        return true;
    }

    /// <summary>The loss of this domain takes the copy added last.</summary>
    public void HitBy(int hazard, int name)
    {
        ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(_domains, (hazard, name), out var exists);
        if (!exists)
        {
            at = _hits.Count;
            _hits.Add(0);
        }

        _hits[at] |= 1UL << (_copies - 1);
    }

    /// <summary>The last copy has no domain among the hazards that count: none of them can take it.</summary>
    public void MarkImmortal() => _immortal = true;

    /// <summary>0 without copies; otherwise the size of the smallest hitting set, at most <paramref name="ceiling"/>.</summary>
    public int Compute(int ceiling)
    {
        if (_immortal)
        {
            return ceiling;
        }

        var all = _copies == 64 ? ulong.MaxValue : (1UL << _copies) - 1;
        for (var size = 0; size < ceiling; size++)
        {
            if (CanHit(all, size))
            {
                return size;
            }
        }

        return ceiling;
    }

    private bool CanHit(ulong left, int losses)
    {
        if (left == 0)
        {
            return true;
        }

        if (losses == 0)
        {
            return false;
        }

        // Some loss must take the first copy that is left; trying each that does is exhaustive.
        var first = 1UL << BitOperations.TrailingZeroCount(left);
        foreach (var hit in _hits)
        {
            if ((hit & first) != 0 && CanHit(left & ~hit, losses - 1))
            {
                return true;
            }
        }

        return false;
    }
}
