using CsCheck;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Tests.Merkle;

/// <summary>Two ways to the same hash: the recursive definition of RFC 6962, and the trees and tiles that the log uses.</summary>
public sealed class TreePropertyTests
{
    private static readonly Gen<int> Sizes = Gen.Int[1, 3000];

    // Short and long inputs are hashed by different functions.
    [Fact]
    public void A_leaf_of_any_length_is_the_sha256_of_a_zero_and_its_bytes()
    {
        foreach (var length in Enumerable.Range(0, 600).Concat(Enumerable.Range(4090, 12)).Append(24 * 1024))
        {
            byte[] entry = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];
            byte[] expected = System.Security.Cryptography.SHA256.HashData([0, .. entry]);
            Assert.Equal(expected, TreeHash.Leaf(entry).ToArray());
        }
    }

    [Fact]
    public void A_growing_tree_has_the_root_of_the_definition_and_proves_what_was_appended() =>
        Gen.Select(Gen.Int[0, 700], Gen.Int[1, 300])
            .Sample(
                (before, batch) =>
                {
                    var leaves = Leaves(before + batch);
                    var tree = new GrowingTree();
                    leaves[..before].ToList().ForEach(tree.Append);
                    tree.Trim();
                    var resumed = GrowingTree.Resume(before, tree.Edge());
                    leaves[before..].ToList().ForEach(resumed.Append);
                    var prover = resumed.Prover();
                    var root = Definition(leaves);
                    Assert.Equal(root, prover.Root);
                    Assert.Equal(root, resumed.Root());
                    for (var i = before; i < leaves.Length; i++)
                    {
                        Assert.True(MerkleProof.VerifyInclusion(i, leaves.Length, leaves[i], prover.Prove(i), root));
                    }
                },
                iter: 60
            );

    [Fact]
    public void Tiles_prove_inclusion_and_consistency_of_every_size() =>
        Gen.Select(Sizes, Sizes, Sizes)
            .Sample(
                (size, part, number) =>
                {
                    var leaves = Leaves(size);
                    var tiles = new MemoryTiles(leaves);
                    var prover = new TileProver(new TileReader(tiles), size);
                    var from = 1 + (part % size);
                    var index = number % size;
                    var root = Definition(leaves);
                    Assert.Equal(root, prover.Root(size));
                    Assert.True(
                        MerkleProof.VerifyInclusion(index, size, leaves[index], prover.Inclusion(index, size), root)
                    );
                    Assert.True(
                        MerkleProof.VerifyConsistency(
                            from,
                            size,
                            Definition(leaves.AsSpan(0, from)),
                            root,
                            prover.Consistency(from, size)
                        )
                    );
                    Assert.True(
                        SubtreeProof.VerifyConsistency(
                            0,
                            from,
                            size,
                            Definition(leaves.AsSpan(0, from)),
                            root,
                            prover.Consistency(from, size)
                        )
                    );
                    var other = Definition(Leaves(size, salt: 1));
                    Assert.False(
                        MerkleProof.VerifyInclusion(index, size, leaves[index], prover.Inclusion(index, size), other)
                    );
                },
                iter: 300
            );

    private static Digest[] Leaves(int count, int salt = 0) =>
        [.. Enumerable.Range(0, count).Select(i => TreeHash.Leaf(BitConverter.GetBytes(i + (salt * 1_000_000))))];

    private static Digest Definition(ReadOnlySpan<Digest> leaves)
    {
        if (leaves.Length <= 1)
        {
            return leaves.IsEmpty ? TreeHash.Empty : leaves[0];
        }

        var split = 1;
        while (split * 2 < leaves.Length)
        {
            split *= 2;
        }

        return TreeHash.Node(Definition(leaves[..split]), Definition(leaves[split..]));
    }

    private sealed class MemoryTiles : ITileSource
    {
        private readonly Dictionary<string, byte[]> _files = [];

        public MemoryTiles(IEnumerable<Digest> leaves)
        {
            var builder = new TileBuilder();
            foreach (var leaf in leaves)
            {
                builder.Add(ReadOnlyMemory<byte>.Empty, leaf, _files.Add);
            }

            builder.EmitPartials(_files.Add);
        }

        public byte[]? Read(string path) => _files.GetValueOrDefault(path);
    }
}
