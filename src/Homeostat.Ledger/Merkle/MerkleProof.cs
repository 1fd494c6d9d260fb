using System.Numerics;

namespace Homeostat.Ledger.Merkle;

/// <summary>Verification of proofs as RFC 9162 section 2.1 states them; every answer is yes or no, whatever the bytes.</summary>
public static class MerkleProof
{
    /// <summary>Is the leaf at this index part of the tree with this size and root? (section 2.1.3.2)</summary>
    public static bool VerifyInclusion(long index, long size, Digest leaf, ReadOnlySpan<Digest> proof, Digest root) =>
        TryRootFromInclusion(index, size, leaf, proof, out var computed) && computed == root;

    /// <summary>The root that an inclusion proof leads to; false where the proof's length does not fit index and size.</summary>
    public static bool TryRootFromInclusion(
        long index,
        long size,
        Digest leaf,
        ReadOnlySpan<Digest> proof,
        out Digest root
    )
    {
        root = default;
        if (index < 0 || index >= size)
        {
            return false;
        }

        var inner = InnerNodes(index, size);
        if (proof.Length != inner + BitOperations.PopCount((ulong)index >> inner))
        {
            return false;
        }

        root = leaf;
        for (var i = 0; i < inner; i++)
        {
            root = ((index >> i) & 1) == 0 ? TreeHash.Node(root, proof[i]) : TreeHash.Node(proof[i], root);
        }

        root = ChainLeft(root, proof[inner..]);
        return true;
    }

    /// <summary>Is the second tree the first one with entries appended? (section 2.1.4.2)</summary>
    public static bool VerifyConsistency(long size1, long size2, Digest root1, Digest root2, ReadOnlySpan<Digest> proof)
    {
        if (size1 < 0 || size2 < size1)
        {
            return false;
        }

        if (size1 == size2)
        {
            return proof.IsEmpty && root1 == root2 && (size1 > 0 || root1 == TreeHash.Empty);
        }

        // Every tree continues the empty one: there is nothing to prove, and a caller who asks has lost the size it meant.
        if (size1 == 0)
        {
            return false;
        }

        return VerifyGrowth(size1, size2, root1, root2, proof);
    }

    private static bool VerifyGrowth(long size1, long size2, Digest root1, Digest root2, ReadOnlySpan<Digest> proof)
    {
        var inner = InnerNodes(size1 - 1, size2);
        var shift = BitOperations.TrailingZeroCount(size1);
        inner -= shift;

        // The proof starts with the largest node that both trees share; where the first tree is one whole node, that is its root.
        var seedFromRoot = size1 == 1L << shift;
        if (!seedFromRoot && proof.IsEmpty)
        {
            return false;
        }

        var seed = seedFromRoot ? root1 : proof[0];
        var rest = seedFromRoot ? proof : proof[1..];
        var mask = (size1 - 1) >> shift;
        if (rest.Length != inner + BitOperations.PopCount((ulong)mask >> inner))
        {
            return false;
        }

        var old = ChainRightOnly(seed, rest[..inner], mask);
        old = ChainLeft(old, rest[inner..]);
        var grown = ChainInner(seed, rest[..inner], mask);
        grown = ChainLeft(grown, rest[inner..]);
        return old == root1 && grown == root2;
    }

    // The levels at which the path of the index and the right edge of the tree are different nodes.
    private static int InnerNodes(long index, long size) =>
        64 - BitOperations.LeadingZeroCount((ulong)index ^ (ulong)(size - 1));

    private static Digest ChainInner(Digest seed, ReadOnlySpan<Digest> proof, long index)
    {
        for (var i = 0; i < proof.Length; i++)
        {
            seed = ((index >> i) & 1) == 0 ? TreeHash.Node(seed, proof[i]) : TreeHash.Node(proof[i], seed);
        }

        return seed;
    }

    private static Digest ChainRightOnly(Digest seed, ReadOnlySpan<Digest> proof, long index)
    {
        for (var i = 0; i < proof.Length; i++)
        {
            seed = ((index >> i) & 1) == 0 ? seed : TreeHash.Node(proof[i], seed);
        }

        return seed;
    }

    private static Digest ChainLeft(Digest seed, ReadOnlySpan<Digest> proof)
    {
        foreach (var left in proof)
        {
            seed = TreeHash.Node(left, seed);
        }

        return seed;
    }
}
