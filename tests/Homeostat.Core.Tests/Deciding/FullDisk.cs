using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Tests.Deciding;

/// <summary>A folder on a disk that is full whenever the test says so.</summary>
internal sealed class FullDisk(string folder) : ILogStore
{
    private readonly FolderStore _inner = FolderStore.Open(folder);

    public bool IsFull { get; set; }

    public byte[]? Read(string path) => _inner.Read(path);

    public IReadOnlyList<string> List(string folder) => _inner.List(folder);

    public void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        Check();
        _inner.WriteNew(path, content);
    }

    public void Rename(string from, string to) => _inner.Rename(from, to);

    public void SyncFolder(string folder) => _inner.SyncFolder(folder);

    public void Delete(string path) => _inner.Delete(path);

    public IStoreFile OpenPreallocated(string path, int bytes) =>
        new Segment(_inner.OpenPreallocated(path, bytes), this);

    public void Dispose() => _inner.Dispose();

    private void Check()
    {
        if (IsFull)
        {
            throw new IOException("no space left on device");
        }
    }

    private sealed class Segment(IStoreFile inner, FullDisk disk) : IStoreFile
    {
        public string Path => inner.Path;

        public int Length => inner.Length;

        public void Read(Span<byte> target, long offset) => inner.Read(target, offset);

        public void Write(ReadOnlySpan<byte> content, long offset)
        {
            disk.Check();
            inner.Write(content, offset);
        }

        public void Sync() => inner.Sync();

        public void Dispose() => inner.Dispose();
    }
}
