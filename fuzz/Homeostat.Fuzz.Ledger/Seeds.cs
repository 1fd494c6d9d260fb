using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;
using Homeostat.Ledger.Witnessing;

namespace Homeostat.Fuzz.Ledger;

/// <summary>One good input for each parser, to start from.</summary>
internal static class Seeds
{
    public static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using var key = SigningKey.FromSeed("example.org/log", new byte[32]);
        var header = new StatementHeader("agent", "orders", "application/cbor", new Sequence(1, 1));
        byte[] payload = [0xA2, 0x01, 0x61, 0x61, 0x02, 0x82, 0xF5, 0x18, 0x64];
        var entry = Statement.Sign(key, header, payload);
        var batch = Statement.SignBatch(
            key,
            [(header, payload), (header with { Sequence = new Sequence(1, 2) }, payload)]
        );
        var leaves = new[] { TreeHash.Leaf(entry), TreeHash.Leaf(batch[0]) };
        var note = new Checkpoint("example.org/log", 2, TreeHash.Root(leaves)).Sign(key);
        var cosigned = note.With([Cosignature.Sign(key, note.Text, DateTimeOffset.UnixEpoch)]);
        var receipt = CoseReceipt.Inclusion(key, "example.org/log", 2, 0, [leaves[1]], TreeHash.Root(leaves));
        var book = new SequenceBook();
        book.Apply(Statement.Parse(entry), leaves[0], 0);
        var policy = $"log {key.VerifierKey}\nwitness w {key.CosignerKey} http://localhost/\ngroup g any w\nquorum g\n";
        var record = new byte[SegmentRecord.Size(SegmentRecord.BodyBytes([entry]))];
        SegmentRecord.Encode(record, new byte[16], 0, [entry], leaves[0]);
        (int Target, byte[] Bytes)[] seeds =
        [
            (0, cosigned.ToBytes()),
            (1, new TlogProof(0, [leaves[1]], note, new byte[] { 1 }).ToBytes()),
            (2, new AddCheckpointRequest(1, [leaves[0]], note).ToBytes()),
            (3, entry),
            (3, batch[1]),
            (4, payload),
            (5, Encoding.UTF8.GetBytes(policy)),
            (6, [2, .. EntryBundle.Encode([payload, new byte[] { 1 }])]),
            (7, receipt),
            (8, CoseReceipt.Attach(entry, [receipt])),
            (9, Encoding.UTF8.GetBytes(key.VerifierKey.ToString())),
            (9, book.ToBytes()),
            (9, record),
        ];
        for (var i = 0; i < seeds.Length; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"seed-{i:d2}"), [(byte)seeds[i].Target, .. seeds[i].Bytes]);
        }

        return seeds.Length;
    }
}
