using System.Numerics;

namespace Homeostat.Ledger.Merkle;

/// <summary>Proves the entries of one batch against the tree that the batch made; every incomplete node is hashed once.</summary>
public sealed class BatchProver
{
    private readonly GrowingTree _tree;
    private readonly long _size;

    // _edge[l] is the incomplete node at level l: the root over the entries from (size >> l) << l to size.
    private readonly Digest[] _edge;
    private readonly int _height;

    internal BatchProver(GrowingTree tree)
    {
        _tree = tree;
        _size = tree.Size;
        _height = _size <= 1 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)(_size - 1));
        _edge = new Digest[_height + 1];
        for (var level = 0; level < _height; level++)
        {
            _edge[level + 1] = Raise(level);
        }
    }

    /// <summary>The root of the tree.</summary>
    public Digest Root
    {
        get
        {
            if (_size == 0)
            {
                return TreeHash.Empty;
            }

            return (_size & (_size - 1)) == 0 ? _tree.Complete(_height, 0) : _edge[_height];
        }
    }

    /// <summary>The siblings of an entry from the leaf to the root (RFC 9162 section 2.1.3.1).</summary>
    public Digest[] Prove(long index)
    {
        var proof = new Digest[Count(index)];
        var next = 0;
        for (var level = 0; level < _height; level++)
        {
            var sibling = (index >> level) ^ 1;
            if (sibling < _size >> level)
            {
                proof[next++] = _tree.Complete(level, sibling);
            }
            else if (sibling << level < _size)
            {
                proof[next++] = _edge[level];
            }
        }

        return proof;
    }

    private int Count(long index)
    {
        var count = 0;
        for (var level = 0; level < _height; level++)
        {
            count += (((index >> level) ^ 1) << level) < _size ? 1 : 0;
        }

        return count;
    }

    private Digest Raise(int level)
    {
        var hasRight = (_size & ((1L << level) - 1)) != 0;
        if (((_size >> level) & 1) == 0)
        {
            return _edge[level];
        }

        var left = _tree.Complete(level, (_size >> level) - 1);
        return hasRight ? TreeHash.Node(left, _edge[level]) : left;
    }
}
