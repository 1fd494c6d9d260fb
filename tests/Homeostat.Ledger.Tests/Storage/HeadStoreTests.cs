using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Storage;
using Xunit;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>Whatever becomes of the write after it, the head that is durable is there.</summary>
public sealed class HeadStoreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_torn_write_leaves_the_durable_head_however_often_that_was_synced(int times)
    {
        using var folder = new TestFolder();
        var file = folder.File("head/head");
        using (var store = FileHeadStore.Open(folder.File("head"), folder.File("log")))
        {
            store.Move(Head(1));
            store.Sync();
            store.Move(Head(2));
            for (var time = 0; time < times; time++)
            {
                store.Sync();
            }

            var before = File.ReadAllBytes(file);
            store.Move(Head(3));
            Tear(file, before);
        }

        using var again = FileHeadStore.Open(folder.File("head"), folder.File("log"));
        Assert.Equal(Head(2), again.Read());
    }

    private static Checkpoint Head(long size) => new("example.com/log", size, TreeHash.Leaf([(byte)size]));

    /// <summary>What differs from before is only begun.</summary>
    private static void Tear(string file, byte[] before)
    {
        var after = File.ReadAllBytes(file);
        var from = before.AsSpan().CommonPrefixLength(after);
        after.AsSpan(from + 1, 64).Fill(0xA5);
        File.WriteAllBytes(file, after);
    }
}
