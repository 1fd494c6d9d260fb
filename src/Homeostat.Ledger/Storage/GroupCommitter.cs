using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Storage;

/// <summary>The one writer of a log: makes batches durable, signs the checkpoint that each ends in, and acknowledges with proofs.</summary>
internal sealed class GroupCommitter(
    string origin,
    SigningKey key,
    GrowingTree tree,
    SegmentedJournal journal,
    IReadOnlyList<IHeadStore> heads,
    Publisher publisher
)
{
    private readonly ForkProtection _protection = heads.Max(head => head.Protection);
    private GrowingTree _tree = tree;
    private Checkpoint _head = new(origin, tree.Size, tree.Root());
    private long _size = tree.Size;

    /// <summary>How many entries are durable and acknowledged, or about to be.</summary>
    public long Size => Interlocked.Read(ref _size);

    /// <summary>How often the disk was asked to make a batch durable.</summary>
    public long Syncs { get; private set; }

    /// <summary>Commits one batch. A refusal leaves everything as it was; any other exception means that the process must end.</summary>
    public void Commit(IReadOnlyList<PendingAppend> batch)
    {
        // Step 1: verified. The callers did that, side by side, before they queued. A crash here leaves nothing; nobody was answered.
        var entries = batch.SelectMany(append => append.Entries).ToArray();
        var leaves = batch.SelectMany(append => append.Leaves).ToArray();
        var first = _tree.Size;
        var edge = _tree.Edge();
        foreach (var leaf in leaves)
        {
            _tree.Append(leaf);
        }

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
            Refuse(batch, AppendRefusal.StorageFailed, $"the entry could not be written: {e.Message}", e);
            return;
        }

        // Step 3: fsync. A crash after it leaves entries that nobody was promised; they are kept, and become part of the log at restart.
        segment.Sync();
        Syncs++;
        var next = new Checkpoint(origin, _tree.Size, prover.Root);
        SwapHeads(next);

        // Step 4: signed and acknowledged. A crash here leaves durable entries whose callers may not have heard so.
        var note = next.Sign(key).ToBytes();
        Interlocked.Exchange(ref _size, next.Size);
        publisher.Add(new CommittedBatch(entries, leaves, next.Size, note));
        Acknowledge(batch, first, next, note, prover);
        _tree.Trim();
    }

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

    // The head moves before the signature exists, so a copy of the log from before can never sign another tree of this size. A crash
    // here leaves a head that is one batch ahead of any answer, and the batch itself is durable.
    private void SwapHeads(Checkpoint next)
    {
        foreach (var head in heads)
        {
            if (!head.TrySwap(_head, next))
            {
                throw new InvalidOperationException(
                    $"the last signed checkpoint of '{origin}' is not the one this process signed: another copy of the log is being written"
                );
            }
        }

        _head = next;
    }

    private void Acknowledge(
        IReadOnlyList<PendingAppend> batch,
        long first,
        Checkpoint checkpoint,
        byte[] note,
        BatchProver prover
    )
    {
        var index = first;
        foreach (var append in batch)
        {
            var receipts = new Receipt[append.Entries.Length];
            for (var i = 0; i < receipts.Length; i++, index++)
            {
                receipts[i] = new Receipt
                {
                    Index = index,
                    LeafHash = append.Leaves[i],
                    TreeSize = checkpoint.Size,
                    Root = checkpoint.Root,
                    Checkpoint = note,
                    InclusionProof = prover.Prove(index),
                    ForkProtection = _protection,
                };
            }

            append.Done.TrySetResult(receipts);
        }
    }
}
