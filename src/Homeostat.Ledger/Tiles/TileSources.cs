using System.Buffers;
using System.Collections.Concurrent;

namespace Homeostat.Ledger.Tiles;

/// <summary>The published files of a log in a folder, whoever writes to it.</summary>
public sealed class FolderTiles(string folder) : ITileSource
{
    public byte[]? Read(string path)
    {
        var full = Path.Combine(folder, path);
        return File.Exists(full) ? File.ReadAllBytes(full) : null;
    }

    // A bundle of the usual size would be a large object for every 256 entries: reading them all into a few buffers costs a tenth.
    public IMemoryOwner<byte>? Lend(string path)
    {
        var full = Path.Combine(folder, path);
        if (!File.Exists(full))
        {
            return null;
        }

        using var file = File.OpenHandle(full);
        var length = RandomAccess.GetLength(file);
        if (length > Limits.TileFileBytes)
        {
            throw new TileException(path, $"has {length} bytes, and the largest bundle has {Limits.TileFileBytes}");
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        var read = 0;
        for (var count = 1; count > 0 && read < length; read += count)
        {
            count = RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read);
        }

        return new LentFile(buffer, read, ArrayPool<byte>.Shared);
    }

    /// <summary>The names of the files directly in a folder.</summary>
    internal IReadOnlyList<string> List(string path)
    {
        var full = Path.Combine(folder, path);
        return Directory.Exists(full)
            ? [.. Directory.EnumerateFiles(full).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Is a writer running? It holds the lock file exclusively.</summary>
    internal bool IsHeld()
    {
        var path = Path.Combine(folder, "lock");
        try
        {
            using var held = File.Exists(path)
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read)
                : null;
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}

/// <summary>Reads each file once. For a few proofs against one checkpoint: what it names never changes.</summary>
internal sealed class RememberedTiles(ITileSource source) : ITileSource
{
    private readonly ConcurrentDictionary<string, byte[]> _known = new(StringComparer.Ordinal);

    public byte[]? Read(string path)
    {
        if (_known.TryGetValue(path, out var bytes))
        {
            return bytes;
        }

        return source.Read(path) is { } read ? _known.GetOrAdd(path, read) : null;
    }
}
