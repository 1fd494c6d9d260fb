using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Storage;

/// <summary>The segments that hold what is durable but not yet in tiles. Used by the writer; <see cref="Release"/> by the publisher too.</summary>
internal sealed class SegmentedJournal(ILogStore store, int segmentBytes, Action<Span<byte>> fillRandom) : IDisposable
{
    public const string Folder = "segments";
    private const int Spares = 2;

    private readonly Lock _lock = new();
    private readonly List<Segment> _inUse = [];
    private readonly Queue<IStoreFile> _spare = new();
    private readonly byte[] _nonce = new byte[SegmentRecord.NonceBytes];
    private byte[] _buffer = new byte[64 * 1024];
    private int _nextName;

    private sealed class Segment(IStoreFile file)
    {
        public IStoreFile File { get; } = file;

        public int Used { get; set; }

        public long End { get; set; }
    }

    /// <summary>Writes a batch, without fsync; a failure leaves the journal as it was, and the same place is written again next time.</summary>
    public IStoreFile Write(long first, IReadOnlyList<ReadOnlyMemory<byte>> entries, Digest root)
    {
        var size = SegmentRecord.Size(SegmentRecord.BodyBytes(entries));
        var segment = Current(size);
        if (_buffer.Length < size)
        {
            _buffer = new byte[size];
        }

        var record = _buffer.AsSpan(0, size);
        SegmentRecord.Encode(record, _nonce, first, entries, root);
        segment.File.Write(record, segment.Used);
        segment.Used += size;
        segment.End = first + entries.Count;
        return segment.File;
    }

    /// <summary>Makes the spare segments, so that the first full segment does not stop an append.</summary>
    public void Prepare()
    {
        while (_spare.Count < Spares)
        {
            _spare.Enqueue(Create());
        }
    }

    /// <summary>Everything below this index is in durable tiles: segments that hold nothing else may be written again.</summary>
    public void Release(long published)
    {
        lock (_lock)
        {
            while (_inUse.Count > 1 && _inUse[0].End <= published)
            {
                _spare.Enqueue(_inUse[0].File);
                _inUse.RemoveAt(0);
            }
        }
    }

    /// <summary>Deletes all segments; only when everything in them is in durable tiles.</summary>
    public void Clear()
    {
        Dispose();
        store.Delete(Folder);
        store.SyncFolder("");
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var file in _inUse.Select(segment => segment.File).Concat(_spare))
            {
                file.Dispose();
            }

            _inUse.Clear();
            _spare.Clear();
        }
    }

    private Segment Current(int size)
    {
        lock (_lock)
        {
            if (_inUse.Count > 0 && _inUse[^1].Used + size <= _inUse[^1].File.Length)
            {
                return _inUse[^1];
            }

            // A new use begins with a new nonce: records of an earlier use are no longer valid. They are all in tiles, or the
            // segment would not be spare.
            var segment = new Segment(_spare.TryDequeue(out var spare) ? spare : Create());
            fillRandom(_nonce);
            _inUse.Add(segment);
            return segment;
        }
    }

    private IStoreFile Create()
    {
        var file = store.OpenPreallocated($"{Folder}/{_nextName:d8}.seg", segmentBytes);
        _nextName++;
        return file;
    }
}
