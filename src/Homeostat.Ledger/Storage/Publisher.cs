using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Storage;

/// <summary>A durable batch on its way into tiles, with the checkpoint that it ends in.</summary>
internal sealed record CommittedBatch(
    IReadOnlyList<ReadOnlyMemory<byte>> Entries,
    IReadOnlyList<Digest> Leaves,
    long Size,
    CheckpointNote Note,
    byte[]? Sessions
);

/// <summary>
/// Writes tiles behind the writer and advances the public checkpoint. A publication is what was committed since the one before; the public
/// checkpoint never names a tile that could still be lost.
/// </summary>
internal sealed class Publisher(ILogStore store, FileHeadStore head, TileBuilder builder, long published) : IDisposable
{
    public const string CheckpointPath = "checkpoint";
    public const string SessionsPath = "sessions";
    public const string WitnessedPath = "checkpoint.witnessed";
    private const int EntriesAtOnce = 8192;

    private readonly Lock _lock = new();
    private readonly Queue<CommittedBatch> _waiting = new();
    private readonly List<(long Size, TaskCompletionSource Done)> _waiters = [];
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<string> _completed = [];
    private readonly ManualResetEventSlim _hurry = new();
    private HashSet<string> _partials = new(StringComparer.Ordinal);
    private CommittedBatch? _last;
    private byte[]? _sessions;
    private string? _ended;
    private volatile bool _isEnding;
    private long _backlogEntries;
    private long _backlogBytes;

    /// <summary>The size that the public checkpoint names.</summary>
    public long Published { get; private set; } = published;

    /// <summary>Is so much waiting for tiles that no more should be appended?</summary>
    public bool IsBehind =>
        Interlocked.Read(ref _backlogEntries) >= Limits.UnpublishedEntries
        || Interlocked.Read(ref _backlogBytes) >= Limits.UnpublishedBytes;

    public void Add(CommittedBatch batch)
    {
        if (Interlocked.Add(ref _backlogEntries, batch.Entries.Count) >= EntriesAtOnce)
        {
            _hurry.Set();
        }

        Interlocked.Add(ref _backlogBytes, SegmentRecord.BodyBytes(batch.Entries));
        lock (_lock)
        {
            _waiting.Enqueue(batch);
        }
    }

    /// <summary>Completes when the public checkpoint covers this many entries; an <see cref="IOException"/> says that it never will.</summary>
    public Task WaitAsync(long size)
    {
        lock (_lock)
        {
            if (Published >= size)
            {
                return Task.CompletedTask;
            }

            if (_ended is { } reason)
            {
                return Task.FromException(new IOException(reason));
            }

            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((size, done));
            _hurry.Set();
            return done.Task;
        }
    }

    /// <summary>Tells everybody who waits, and whoever comes later, that no more will be published.</summary>
    public void End(string reason)
    {
        lock (_lock)
        {
            _ended ??= reason;
            foreach (var (_, done) in _waiters)
            {
                done.TrySetException(new IOException(reason));
            }

            _waiters.Clear();
        }
    }

    /// <summary>
    /// Lets commits gather before the next publication: its files cost the disk that the writer syncs to as much as many
    /// appends do. Whoever waits for a publication, and a backlog that fills one, end the rest.
    /// </summary>
    public void Rest(TimeSpan time)
    {
        lock (_lock)
        {
            if (_isEnding || _waiters.Count > 0)
            {
                return;
            }
        }

        if (time > TimeSpan.Zero)
        {
            _hurry.Wait(time);
        }
    }

    /// <summary>Ends a rest, and every later one: nothing more will be committed.</summary>
    public void Hurry()
    {
        _isEnding = true;
        _hurry.Set();
    }

    public void Dispose() => _hurry.Dispose();

    /// <summary>Publishes what waits; false where nothing did. After an <see cref="IOException"/> the same call continues where it stopped.</summary>
    public bool PublishOnce()
    {
        if (_last is null && !Gather())
        {
            return false;
        }

        // A checkpoint that others have seen may not be one that this folder has forgotten.
        head.Sync();
        WriteTiles();
        WriteCheckpoint(_last!.Note.Bytes.Span);
        if (_sessions is not null)
        {
            WriteSessions(_sessions);
        }

        Finish();
        return true;
    }

    // Step 7. A crash before the rename leaves the checkpoint before, whose tiles are all there; a crash after it leaves this one,
    // whose tiles were durable before this step began.
    public void WriteCheckpoint(ReadOnlySpan<byte> checkpoint) => Replace(CheckpointPath, checkpoint);

    // The state of the sessions can be folded from the entries again. A crash here leaves the one before, or this one.
    public void WriteSessions(ReadOnlySpan<byte> sessions) => Replace(SessionsPath, sessions);

    // The newest checkpoint with cosignatures, beside the newest one. A crash here leaves the one before, or this one.
    public void WriteWitnessed(ReadOnlySpan<byte> cosigned) => Replace(WitnessedPath, cosigned);

    private void Replace(string path, ReadOnlySpan<byte> content)
    {
        store.WriteNew(path + TemporaryName.Suffix, content);
        store.Rename(path + TemporaryName.Suffix, path);
        store.SyncFolder("");
    }

    private bool Gather()
    {
        _hurry.Reset();
        var taken = 0;
        while (taken < EntriesAtOnce && TryTake(out var batch))
        {
            for (var i = 0; i < batch.Entries.Count; i++)
            {
                builder.Add(batch.Entries[i], batch.Leaves[i], EmitFull);
            }

            taken += batch.Entries.Count;
            Interlocked.Add(ref _backlogEntries, -batch.Entries.Count);
            Interlocked.Add(ref _backlogBytes, -SegmentRecord.BodyBytes(batch.Entries));
            _last = batch;
            _sessions = batch.Sessions ?? _sessions;
        }

        if (taken == 0)
        {
            return false;
        }

        var partials = new HashSet<string>(StringComparer.Ordinal);
        builder.EmitPartials((path, bytes) => EmitPartial(path, bytes, partials));
        _partials = partials;
        return true;
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CommittedBatch? batch)
    {
        lock (_lock)
        {
            return _waiting.TryDequeue(out batch);
        }
    }

    private void EmitFull(string path, byte[] bytes)
    {
        _files[path] = bytes;
        _completed.Add(path);
    }

    private void EmitPartial(string path, byte[] bytes, HashSet<string> partials)
    {
        partials.Add(path);
        if (!_partials.Contains(path))
        {
            _files[path] = bytes;
        }
    }

    private void WriteTiles()
    {
        // Step 5. A crash here leaves temporary files, which the next open removes; every entry is still in a segment.
        foreach (var (path, bytes) in _files)
        {
            store.WriteNew(path + TemporaryName.Suffix, bytes);
        }

        // Step 6. A crash here leaves some tiles that no checkpoint names yet; the same content is written to them again.
        foreach (var path in _files.Keys)
        {
            store.Rename(path + TemporaryName.Suffix, path);
        }

        foreach (var folder in _files.Keys.Select(Folder).Distinct(StringComparer.Ordinal))
        {
            store.SyncFolder(folder);
        }
    }

    private void Finish()
    {
        // Step 8. A crash here leaves partial tiles beside the full ones, which is allowed and harmless.
        foreach (var full in _completed)
        {
            store.Delete(TilePath.PartialFolder(full));
        }

        var size = _last!.Size;
        _files.Clear();
        _completed.Clear();
        _last = null;
        _sessions = null;
        lock (_lock)
        {
            Published = size;
            foreach (var (_, done) in _waiters.Where(waiter => waiter.Size <= size))
            {
                done.TrySetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Size <= size);
        }
    }

    private static string Folder(string path) => path[..path.LastIndexOf('/')];
}
