using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tiles;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Tiles;

/// <summary>A log that somebody else's software wrote.</summary>
public sealed class TesseraTests
{
    [Fact]
    public void The_log_is_rebuilt_from_its_entries_byte_for_byte()
    {
        var log = SharedFolder.Find("vectors", "tessera", "log");
        Assert.SkipWhen(log is null, "the published vectors are not beside the checkout");
        var reader = new TileReader(new FolderTiles(log!));
        var builder = new TileBuilder();
        var tree = new GrowingTree();
        var compared = 0;
        for (var size = 0; size <= 15; size++)
        {
            var checkpoint = Read(log!, size);
            Assert.Equal(size, checkpoint.Size);
            Assert.Equal(tree.Root(), checkpoint.Root);
            builder.EmitPartials(
                (path, bytes) =>
                {
                    Assert.Equal(File.ReadAllBytes(Path.Combine(log!, path)), bytes);
                    compared++;
                }
            );
            if (size < 15)
            {
                var entry = reader.Entries(0, size + 1)[size];
                tree.Append(TreeHash.Leaf(entry.Span));
                builder.Add(entry, TreeHash.Leaf(entry.Span), (_, _) => Assert.Fail("no tile is full"));
            }
        }

        Assert.Equal(30, compared);
    }

    [Fact]
    public void Every_entry_and_every_earlier_size_is_proven_against_its_checkpoints()
    {
        var log = SharedFolder.Find("vectors", "tessera", "log");
        Assert.SkipWhen(log is null, "the published vectors are not beside the checkout");
        var prover = new TileProver(new TileReader(new FolderTiles(log!)), 15);
        var entries = new TileReader(new FolderTiles(log!)).Entries(0, 15);
        for (var size = 1; size <= 15; size++)
        {
            var root = Read(log!, size).Root;
            for (var i = 0; i < size; i++)
            {
                Assert.True(
                    MerkleProof.VerifyInclusion(
                        i,
                        size,
                        TreeHash.Leaf(entries[i].Span),
                        prover.Inclusion(i, size),
                        root
                    )
                );
                Assert.True(
                    i == 0
                        || MerkleProof.VerifyConsistency(i, size, Read(log!, i).Root, root, prover.Consistency(i, size))
                );
            }
        }
    }

    [Theory]
    [InlineData(0, "000")]
    [InlineData(999, "999")]
    [InlineData(1000, "x001/000")]
    [InlineData(1234067, "x001/x234/067")]
    public void Tile_numbers_are_written_in_groups_of_three(long index, string path) =>
        Assert.Equal(path, TilePath.Number(index));

    [Fact]
    public void A_tree_of_70_000_has_the_tiles_that_the_specification_says() =>
        Assert.Equal(
            [(273L, 112), (1L, 17), (0L, 1), (0L, 0)],
            Enumerable.Range(0, 4).Select(level => TilePath.Extent(level, 70_000))
        );

    private static Checkpoint Read(string log, int size) =>
        Checkpoint.Parse(SignedNote.Parse(File.ReadAllBytes(Path.Combine(log, $"checkpoint.{size}"))).Text);
}
