using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Tiles;

/// <summary>Turns a growing list of entries into tiles. It holds the right edge only: at most 256 entries and 255 hashes a level.</summary>
public sealed class TileBuilder
{
    private readonly List<ReadOnlyMemory<byte>> _bundle = new(TilePath.Width);
    private readonly List<List<Digest>> _levels = [];

    public long Size { get; private set; }

    /// <summary>Continues at a size: the hashes of the partial tile at every level, and the entries of the partial bundle.</summary>
    public static TileBuilder Resume(
        long size,
        IReadOnlyList<Digest[]> partials,
        IReadOnlyList<ReadOnlyMemory<byte>> bundle
    )
    {
        var builder = new TileBuilder { Size = size };
        builder._bundle.AddRange(bundle);
        builder._levels.AddRange(partials.Select(hashes => hashes.ToList()));
        return builder;
    }

    /// <summary>Adds an entry; tiles that it completes are emitted as path and content.</summary>
    public void Add(ReadOnlyMemory<byte> entry, Digest leaf, Action<string, byte[]> emit)
    {
        _bundle.Add(entry);
        if (_bundle.Count == TilePath.Width)
        {
            emit(TilePath.Entries(Size / TilePath.Width), EntryBundle.Encode(_bundle));
            _bundle.Clear();
        }

        Add(0, leaf, Size, emit);
        Size++;
    }

    /// <summary>Emits the partial tiles that a tree of the current size needs.</summary>
    public void EmitPartials(Action<string, byte[]> emit)
    {
        if (_bundle.Count > 0)
        {
            emit(TilePath.Entries(Size / TilePath.Width, _bundle.Count), EntryBundle.Encode(_bundle));
        }

        for (var level = 0; level < _levels.Count; level++)
        {
            if (_levels[level].Count > 0)
            {
                var (full, width) = TilePath.Extent(level, Size);
                emit(TilePath.Hashes(level, full, width), Encode(_levels[level]));
            }
        }
    }

    internal static byte[] Encode(IReadOnlyList<Digest> hashes)
    {
        var bytes = new byte[hashes.Count * Digest.Bytes];
        for (var i = 0; i < hashes.Count; i++)
        {
            hashes[i].CopyTo(bytes.AsSpan(i * Digest.Bytes));
        }

        return bytes;
    }

    private void Add(int level, Digest hash, long index, Action<string, byte[]> emit)
    {
        if (level == _levels.Count)
        {
            _levels.Add(new List<Digest>(TilePath.Width));
        }

        var hashes = _levels[level];
        hashes.Add(hash);
        if (hashes.Count == TilePath.Width)
        {
            emit(TilePath.Hashes(level, index / TilePath.Width), Encode(hashes));
            var root = TreeHash.Root(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(hashes));
            hashes.Clear();
            Add(level + 1, root, index / TilePath.Width, emit);
        }
    }
}
