namespace Homeostat.Estates.Overlay;

/// <summary>Where in the file something stands; lines and columns count from 1.</summary>
/// <param name="Path">The keys that lead there: <c>services[0].needs[1].members</c>; empty at the top.</param>
public readonly record struct Place(int Line, int Column, string Path)
{
    public override string ToString() => Path.Length == 0 ? $"{Line}:{Column}" : $"{Line}:{Column}: {Path}";
}

/// <summary>Something a person wrote, with the place where it stands.</summary>
public readonly record struct Written<T>(T Value, Place Place);

/// <summary>What is wrong in an overlay, where, and what would be right.</summary>
public sealed record OverlayError(string File, Place Place, string Message)
{
    public override string ToString() => $"{File}:{Place}: {Message}";

    /// <summary>One error a line, no more than <see cref="OverlayLimits.MaxErrors"/> of them.</summary>
    internal static string Describe(IReadOnlyCollection<OverlayError> errors)
    {
        var lines = errors.Take(OverlayLimits.MaxErrors).Select(error => error.ToString());
        var more = errors.Count - OverlayLimits.MaxErrors;
        return string.Join('\n', more > 0 ? lines.Append($"and {more} more errors") : lines);
    }
}
