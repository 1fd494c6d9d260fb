using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Witnessing;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Golden;

/// <summary>
/// Every form that docs/formats.md describes, byte for byte: logs outlive programs, so a change here needs a new version of the form. Run with
/// HOMEOSTAT_WRITE_GOLDEN=1 to write the files of a new form.
/// </summary>
public sealed class GoldenTests
{
    private static readonly byte[] Payload = [0xA2, 0x01, 0x61, 0x61, 0x02, 0x82, 0xF5, 0x18, 0x64];

    [Theory]
    [InlineData("statement.cbor")]
    [InlineData("statement-sequenced.cbor")]
    [InlineData("statement-batch.cbor")]
    [InlineData("receipt-inclusion.cbor")]
    [InlineData("receipt-consistency.cbor")]
    [InlineData("transparent-statement.cbor")]
    [InlineData("checkpoint.txt")]
    [InlineData("checkpoint-cosigned.txt")]
    [InlineData("tlog-proof.txt")]
    [InlineData("add-checkpoint.txt")]
    [InlineData("log.txt")]
    [InlineData("sessions.bin")]
    [InlineData("segment-record.bin")]
    [InlineData("verifier-key.txt")]
    [InlineData("shard-head.cbor")]
    [InlineData("shards.txt")]
    public void A_form_is_written_as_it_always_was(string name)
    {
        var file = Path.Combine(SharedFolder.Root(), "tests", "Homeostat.Ledger.Tests", "Golden", name);
        var bytes = Make(name);
        if (Environment.GetEnvironmentVariable("HOMEOSTAT_WRITE_GOLDEN") is not null && !File.Exists(file))
        {
            File.WriteAllBytes(file, bytes);
        }

        Assert.Equal(File.ReadAllBytes(file), bytes);
    }

    private static byte[] Make(string name)
    {
        using var key = Samples.Key();
        using var witness = Samples.Key(2, "witness.example.org");
        var header = new StatementHeader("agent-7", "orders", "application/vnd.example+cbor");
        var first = header with { Sequence = new Sequence(1_700_000_000, 1) };
        var entry = Statement.Sign(key, header, Payload);
        var sequenced = Statement.Sign(key, first, Payload);
        Digest[] leaves = [TreeHash.Leaf(entry), TreeHash.Leaf(sequenced)];
        var root = TreeHash.Root(leaves);
        var note = new Checkpoint(Samples.Origin, 2, root).Sign(key);
        var receipt = CoseReceipt.Inclusion(key, Samples.Origin, 2, 1, [leaves[0]], root);
        return name switch
        {
            "statement.cbor" => entry,
            "statement-sequenced.cbor" => sequenced,
            "statement-batch.cbor" => Statement.SignBatch(key, [(first, Payload), (header, Payload)])[0],
            "receipt-inclusion.cbor" => receipt,
            "receipt-consistency.cbor" => CoseReceipt.Consistency(key, Samples.Origin, 1, 2, [leaves[1]], root),
            "transparent-statement.cbor" => CoseReceipt.Attach(sequenced, [receipt]),
            "checkpoint.txt" => note.ToBytes(),
            "checkpoint-cosigned.txt" => Cosigned(note, witness).ToBytes(),
            "tlog-proof.txt" => new TlogProof(1, [leaves[0]], note).ToBytes(),
            "add-checkpoint.txt" => new AddCheckpointRequest(1, [leaves[1]], note).ToBytes(),
            "log.txt" => SignedNote.Sign(Recovery.Description(Samples.Origin, key.VerifierKey), key).ToBytes(),
            "sessions.bin" => Sessions(sequenced, leaves[1]),
            "segment-record.bin" => Record(entry, sequenced, root),
            "shard-head.cbor" => new ShardHead(
                DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
                new Checkpoint($"{Samples.Origin}/0000", 2, root)
            ).Sign(key, $"{Samples.Origin}/0001"),
            "shards.txt" => System.Text.Encoding.UTF8.GetBytes(Index()),
            _ => System.Text.Encoding.UTF8.GetBytes($"{key.VerifierKey}\n{witness.CosignerKey}\n"),
        };
    }

    private static string Index() =>
        ShardFolder.ToText([
            new ListedShard("0000", $"{Samples.Origin}/0000", IsCurrent: false),
            new ListedShard("0001", $"{Samples.Origin}/0001", IsCurrent: true),
        ]);

    private static SignedNote Cosigned(SignedNote note, SigningKey witness) =>
        note.With([Cosignature.Sign(witness, note.Text, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000))]);

    private static byte[] Sessions(byte[] sequenced, Digest leaf)
    {
        var book = new SequenceBook();
        book.Apply(Statement.Parse(sequenced), leaf, 1);
        book.Advance(2);
        return book.ToBytes();
    }

    private static byte[] Record(byte[] entry, byte[] sequenced, Digest root)
    {
        ReadOnlyMemory<byte>[] entries = [entry, sequenced];
        var record = new byte[SegmentRecord.Size(SegmentRecord.BodyBytes(entries))];
        SegmentRecord.Encode(record, [.. Enumerable.Range(0, 16).Select(i => (byte)i)], 0, entries, root);
        return record;
    }
}
