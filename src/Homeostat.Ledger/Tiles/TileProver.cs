using System.Numerics;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Tiles;

/// <summary>Makes proofs from tiles (RFC 6962 sections 2.1.1 and 2.1.2); the tiles are as trusted as the root they are compared with.</summary>
public sealed class TileProver(TileReader reader, long size)
{
    /// <summary>The root of the first entries up to a size, as the tiles have it.</summary>
    public Digest Root(long of) => of == 0 ? TreeHash.Empty : Range(0, of);

    public Digest[] Inclusion(long index, long of)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, of);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(of, size);
        var path = new List<Digest>();
        var (start, end) = (0L, of);
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            path.Add(index < middle ? Range(middle, end) : Range(start, middle));
            (start, end) = index < middle ? (start, middle) : (middle, end);
        }

        path.Reverse();
        return [.. path];
    }

    /// <summary>That the tree of the second size is the tree of the first with entries appended.</summary>
    public Digest[] Consistency(long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, size);
        var path = new List<Digest>();
        if (from == 0 || from == to)
        {
            return [];
        }

        var (start, end) = (0L, to);
        while (end != from)
        {
            var middle = start + Split(end - start);
            path.Add(from <= middle ? Range(middle, end) : Range(start, middle));
            (start, end) = from <= middle ? (start, middle) : (middle, end);
        }

        if (start > 0)
        {
            path.Add(Range(start, end));
        }

        path.Reverse();
        return [.. path];
    }

    private Digest Range(long start, long end)
    {
        var width = end - start;
        if (BitOperations.IsPow2(width))
        {
            var level = BitOperations.TrailingZeroCount(width);
            return reader.Node(level, start >> level, size);
        }

        var middle = start + Split(width);
        return TreeHash.Node(Range(start, middle), Range(middle, end));
    }

    // The largest power of two below a width of at least 2.
    private static long Split(long width) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(width - 1)));
}
