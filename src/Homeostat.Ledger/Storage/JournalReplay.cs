using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Storage;

/// <summary>What the segments hold behind the published tree, in order and checked against each record's root.</summary>
internal sealed class JournalReplay
{
    public List<ReadOnlyMemory<byte>> Entries { get; } = [];

    public List<Digest> Leaves { get; } = [];

    /// <summary>The root at the end of every record, by tree size.</summary>
    public Dictionary<long, Digest> Roots { get; } = [];

    /// <summary>Appends to the tree what the segments continue it with; stops at the first record that does not fit.</summary>
    public static JournalReplay Run(IEnumerable<byte[]> segments, GrowingTree tree)
    {
        var replay = new JournalReplay();
        var records = segments.SelectMany(Scan).ToLookup(record => record.First);
        while (records[tree.Size].Any(record => replay.TryApply(tree, record)))
        {
            // The record fitted; the next one starts where it ended.
        }

        return replay;
    }

    /// <summary>The records of one use of a segment, as far as they can be read.</summary>
    private static IEnumerable<DecodedRecord> Scan(byte[] segment)
    {
        byte[]? nonce = null;
        for (var offset = 0; offset < segment.Length; )
        {
            var record = SegmentRecord.TryDecode(segment, offset);
            if (record is null || (nonce is not null && !record.Nonce.AsSpan().SequenceEqual(nonce)))
            {
                yield break;
            }

            nonce = record.Nonce;
            offset += record.Bytes;
            yield return record;
        }
    }

    private bool TryApply(GrowingTree tree, DecodedRecord record)
    {
        var edge = tree.Edge();
        var leaves = record.Entries.Select(entry => TreeHash.Leaf(entry.Span)).ToArray();
        var trial = GrowingTree.Resume(tree.Size, edge);
        foreach (var leaf in leaves)
        {
            trial.Append(leaf);
        }

        if (trial.Root() != record.Root)
        {
            return false;
        }

        foreach (var leaf in leaves)
        {
            tree.Append(leaf);
        }

        Entries.AddRange(record.Entries);
        Leaves.AddRange(leaves);
        Roots[tree.Size] = record.Root;
        return true;
    }
}
