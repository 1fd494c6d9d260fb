namespace Homeostat.Core.Actions;

/// <summary>How ages are written for people.</summary>
public static class Ages
{
    /// <summary>The largest unit that fits, rounded down: <c>9 d</c>, <c>6 h</c>, <c>40 s</c>.</summary>
    public static string Text(TimeSpan age) =>
        age < TimeSpan.Zero ? $"{Text(-age)} ahead of the clock"
        : age.TotalDays >= 2 ? $"{(int)age.TotalDays} d"
        : age.TotalHours >= 2 ? $"{(int)age.TotalHours} h"
        : age.TotalMinutes >= 2 ? $"{(int)age.TotalMinutes} min"
        : $"{(int)age.TotalSeconds} s";
}
