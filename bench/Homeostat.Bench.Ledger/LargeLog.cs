using Homeostat.Ledger;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Bench.Ledger;

/// <summary>
/// A large log as a crash can leave it: every tile that opening reads, and as many entries behind the last snapshot of the sessions as there can be. The
/// entries are all the same one, and bundles before the snapshot are left out.
/// </summary>
internal static class LargeLog
{
    public static void Write(string folder, SigningKey key, int size)
    {
        Directory.CreateDirectory(folder);
        var entry = Statement.Sign(key, new StatementHeader("bench", "entry", "application/cbor"), [0x00]);
        var leaf = TreeHash.Leaf(entry);
        var builder = new TileBuilder();
        var tree = new GrowingTree();
        var book = new SequenceBook();
        book.Advance(Math.Max(0, size - Limits.SnapshotInterval));
        for (var i = 0; i < size; i++)
        {
            tree.Append(leaf);
            if (i % 256 == 255)
            {
                tree.Trim();
            }

            var isRead = i >= book.Size - 256;
            builder.Add(
                entry,
                leaf,
                (path, bytes) =>
                    Emit(folder, path, bytes, isRead || !path.StartsWith("tile/entries", StringComparison.Ordinal))
            );
        }

        builder.EmitPartials((path, bytes) => Emit(folder, path, bytes, write: true));
        var checkpoint = new Checkpoint(Load.Origin, size, tree.Root());
        File.WriteAllBytes(
            Path.Combine(folder, "log"),
            SignedNote.Sign(Recovery.Description(Load.Origin, key.VerifierKey), key).ToBytes()
        );
        File.WriteAllBytes(Path.Combine(folder, Publisher.CheckpointPath), checkpoint.Sign(key).ToBytes());
        File.WriteAllBytes(Path.Combine(folder, Publisher.SessionsPath), book.ToBytes());
        using var store = FolderStore.Open(folder);
        using var head = new FileHeadStore(FileHeadStore.OpenFile(store), ForkProtection.None);
        head.TrySwap(null, checkpoint);
    }

    private static void Emit(string folder, string path, byte[] bytes, bool write)
    {
        if (write)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, bytes);
        }
    }
}
