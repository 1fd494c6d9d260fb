using System.Numerics;

namespace Homeostat.Ledger.Merkle;

/// <summary>
/// Proofs about a part of a tree, [start, end), whose start is a multiple of the smallest power of two that its width fits into
/// (draft-ietf-plants-merkle-tree-certs, sections 4.1 to 4.4).
/// </summary>
public static class SubtreeProof
{
    /// <summary>Is this a range that has a node of its own?</summary>
    public static bool IsSubtree(long start, long end) =>
        start >= 0 && end > start && start % (long)BitOperations.RoundUpToPowerOf2((ulong)(end - start)) == 0;

    public static bool VerifyInclusion(
        long index,
        long start,
        long end,
        Digest leaf,
        ReadOnlySpan<Digest> proof,
        Digest root
    ) =>
        IsSubtree(start, end)
        && index >= start
        && MerkleProof.VerifyInclusion(index - start, end - start, leaf, proof, root);

    /// <summary>Is the part with this root contained in the tree of this size and root? An empty part is contained in every tree.</summary>
    public static bool VerifyConsistency(
        long start,
        long end,
        long size,
        Digest part,
        Digest root,
        ReadOnlySpan<Digest> proof
    )
    {
        if (start == end && start >= 0 && end <= size)
        {
            return proof.IsEmpty && part == TreeHash.Empty;
        }

        if (!IsSubtree(start, end) || end > size)
        {
            return false;
        }

        var walk = new Walk(start, end - 1, size - 1);
        walk.SkipShared();
        var seed = part;
        if (walk.First != walk.Last)
        {
            if (proof.IsEmpty)
            {
                return false;
            }

            seed = proof[0];
            proof = proof[1..];
        }

        return walk.Run(seed, proof, out var reachedPart, out var reachedRoot)
            && reachedPart == part
            && reachedRoot == root;
    }

    // fn, sn and tn of section 4.4.3: the first and last node of the part and the last node of the tree, at one level.
    private struct Walk(long first, long last, long tree)
    {
        public long First = first;
        public long Last = last;
        private long _tree = tree;

        public void SkipShared()
        {
            var atTheEdge = Last == _tree;
            while (First != Last && (atTheEdge || (Last & 1) == 1))
            {
                Up();
            }
        }

        public bool Run(Digest seed, ReadOnlySpan<Digest> proof, out Digest part, out Digest root)
        {
            part = root = seed;
            foreach (var hash in proof)
            {
                if (_tree == 0)
                {
                    return false;
                }

                if ((Last & 1) == 1 || Last == _tree)
                {
                    part = First < Last ? TreeHash.Node(hash, part) : part;
                    root = TreeHash.Node(hash, root);
                    while ((Last & 1) == 0 && Last != 0)
                    {
                        Up();
                    }
                }
                else
                {
                    root = TreeHash.Node(root, hash);
                }

                Up();
            }

            return _tree == 0;
        }

        private void Up()
        {
            First >>= 1;
            Last >>= 1;
            _tree >>= 1;
        }
    }
}
