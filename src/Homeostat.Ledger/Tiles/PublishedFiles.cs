namespace Homeostat.Ledger.Tiles;

/// <summary>A file of a log as HTTP serves it.</summary>
public sealed record PublishedFile(string Path, string ContentType, string CacheControl);

/// <summary>Which files of a log's folder are served, and how (C2SP tlog-tiles); everything else is not found.</summary>
public static class PublishedFiles
{
    private const string Text = "text/plain; charset=utf-8";
    private const string Binary = "application/octet-stream";
    private const string Never = "no-cache";
    private const string Forever = "public, max-age=31536000, immutable";

    /// <summary>The file for a path below the log's prefix, such as <c>tile/0/x001/234.p/17</c>; null where none is served.</summary>
    public static PublishedFile? Find(string path)
    {
        if (path is "checkpoint" or "checkpoint.witnessed" or "log")
        {
            return new PublishedFile(path, Text, Never);
        }

        return IsTile(path.Split('/')) ? new PublishedFile(path, Binary, Forever) : null;
    }

    // Only names that TilePath makes: no way to spell a folder above, the head or a segment.
    private static bool IsTile(string[] parts)
    {
        if (parts.Length < 3 || parts[0] != "tile" || !(parts[1] == "entries" || IsNumber(parts[1], 63)))
        {
            return false;
        }

        var names = parts[2..];
        if (names.Length > 1 && names[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!IsNumber(names[^1], TilePath.Width - 1) || names[^1] == "0")
            {
                return false;
            }

            names = [.. names[..^2], names[^2][..^2]];
        }

        return names.Length <= 7
            && names[..^1].All(name => name.Length == 4 && name[0] == 'x' && IsDigits(name[1..]))
            && names[^1].Length == 3
            && IsDigits(names[^1]);
    }

    private static bool IsDigits(string text) => text.All(char.IsAsciiDigit);

    private static bool IsNumber(string text, int atMost) =>
        text.Length is > 0 and <= 3
        && IsDigits(text)
        && (text.Length == 1 || text[0] != '0')
        && int.Parse(text) <= atMost;
}
