using Microsoft.Win32.SafeHandles;

namespace Homeostat.Ledger.Storage;

/// <summary>A log store in a folder of a local file system, held by one process at a time.</summary>
internal sealed class FolderStore : ILogStore
{
    private const string LockName = "lock";

    private readonly string _root;
    private readonly SafeFileHandle _lock;
    private readonly Lock _folders = new();
    private readonly HashSet<string> _knownFolders = new(StringComparer.Ordinal);

    private FolderStore(string root, SafeFileHandle held)
    {
        _root = root;
        _lock = held;
    }

    /// <summary>Takes the folder for this process; refuses where another holds it.</summary>
    public static FolderStore Open(string root)
    {
        Directory.CreateDirectory(root);
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB): the kernel drops it when the process ends, however it ends.
            var held = File.OpenHandle(
                Path.Combine(root, LockName),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
            return new FolderStore(root, held);
        }
        catch (IOException e)
        {
            throw new LedgerOpenException(
                $"{root}: another process writes to this log, or its lock file cannot be opened ({e.Message})",
                e
            );
        }
    }

    public byte[]? Read(string path)
    {
        var full = Full(path);
        return File.Exists(full) ? File.ReadAllBytes(full) : null;
    }

    public IReadOnlyList<string> List(string folder)
    {
        var full = Full(folder);
        return Directory.Exists(full)
            ? [.. Directory.EnumerateFiles(full).Select(Relative).Order(StringComparer.Ordinal)]
            : [];
    }

    public void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        var full = Full(path);
        EnsureFolder(Path.GetDirectoryName(full)!);
        using var handle = File.OpenHandle(full, FileMode.Create, FileAccess.Write, FileShare.Read);
        RandomAccess.Write(handle, content, 0);
        Posix.Sync(handle, full);
    }

    public void Rename(string from, string to)
    {
        var full = Full(to);
        EnsureFolder(Path.GetDirectoryName(full)!);
        File.Move(Full(from), full, overwrite: true);
    }

    public void SyncFolder(string folder) => Posix.SyncFolder(Full(folder));

    public void Delete(string path)
    {
        var full = Full(path);
        if (Directory.Exists(full))
        {
            Directory.Delete(full, recursive: true);
            lock (_folders)
            {
                _knownFolders.Remove(full);
            }
        }
        else
        {
            File.Delete(full);
        }
    }

    public IStoreFile OpenPreallocated(string path, int bytes)
    {
        var full = Full(path);
        EnsureFolder(Path.GetDirectoryName(full)!);
        if (!File.Exists(full) || new FileInfo(full).Length != bytes)
        {
            Preallocate(path, full, bytes);
        }

        return new FolderFile(path, full, bytes);
    }

    public void Dispose() => _lock.Dispose();

    // Zeros are written, not merely reserved: overwriting written blocks needs no metadata at fsync. A crash here leaves a file under a
    // temporary name, which the next open removes.
    private void Preallocate(string path, string full, int bytes)
    {
        var temporary = path + TemporaryName.Suffix;
        WriteNew(temporary, new byte[bytes]);
        File.Move(Full(temporary), full, overwrite: true);
        Posix.SyncFolder(Path.GetDirectoryName(full)!);
    }

    // A new folder's own name must be durable before anything in it counts.
    private void EnsureFolder(string full)
    {
        lock (_folders)
        {
            if (_knownFolders.Contains(full))
            {
                return;
            }
        }

        if (!Directory.Exists(full))
        {
            EnsureFolder(Path.GetDirectoryName(full)!);
            Directory.CreateDirectory(full);
            Posix.SyncFolder(Path.GetDirectoryName(full)!);
        }

        lock (_folders)
        {
            _knownFolders.Add(full);
        }
    }

    private string Full(string path) => Path.Combine(_root, path);

    private string Relative(string full) => Path.GetRelativePath(_root, full).Replace('\\', '/');

    private sealed class FolderFile(string path, string full, int length) : IStoreFile
    {
        private readonly SafeFileHandle _handle = File.OpenHandle(
            full,
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite
        );

        public string Path => path;

        public int Length => length;

        public void Read(Span<byte> target, long offset)
        {
            var read = 0;
            while (read < target.Length)
            {
                var count = RandomAccess.Read(_handle, target[read..], offset + read);
                if (count == 0)
                {
                    throw new EndOfStreamException($"{full} ends at byte {offset + read}");
                }

                read += count;
            }
        }

        public void Write(ReadOnlySpan<byte> content, long offset) => RandomAccess.Write(_handle, content, offset);

        public void Sync() => Posix.SyncData(_handle, full);

        public void Dispose() => _handle.Dispose();
    }
}
