using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Storage;

/// <summary>Entries that stand or fall together, waiting for the writer: verified and hashed, or the log's own, which it signs.</summary>
internal sealed class PendingAppend
{
    private readonly Statement[] _statements = [];
    private readonly UnsignedStatement[] _own = [];

    /// <summary>Others' statements, with good signatures.</summary>
    public PendingAppend(ReadOnlyMemory<byte>[] entries, Statement[] statements)
    {
        _statements = statements;
        Bytes = SegmentRecord.BodyBytes(entries);
        (Entries, Leaves, Places) = (entries, LeavesOf(entries), new Place[entries.Length]);
    }

    /// <summary>The log's own, not signed yet.</summary>
    public PendingAppend(UnsignedStatement[] own)
    {
        _own = own;
        Bytes = own.Sum(statement => SegmentRecord.EntryHeadBytes + statement.MaxBytes);
        (Entries, Leaves, Places) = ([], [], new Place[own.Length]);
    }

    public int Count => Places.Length;

    /// <summary>What it takes in a record, at most.</summary>
    public int Bytes { get; }

    /// <summary>The log's own statements, in order; none in an append of others'.</summary>
    public IReadOnlyList<UnsignedStatement> Own => _own;

    /// <summary>Others' statements, in order; none in an append of the log's own.</summary>
    public IReadOnlyList<Statement> Statements => _statements;

    /// <summary>Empty until the log's own are signed.</summary>
    public ReadOnlyMemory<byte>[] Entries { get; private set; }

    public Digest[] Leaves { get; private set; }

    /// <summary>Where each entry stands, in the order of <see cref="Entries"/>; set by the writer.</summary>
    public Place[] Places { get; }

    public TaskCompletionSource<AppendOutcome[]> Done { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes the entries that its own statements have become.</summary>
    public void Signed(ReadOnlySpan<byte[]> entries)
    {
        var signed = new ReadOnlyMemory<byte>[entries.Length];
        for (var i = 0; i < signed.Length; i++)
        {
            signed[i] = entries[i];
        }

        (Entries, Leaves) = (signed, LeavesOf(signed));
    }

    private static Digest[] LeavesOf(ReadOnlyMemory<byte>[] entries) =>
        Array.ConvertAll(entries, entry => TreeHash.Leaf(entry.Span));
}

/// <summary>An entry's index, and whether it stood there before this append.</summary>
internal readonly record struct Place(long Index, bool IsRetry);

/// <summary>The receipt of a new entry, or the place of one that is in the log already.</summary>
internal readonly record struct AppendOutcome(Receipt? Receipt, long RetryOf);

/// <summary>What waits for the writer; bounded, and a full queue refuses.</summary>
internal sealed class AppendQueue
{
    // Waited on and pulsed: it sleeps at once, where a semaphore would first spin on a core that others need.
    private readonly object _lock = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private long _bytes;
    private bool _closed;

    /// <summary>Null where the append was taken; otherwise why it was not.</summary>
    public AppendRefusal? TryAdd(PendingAppend append)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return AppendRefusal.Closed;
            }

            if (_waiting.Count >= Limits.QueuedAppends || _bytes + append.Bytes > Limits.QueuedBytes)
            {
                return AppendRefusal.Busy;
            }

            _waiting.Enqueue(append);
            _bytes += append.Bytes;
            if (_waiting.Count == 1)
            {
                Monitor.Pulse(_lock);
            }

            return null;
        }
    }

    /// <summary>Waits for appends and takes what queued meanwhile, up to one batch; false when closed and empty.</summary>
    public bool Take(List<PendingAppend> batch)
    {
        batch.Clear();
        lock (_lock)
        {
            while (_waiting.Count == 0 && !_closed)
            {
                Monitor.Wait(_lock);
            }

            Fill(batch);
            return batch.Count > 0;
        }
    }

    /// <summary>Takes no more; what was taken is still to be written.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.Pulse(_lock);
        }
    }

    private void Fill(List<PendingAppend> batch)
    {
        var entries = 0;
        var bytes = 0;
        while (_waiting.TryPeek(out var next))
        {
            entries += next.Count;
            bytes += next.Bytes;
            if (batch.Count > 0 && (entries > Limits.BatchEntries || bytes > Limits.BatchBytes))
            {
                return;
            }

            batch.Add(_waiting.Dequeue());
            _bytes -= next.Bytes;
        }
    }
}
