namespace Homeostat.Estates.Overlay;

/// <summary>Every size, depth and count that an overlay may have; what exceeds one is refused, never truncated.</summary>
public static class OverlayLimits
{
    public const int MaxFileBytes = 32 * 1024 * 1024;

    /// <summary>Mappings and lists inside one another; the deepest that means anything has nine.</summary>
    public const int MaxDepth = 16;

    /// <summary>Keys and values in one file.</summary>
    public const int MaxNodes = 4_000_000;

    /// <summary>Longest single key or value, in UTF-16 units.</summary>
    public const int MaxScalarLength = 4096;

    /// <summary>Errors that are listed; the rest is counted.</summary>
    public const int MaxErrors = 100;

    /// <summary>References whose nearest ids are looked for; beyond it the search costs more than it helps.</summary>
    public const int MaxSuggestions = 20;

    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(3660);
}
