namespace Homeostat.Ledger.Tiles;

/// <summary>The published files of a log in a folder, whoever writes to it.</summary>
public sealed class FolderTiles(string folder) : ITileSource
{
    public byte[]? Read(string path)
    {
        var full = Path.Combine(folder, path);
        return File.Exists(full) ? File.ReadAllBytes(full) : null;
    }
}
