namespace Homeostat.Ledger.Merkle;

/// <summary>
/// A tree that only grows: it keeps the right edge and the nodes completed since the last <see cref="Trim"/>, so its memory does not
/// depend on its size, and it can prove any entry appended since then. One writer, no locks.
/// </summary>
public sealed class GrowingTree
{
    private const int Levels = 63;

    // _nodes[l][i] is the complete node at level l with index _first[l] + i.
    private readonly List<Digest>[] _nodes = new List<Digest>[Levels];
    private readonly long[] _first = new long[Levels];

    public GrowingTree()
    {
        for (var level = 0; level < Levels; level++)
        {
            _nodes[level] = [];
        }
    }

    public long Size { get; private set; }

    /// <summary>Continues a tree from its right edge: the complete nodes that make up its size, the largest first.</summary>
    public static GrowingTree Resume(long size, ReadOnlySpan<Digest> edge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (edge.Length != long.PopCount(size))
        {
            throw new ArgumentException(
                $"a tree of {size} entries has {long.PopCount(size)} edge nodes, not {edge.Length}",
                nameof(edge)
            );
        }

        var tree = new GrowingTree { Size = size };
        var next = 0;
        for (var level = Levels - 1; level >= 0; level--)
        {
            tree._first[level] = size >> level;
            if (((size >> level) & 1) == 1)
            {
                tree._first[level]--;
                tree._nodes[level].Add(edge[next++]);
            }
        }

        return tree;
    }

    public void Append(Digest leaf)
    {
        var index = Size;
        var node = leaf;
        var level = 0;
        _nodes[0].Add(node);
        while (((index >> level) & 1) == 1)
        {
            node = TreeHash.Node(Complete(level, (index >> level) - 1), node);
            level++;
            _nodes[level].Add(node);
        }

        Size++;
    }

    public Digest Root()
    {
        if (Size == 0)
        {
            return TreeHash.Empty;
        }

        var edge = Edge();
        var root = edge[^1];
        for (var i = edge.Length - 2; i >= 0; i--)
        {
            root = TreeHash.Node(edge[i], root);
        }

        return root;
    }

    /// <summary>The complete nodes that make up the size, the largest first.</summary>
    public Digest[] Edge()
    {
        var edge = new Digest[long.PopCount(Size)];
        var next = 0;
        for (var level = Levels - 1; level >= 0; level--)
        {
            if (((Size >> level) & 1) == 1)
            {
                edge[next++] = Complete(level, (Size >> level) - 1);
            }
        }

        return edge;
    }

    /// <summary>Forgets everything but the right edge.</summary>
    public void Trim()
    {
        for (var level = 0; level < Levels; level++)
        {
            var keep = (Size >> level) & 1;
            var count = _nodes[level].Count;
            _nodes[level].RemoveRange(0, count - (int)Math.Min(keep, count));
            _first[level] = (Size >> level) - keep;
        }
    }

    /// <summary>The tree as it stands, ready to prove the entries appended since the last <see cref="Trim"/>.</summary>
    public BatchProver Prover() => new(this);

    internal Digest Complete(int level, long index) => _nodes[level][checked((int)(index - _first[level]))];
}
