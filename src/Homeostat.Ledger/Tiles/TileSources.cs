namespace Homeostat.Ledger.Tiles;

/// <summary>The published files of a log in a folder, whoever writes to it.</summary>
public sealed class FolderTiles(string folder) : ITileSource
{
    public byte[]? Read(string path)
    {
        var full = Path.Combine(folder, path);
        return File.Exists(full) ? File.ReadAllBytes(full) : null;
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
