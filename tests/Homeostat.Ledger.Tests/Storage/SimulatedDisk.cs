using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>The power goes.</summary>
internal sealed class PowerLostException() : Exception("the power is lost");

/// <summary>
/// A disk that forgets: what was written without fsync survives a power loss block by block as chance has it, and so do names whose folder
/// was not synced. It can lose power, or fail, at any operation.
/// </summary>
internal sealed class SimulatedDisk : ILogStore
{
    private const int BlockBytes = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Content> _durableNames = new(StringComparer.Ordinal);

    /// <summary>Called with the number and the name of each operation before it is done; it may throw.</summary>
    public Action<int, string> Before { get; set; } = (_, _) => { };

    public List<string> Operations { get; } = [];

    public IEnumerable<string> Files
    {
        get
        {
            using var held = _lock.EnterScope();
            return [.. _names.Keys];
        }
    }

    private sealed class Content(byte[] bytes)
    {
        public byte[] Bytes { get; set; } = bytes;

        public byte[] Durable { get; set; } = [];
    }

    /// <summary>What is on the disk when the power comes back.</summary>
    public SimulatedDisk AfterPowerLoss(Random random)
    {
        using var held = _lock.EnterScope();
        var disk = new SimulatedDisk();
        foreach (
            var name in _names.Keys.Union(_durableNames.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
        )
        {
            var now = _names.GetValueOrDefault(name);
            var durable = _durableNames.GetValueOrDefault(name);
            if ((now == durable || random.Next(2) == 0 ? durable : now) is { } survivor)
            {
                var bytes = Torn(survivor, random);
                disk._names[name] = disk._durableNames[name] = new Content(bytes) { Durable = [.. bytes] };
            }
        }

        return disk;
    }

    /// <summary>The same disk, opened again by a process that did not lose power.</summary>
    public SimulatedDisk Reopened()
    {
        Before = (_, _) => { };
        return this;
    }

    public byte[]? Read(string path)
    {
        using var held = _lock.EnterScope();
        return _names.TryGetValue(path, out var content) ? [.. content.Bytes] : null;
    }

    public IReadOnlyList<string> List(string folder)
    {
        using var held = _lock.EnterScope();
        return [.. _names.Keys.Where(name => Folder(name) == folder).Order(StringComparer.Ordinal)];
    }

    public void WriteNew(string path, ReadOnlySpan<byte> content)
    {
        using var held = _lock.EnterScope();
        var bytes = content.ToArray();
        Step("create " + Kind(path));
        var file = new Content(bytes);
        _names[path] = file;
        Step("fsync " + Kind(path));
        file.Durable = [.. bytes];
    }

    public void Rename(string from, string to)
    {
        using var held = _lock.EnterScope();
        Step("rename " + Kind(to));
        _names[to] = _names[from];
        _names.Remove(from);
    }

    public void SyncFolder(string folder)
    {
        using var held = _lock.EnterScope();
        Step("fsync folder " + (folder.Length == 0 ? "" : folder.Split('/')[0]));
        foreach (
            var name in _names
                .Keys.Union(_durableNames.Keys, StringComparer.Ordinal)
                .Where(name => Folder(name) == folder)
                .ToList()
        )
        {
            if (_names.TryGetValue(name, out var content))
            {
                _durableNames[name] = content;
            }
            else
            {
                _durableNames.Remove(name);
            }
        }
    }

    public void Delete(string path)
    {
        using var held = _lock.EnterScope();
        Step("delete " + Kind(path));
        foreach (
            var name in _names
                .Keys.Where(name => name == path || name.StartsWith(path + "/", StringComparison.Ordinal))
                .ToList()
        )
        {
            _names.Remove(name);
        }
    }

    public IStoreFile OpenPreallocated(string path, int bytes)
    {
        using var held = _lock.EnterScope();
        if (!_names.TryGetValue(path, out var content) || content.Bytes.Length != bytes)
        {
            Step("preallocate " + Kind(path));
            content = new Content(new byte[bytes]) { Durable = new byte[bytes] };
            _names[path] = _durableNames[path] = content;
        }

        return new OpenFile(this, path, content);
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private static byte[] Torn(Content content, Random random)
    {
        var bytes = (byte[])content.Bytes.Clone();
        if (bytes.AsSpan().SequenceEqual(content.Durable))
        {
            return bytes;
        }

        for (var at = 0; at < bytes.Length; at += BlockBytes)
        {
            if (random.Next(2) == 0)
            {
                var length = Math.Min(BlockBytes, bytes.Length - at);
                bytes.AsSpan(at, length).Clear();
                var old = content.Durable.AsSpan(Math.Min(at, content.Durable.Length));
                old[..Math.Min(length, old.Length)].CopyTo(bytes.AsSpan(at));
            }
        }

        return bytes;
    }

    private void Step(string operation)
    {
        Operations.Add(operation);
        Before(Operations.Count, operation);
    }

    private static string Folder(string path) =>
        path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    private static string Kind(string path) => path.Split('/')[0].Replace(".tmp", "", StringComparison.Ordinal);

    private sealed class OpenFile(SimulatedDisk disk, string path, Content content) : IStoreFile
    {
        public string Path => path;

        public int Length => content.Bytes.Length;

        public void Read(Span<byte> target, long offset)
        {
            using var held = disk._lock.EnterScope();
            content.Bytes.AsSpan((int)offset, target.Length).CopyTo(target);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            using var held = disk._lock.EnterScope();
            disk.Step("write " + Kind(path));
            bytes.CopyTo(content.Bytes.AsSpan((int)offset));
        }

        public void Sync()
        {
            using var held = disk._lock.EnterScope();
            disk.Step("fsync " + Kind(path));
            content.Durable = [.. content.Bytes];
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
