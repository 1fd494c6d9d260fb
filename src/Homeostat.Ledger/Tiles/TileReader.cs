using System.Buffers;
using System.Runtime.InteropServices;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Tiles;

/// <summary>Where a log's published files come from: a folder or a server.</summary>
public interface ITileSource
{
    /// <summary>The whole file, or null where there is none.</summary>
    byte[]? Read(string path);

    /// <summary>The whole file on loan, or null where there is none: its bytes may be somebody else's once it is disposed.</summary>
    IMemoryOwner<byte>? Lend(string path) => Read(path) is { } bytes ? new LentFile(bytes, bytes.Length) : null;
}

/// <summary>Reads a tiled log of a known size. Content is not trusted: whoever uses a hash compares it with a signed root.</summary>
public sealed class TileReader(ITileSource source)
{
    /// <summary>The hashes of a tile; a full tile serves where a partial one is gone.</summary>
    public Digest[] Hashes(int level, long index, int width)
    {
        var path = TilePath.Hashes(level, index, width);
        var bytes = Bytes(path, TilePath.Hashes(level, index));
        var exact = bytes.Length == width * Digest.Bytes || bytes.Length == TilePath.Width * Digest.Bytes;
        return exact
            ? MemoryMarshal.Cast<byte, Digest>(bytes.AsSpan(0, width * Digest.Bytes)).ToArray()
            : throw new TileException(path, $"{bytes.Length} bytes, expected {width * Digest.Bytes}");
    }

    /// <summary>The entries of a bundle.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Entries(long index, int width)
    {
        var path = TilePath.Entries(index, width);
        if (source.Read(path) is { } bytes)
        {
            return EntryBundle.TryDecode(bytes, width)
                ?? throw new TileException(path, $"does not hold exactly {width} entries");
        }

        var full = source.Read(TilePath.Entries(index)) ?? throw new TileException(path, "is missing");
        var entries =
            EntryBundle.TryDecode(full, TilePath.Width)
            ?? throw new TileException(path, "is missing, and the full one is damaged");
        return [.. entries.Take(width)];
    }

    /// <summary>The entries of a full bundle, which are good until the loan is disposed.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Entries(long index, out IDisposable loan)
    {
        var path = TilePath.Entries(index);
        var file = source.Lend(path) ?? throw new TileException(path, "is missing");
        loan = file;
        if (EntryBundle.TryDecode(file.Memory, TilePath.Width) is { } entries)
        {
            return entries;
        }

        file.Dispose();
        throw new TileException(path, $"does not hold exactly {TilePath.Width} entries");
    }

    /// <summary>The complete node at a level, computed within the tile that holds it.</summary>
    public Digest Node(int level, long index, long size)
    {
        var tileLevel = level / 8;
        var span = 1 << (level % 8);
        var first = index * span;
        var (full, partial) = TilePath.Extent(tileLevel, size);
        var tile = first / TilePath.Width;
        var hashes = Hashes(tileLevel, tile, tile < full ? TilePath.Width : partial);
        return TreeHash.Root(hashes.AsSpan((int)(first % TilePath.Width), span));
    }

    /// <summary>The complete nodes that make up a size, the largest first.</summary>
    public Digest[] Edge(long size)
    {
        var edge = new List<Digest>();
        for (var level = 62; level >= 0; level--)
        {
            if (((size >> level) & 1) == 1)
            {
                edge.Add(Node(level, (size >> level) - 1, size));
            }
        }

        return [.. edge];
    }

    /// <summary>Where writing continues: every level's partial tile and the partial bundle.</summary>
    public TileBuilder Resume(long size)
    {
        var partials = new List<Digest[]>();
        for (var level = 0; level * 8 < 63 && size >> (level * 8) > 0; level++)
        {
            var (full, width) = TilePath.Extent(level, size);
            partials.Add(width == 0 ? [] : Hashes(level, full, width));
        }

        var (bundles, entries) = TilePath.Extent(0, size);
        return TileBuilder.Resume(size, partials, entries == 0 ? [] : Entries(bundles, entries));
    }

    private byte[] Bytes(string path, string fullPath) =>
        source.Read(path)
        ?? (path == fullPath ? null : source.Read(fullPath))
        ?? throw new TileException(path, "is missing");
}

/// <summary>A tile is missing or is not what its name says.</summary>
public sealed class TileException(string path, string problem) : Exception($"{path}: {problem}")
{
    public string Path { get; } = path;

    public string Problem { get; } = problem;
}
