using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Storage;

/// <summary>The one writer of a log: makes batches durable, signs the checkpoint that each ends in, and acknowledges with proofs.</summary>
internal sealed class GroupCommitter(
    string origin,
    SigningKey key,
    GrowingTree tree,
    SequenceBook book,
    SegmentedJournal journal,
    FileHeadStore head,
    IHeadStore? secondHead,
    Publisher publisher
)
{
    private GrowingTree _tree = tree;
    private Checkpoint _head = new(origin, tree.Size, tree.Root());
    private long _size = tree.Size;
    private long _snapshot = tree.Size;

    /// <summary>How many entries are durable and acknowledged, or about to be.</summary>
    public long Size => Interlocked.Read(ref _size);

    public ForkProtection Protection { get; } = secondHead?.Protection ?? ForkProtection.None;

    /// <summary>How often the disk was asked to make a batch durable.</summary>
    public long Syncs { get; private set; }

    /// <summary>Commits one batch. A refusal leaves everything as it was; any other exception means that the process must end.</summary>
    public void Commit(IReadOnlyList<PendingAppend> batch)
    {
        // Step 1: verified. The callers did that, side by side, before they queued; here each gets its place in its signer's sequence, and
        // the log's own get their signature. A crash here leaves nothing; nobody was answered.
        Sign(batch);
        var mark = book.Mark(batch.SelectMany(append => append.Statements));
        var first = _tree.Size;
        var (accepted, entries, leaves) = Sequence(batch, first);
        if (entries.Count == 0)
        {
            Acknowledge(accepted, _head, null, null);
            return;
        }

        var edge = _tree.Edge();
        leaves.ForEach(_tree.Append);
        var prover = _tree.Prover();
        IStoreFile segment;
        try
        {
            // Step 2: into a preallocated segment. A crash here leaves a record that may be torn; its root then does not fit, and it is dropped.
            segment = journal.Write(first, entries, prover.Root);
        }
        catch (IOException e) when (e is not SyncFailedException)
        {
            _tree = GrowingTree.Resume(first, edge);
            book.Return(mark);
            Refuse(accepted, AppendRefusal.StorageFailed, $"the entry could not be written: {e.Message}", e);
            return;
        }

        // Step 3: fsync. A crash after it leaves entries that nobody was promised; they are kept, and become part of the log at restart.
        segment.Sync();
        Syncs++;
        var next = new Checkpoint(origin, _tree.Size, prover.Root);
        MoveHeads(next);
        book.Advance(next.Size);

        // Step 4: acknowledged, with a checkpoint that is signed where somebody reads it. A crash here leaves durable entries whose
        // callers may not have heard so.
        var note = new CheckpointNote(next, key);
        Interlocked.Exchange(ref _size, next.Size);
        publisher.Add(new CommittedBatch(entries, leaves, next.Size, note, Snapshot()));
        Acknowledge(accepted, next, note, prover);
        _tree.Trim();
    }

    /// <summary>The state of all sequences, as the last commit left it.</summary>
    public byte[] Sessions() => book.ToBytes();

    /// <summary>Answers every append of a batch with a refusal.</summary>
    public static void Refuse(
        IEnumerable<PendingAppend> batch,
        AppendRefusal refusal,
        string message,
        Exception? inner = null
    )
    {
        foreach (var append in batch)
        {
            append.Done.TrySetException(new AppendRefusedException(refusal, message, inner));
        }
    }

    private void Sign(IReadOnlyList<PendingAppend> batch)
    {
        var own = batch.SelectMany(append => append.Own).ToList();
        if (own.Count == 0)
        {
            return;
        }

        var entries = own.Count == 1 ? [own[0].Sign(key)] : UnsignedStatement.SignTogether(key, own);
        var at = 0;
        foreach (var append in batch.Where(append => append.Own.Count > 0))
        {
            append.Signed(entries.AsSpan(at, append.Count));
            at += append.Count;
        }
    }

    // A head in a place of its own moves before the signature exists, so a copy of the log from before can never sign another tree of
    // this size. A crash here leaves a head that is one batch ahead of any answer, and the batch itself is durable. The one beside the log
    // is restored with it and cannot prevent that; it tells that entries are missing, and is made durable before what it covers is
    // published.
    private void MoveHeads(Checkpoint next)
    {
        if (secondHead?.TrySwap(_head, next) == false)
        {
            throw new InvalidOperationException(
                $"the last signed checkpoint of '{origin}' is not the one this process signed: another copy of the log is being written"
            );
        }

        head.Move(next);
        _head = next;
    }

    private (List<PendingAppend> Accepted, List<ReadOnlyMemory<byte>> Entries, List<Digest> Leaves) Sequence(
        IReadOnlyList<PendingAppend> batch,
        long first
    )
    {
        var accepted = new List<PendingAppend>(batch.Count);
        var entries = new List<ReadOnlyMemory<byte>>();
        var leaves = new List<Digest>();
        foreach (var append in batch)
        {
            var count = entries.Count;
            if (TryPlace(append, first, entries, leaves) is not { } refused)
            {
                accepted.Add(append);
                continue;
            }

            entries.RemoveRange(count, entries.Count - count);
            leaves.RemoveRange(count, leaves.Count - count);
            append.Done.TrySetException(refused);
        }

        return (accepted, entries, leaves);
    }

    // The entries of one append stand or fall together.
    private AppendRefusedException? TryPlace(
        PendingAppend append,
        long first,
        List<ReadOnlyMemory<byte>> entries,
        List<Digest> leaves
    )
    {
        if (append.Own.Count > 0)
        {
            for (var i = 0; i < append.Count; i++)
            {
                append.Places[i] = new Place(first + entries.Count, IsRetry: false);
                entries.Add(append.Entries[i]);
                leaves.Add(append.Leaves[i]);
            }

            return null;
        }

        var mark = book.Mark(append.Statements);
        for (var i = 0; i < append.Count; i++)
        {
            var answer = book.Apply(append.Statements[i], append.Leaves[i], first + entries.Count);
            switch (answer.Standing)
            {
                case SequenceStanding.Next:
                    append.Places[i] = new Place(first + entries.Count, IsRetry: false);
                    entries.Add(append.Entries[i]);
                    leaves.Add(append.Leaves[i]);
                    break;
                case SequenceStanding.Retry:
                    append.Places[i] = new Place(answer.Earlier, IsRetry: true);
                    break;
                case SequenceStanding.Equivocation:
                    book.Return(mark);
                    return new AppendRefusedException(AppendRefusal.Equivocation, answer.Reason)
                    {
                        Earlier = answer.Earlier,
                    };
                default:
                    book.Return(mark);
                    return new AppendRefusedException(AppendRefusal.OutOfSequence, answer.Reason);
            }
        }

        return null;
    }

    private byte[]? Snapshot()
    {
        if (_head.Size - _snapshot < Limits.SnapshotInterval)
        {
            return null;
        }

        _snapshot = _head.Size;
        return book.ToBytes();
    }

    private void Acknowledge(
        List<PendingAppend> accepted,
        Checkpoint checkpoint,
        CheckpointNote? note,
        BatchProver? prover
    )
    {
        foreach (var append in accepted)
        {
            var outcomes = new AppendOutcome[append.Count];
            for (var i = 0; i < outcomes.Length; i++)
            {
                var place = append.Places[i];
                outcomes[i] =
                    place.IsRetry || prover is null || note is null
                        ? new AppendOutcome(null, place.Index)
                        : new AppendOutcome(Receipt(append.Leaves[i], place.Index, checkpoint, note, prover), -1);
            }

            append.Done.TrySetResult(outcomes);
        }
    }

    private Receipt Receipt(Digest leaf, long index, Checkpoint checkpoint, CheckpointNote note, BatchProver prover) =>
        new()
        {
            Index = index,
            LeafHash = leaf,
            TreeSize = checkpoint.Size,
            Root = checkpoint.Root,
            Note = note,
            InclusionProof = prover.Prove(index),
            ForkProtection = Protection,
        };
}
