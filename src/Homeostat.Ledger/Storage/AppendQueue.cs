using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Storage;

/// <summary>Entries that stand or fall together, verified and hashed, waiting for the writer.</summary>
internal sealed class PendingAppend(ReadOnlyMemory<byte>[] entries, Statement[] statements)
{
    public ReadOnlyMemory<byte>[] Entries { get; } = entries;

    public Statement[] Statements { get; } = statements;

    public Digest[] Leaves { get; } = [.. entries.Select(entry => TreeHash.Leaf(entry.Span))];

    public int Bytes { get; } = SegmentRecord.BodyBytes(entries);

    /// <summary>Where each entry stands, in the order of <see cref="Entries"/>; set by the writer.</summary>
    public Place[] Places { get; } = new Place[entries.Length];

    public TaskCompletionSource<AppendOutcome[]> Done { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>An entry's index, and whether it stood there before this append.</summary>
internal readonly record struct Place(long Index, bool IsRetry);

/// <summary>The receipt of a new entry, or the place of one that is in the log already.</summary>
internal readonly record struct AppendOutcome(Receipt? Receipt, long RetryOf);

/// <summary>What waits for the writer; bounded, and a full queue refuses.</summary>
internal sealed class AppendQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _signal = new(0);
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
            if (_waiting.Count > 1)
            {
                return null;
            }
        }

        _signal.Release();
        return null;
    }

    /// <summary>Waits for appends and takes what queued meanwhile, up to one batch; false when closed and empty.</summary>
    public bool Take(List<PendingAppend> batch)
    {
        batch.Clear();
        while (true)
        {
            lock (_lock)
            {
                Fill(batch);
                if (batch.Count > 0 || _closed)
                {
                    return batch.Count > 0;
                }
            }

            _signal.Wait();
        }
    }

    /// <summary>Takes no more; what was taken is still to be written.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _signal.Release();
    }

    public void Dispose() => _signal.Dispose();

    private void Fill(List<PendingAppend> batch)
    {
        var entries = 0;
        var bytes = 0;
        while (_waiting.TryPeek(out var next))
        {
            entries += next.Entries.Length;
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
