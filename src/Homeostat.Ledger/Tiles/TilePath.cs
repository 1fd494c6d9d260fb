using System.Globalization;
using System.Text;

namespace Homeostat.Ledger.Tiles;

/// <summary>The names of tiles (C2SP tlog-tiles): <c>tile/L/N[.p/W]</c> and <c>tile/entries/N[.p/W]</c>.</summary>
public static class TilePath
{
    /// <summary>Hashes in a full tile and entries in a full bundle.</summary>
    public const int Width = 256;

    /// <summary>A tile of hashes; a width of 256 names the full tile.</summary>
    public static string Hashes(int level, long index, int width = Width) =>
        string.Create(CultureInfo.InvariantCulture, $"tile/{level}/{Number(index)}{Partial(width)}");

    public static string Entries(long index, int width = Width) => $"tile/entries/{Number(index)}{Partial(width)}";

    /// <summary>The folder of a tile's partial versions.</summary>
    public static string PartialFolder(string fullTile) => fullTile + ".p";

    /// <summary>How many full tiles a level has in a tree of this size, and how wide the partial one after them is (0: there is none).</summary>
    public static (long Full, int Partial) Extent(int level, long size)
    {
        var hashes = level * 8 >= 63 ? 0 : size >> (level * 8);
        return (hashes / Width, (int)(hashes % Width));
    }

    /// <summary>1234067 is <c>x001/x234/067</c>.</summary>
    public static string Number(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var text = new StringBuilder((index % 1000).ToString("d3", CultureInfo.InvariantCulture));
        for (index /= 1000; index > 0; index /= 1000)
        {
            text.Insert(0, string.Create(CultureInfo.InvariantCulture, $"x{index % 1000:d3}/"));
        }

        return text.ToString();
    }

    private static string Partial(int width) =>
        width == Width ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{width}");
}
