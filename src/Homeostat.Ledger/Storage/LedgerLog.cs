using System.Diagnostics;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Storage;

/// <summary>An entry as the log has it.</summary>
public readonly record struct LogEntry(long Index, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// A log in a folder, open for appending by this process alone. An append completes when its entry is durable; the public checkpoint and its
/// tiles follow by themselves.
/// </summary>
public sealed class LedgerLog : IDisposable
{
    private readonly OpenedLog _opened;
    private readonly LedgerOptions _options;
    private readonly Admission _admission;
    private readonly AppendQueue _queue = new();
    private readonly SemaphoreSlim _committed = new(0, 1);
    private readonly Thread _writer;
    private readonly Thread _publisher;
    private volatile bool _writerDone;
    private volatile string? _failure;
    private bool _disposed;

    private LedgerLog(OpenedLog opened, SigningKey key, LedgerOptions options)
    {
        _opened = opened;
        _options = options;
        _admission = new Admission(key.PublicKey.ToArray(), options.Signers);
        Key = key.VerifierKey;
        Origin = opened.Origin;
        _writer = new Thread(RunWriter) { IsBackground = true, Name = "ledger writer" };
        _publisher = new Thread(RunPublisher) { IsBackground = true, Name = "ledger publisher" };
        _writer.Start();
        _publisher.Start();
    }

    public string Origin { get; }

    /// <summary>Who signs this log's checkpoints.</summary>
    public VerifierKey Key { get; }

    /// <summary>How many entries are durable.</summary>
    public long Size => _opened.Committer.Size;

    /// <summary>How many entries the public checkpoint covers.</summary>
    public long PublishedSize => _opened.Publisher.Published;

    /// <summary>How many fsyncs of the journal the appends so far have cost.</summary>
    public long JournalSyncs => _opened.Committer.Syncs;

    /// <summary>
    /// Opens the log in a folder, or starts one there; a <see cref="LedgerOpenException"/> says why not. What a crash left is recovered first:
    /// everything that was acknowledged is there, or the log refuses to open.
    /// </summary>
    public static LedgerLog Open(
        string folder,
        string origin,
        SigningKey key,
        TimeProvider time,
        LedgerOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(time);
        var store = FolderStore.Open(folder);
        try
        {
            return Open(store, origin, key, options ?? new LedgerOptions());
        }
        catch (IOException e)
        {
            store.Dispose();
            throw new LedgerOpenException($"{folder}: {e.Message}", e);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Appends a statement; completes when it is durable, with the proof. A refusal is an <see cref="AppendRefusedException"/>.</summary>
    public async ValueTask<Receipt> AppendAsync(
        ReadOnlyMemory<byte> entry,
        CancellationToken cancellationToken = default
    )
    {
        var receipts = await AppendAsync([entry], cancellationToken);
        return receipts[0];
    }

    /// <summary>Appends statements that stand or fall together, at most <see cref="Limits.BatchEntries"/>, one after another in the log.</summary>
    /// <remarks>Cancelling stops the waiting, not the writing: what was queued may become durable.</remarks>
    public ValueTask<IReadOnlyList<Receipt>> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> entries,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();

        // What is verified is what is written: the caller may change its own buffer.
        return AppendAsync(
            _admission.Admit([.. entries.Select(entry => (ReadOnlyMemory<byte>)entry.ToArray())]),
            cancellationToken
        );
    }

    /// <summary>Appends what this process says under the log's own key, all together as one; the log signs it.</summary>
    public ValueTask<IReadOnlyList<Receipt>> AppendAsync(
        IReadOnlyList<FreshStatement> statements,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        return AppendAsync(_admission.Admit(statements), cancellationToken);
    }

    private async ValueTask<IReadOnlyList<Receipt>> AppendAsync(
        PendingAppend append,
        CancellationToken cancellationToken
    )
    {
        if (_failure is { } failure)
        {
            throw new AppendRefusedException(AppendRefusal.Closed, failure);
        }

        var refusal = _opened.Publisher.IsBehind ? AppendRefusal.Busy : _queue.TryAdd(append);
        return refusal switch
        {
            null => await ReceiptsAsync(append, cancellationToken),
            AppendRefusal.Busy => throw new AppendRefusedException(
                AppendRefusal.Busy,
                "the log's queue is full; try again later"
            ),
            _ => throw new AppendRefusedException(AppendRefusal.Closed, "the log is closed"),
        };
    }

    /// <summary>Completes when the public checkpoint covers this many entries; an <see cref="IOException"/> says that it never will.</summary>
    public Task PublishedAsync(long size, CancellationToken cancellationToken = default) =>
        _opened.Publisher.WaitAsync(size).WaitAsync(cancellationToken);

    /// <summary>The entries from an index up to what is durable now, in order.</summary>
    public async IAsyncEnumerable<LogEntry> ReadAsync(
        long from = 0,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        await PublishedAsync(Size, cancellationToken);
        // Not every size has tiles of its own: what was published together may have passed over the one that was asked for.
        var size = _opened.Publisher.Published;
        var reader = new TileReader(new StoreTiles(_opened.Store));
        for (var index = from; index < size; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bundle = index / TilePath.Width;
            var width = (int)Math.Min(TilePath.Width, size - (bundle * TilePath.Width));
            var entries = reader.Entries(bundle, width);
            for (var i = (int)(index % TilePath.Width); i < width; i++, index++)
            {
                yield return new LogEntry(index, entries[i]);
            }
        }
    }

    /// <summary>The newest published checkpoint.</summary>
    public SignedNote PublishedCheckpoint() => SignedNote.Parse(_opened.Store.Read(Publisher.CheckpointPath)!);

    /// <summary>The path from an entry to the root of a published size.</summary>
    public IReadOnlyList<Digest> ProveInclusion(long index, long size) => Prover(size).Inclusion(index, size);

    /// <summary>That the tree of one published size continues the tree of another; empty from size 0.</summary>
    public IReadOnlyList<Digest> ProveConsistency(long from, long to) => Prover(to).Consistency(from, to);

    /// <summary>Writes and publishes what was taken, and lets the folder go.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _queue.Close();
        _writer.Join();
        _publisher.Join();
        _opened.Publisher.End("the log is closed");
        _opened.Close(clean: _failure is null && PublishedSize == Size);
        _committed.Dispose();
    }

    internal static LedgerLog Open(ILogStore store, string origin, SigningKey key, LedgerOptions options) =>
        new(Recovery.Open(store, origin, key, options), key, options);

    /// <summary>Writes the newest cosigned checkpoint beside the newest one; without room for it, readers see the one before.</summary>
    internal void WriteWitnessed(SignedNote cosigned)
    {
        try
        {
            _opened.Publisher.WriteWitnessed(cosigned.ToBytes());
        }
        catch (SyncFailedException e)
        {
            Fail("writing a witnessed checkpoint", e);
            throw;
        }
        catch (IOException)
        {
            // The cosignatures are good all the same, and the next round writes again.
        }
    }

    /// <summary>Makes proofs for a published size that share what they read; for the life of one checkpoint, not of the log.</summary>
    internal TileProver SharedProver(long size) =>
        new(new TileReader(new RememberedTiles(new StoreTiles(_opened.Store))), size);

    private TileProver Prover(long size) => new(new TileReader(new StoreTiles(_opened.Store)), size);

    private async Task<IReadOnlyList<Receipt>> ReceiptsAsync(PendingAppend append, CancellationToken cancellationToken)
    {
        var outcomes = await append.Done.Task.WaitAsync(cancellationToken);
        var receipts = new Receipt[outcomes.Length];
        for (var i = 0; i < receipts.Length; i++)
        {
            receipts[i] =
                outcomes[i].Receipt
                ?? await RetryReceiptAsync(outcomes[i].RetryOf, append.Leaves[i], cancellationToken);
        }

        return receipts;
    }

    // The entry stands in the log already; its proof comes from the tiles.
    private async Task<Receipt> RetryReceiptAsync(long index, Digest leaf, CancellationToken cancellationToken)
    {
        await PublishedAsync(index + 1, cancellationToken);
        var note = PublishedCheckpoint();
        var checkpoint = Checkpoint.Parse(note.Text);
        return new Receipt
        {
            Index = index,
            LeafHash = leaf,
            TreeSize = checkpoint.Size,
            Root = checkpoint.Root,
            Note = new CheckpointNote(note.ToBytes()),
            InclusionProof = ProveInclusion(index, checkpoint.Size),
            ForkProtection = _opened.Committer.Protection,
            IsRetry = true,
        };
    }

    private void RunWriter()
    {
        var batch = new List<PendingAppend>();
        while (_queue.Take(batch))
        {
            if (_failure is { } failure)
            {
                GroupCommitter.Refuse(batch, AppendRefusal.Closed, failure);
                continue;
            }

            try
            {
                _opened.Committer.Commit(batch);
                WakePublisher();
            }
            catch (Exception e)
            {
                Fail("writing", e);
                GroupCommitter.Refuse(batch, AppendRefusal.Closed, "it is not known whether the entry is durable", e);
            }
        }

        _writerDone = true;
        _opened.Publisher.Hurry();
        WakePublisher();
    }

    private void RunPublisher()
    {
        while (_failure is null)
        {
            try
            {
                var began = Stopwatch.GetTimestamp();
                if (_opened.Publisher.PublishOnce())
                {
                    _opened.Journal.Release(PublishedSize);
                    _opened.Publisher.Rest(_options.PublishEvery - Stopwatch.GetElapsedTime(began));
                }
                else if (_writerDone)
                {
                    return;
                }
                else
                {
                    _committed.Wait();
                }
            }
            catch (IOException e) when (e is not SyncFailedException)
            {
                // No room for tiles: everything is still in segments, appends go on until too much is waiting, and this is tried again.
                if (_writerDone)
                {
                    return;
                }

                _committed.Wait(TimeSpan.FromSeconds(1));
            }
            catch (Exception e)
            {
                Fail("publishing", e);
            }
        }
    }

    private void Fail(string what, Exception e)
    {
        _failure = $"the log ended while {what}, because it no longer knows what is on disk: {e.Message}";
        _opened.Publisher.End(_failure);
        _options.OnFatal(_failure);
    }

    private void WakePublisher()
    {
        // Only the writer tells it, so nobody else can fill the semaphore in between.
        if (_committed.CurrentCount == 0)
        {
            _committed.Release();
        }
    }
}
