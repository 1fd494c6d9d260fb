using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Storage;

/// <summary>The published files of a log that this process holds.</summary>
internal sealed class StoreTiles(ILogStore store) : ITileSource
{
    public byte[]? Read(string path) => store.Read(path);
}
