namespace Homeostat.Core.Actions;

/// <summary>How ages are written for people.</summary>
public static class Ages
{
    /// <summary><c>9 d old</c>; of what lies ahead of the clock, just that.</summary>
    public static string Old(TimeSpan age) => age < TimeSpan.Zero ? Text(age) : $"{Text(age)} old";

    /// <summary><c>9 d ago</c>; of what lies ahead of the clock, just that.</summary>
    public static string Ago(TimeSpan age) => age < TimeSpan.Zero ? Text(age) : $"{Text(age)} ago";

    /// <summary>The largest unit that fits, rounded down: <c>9 d</c>, <c>6 h</c>, <c>40 s</c>.</summary>
    public static string Text(TimeSpan age) =>
        age < TimeSpan.Zero ? $"{Text(-age)} ahead of the clock"
        : age.TotalDays >= 2 ? $"{(int)age.TotalDays} d"
        : age.TotalHours >= 2 ? $"{(int)age.TotalHours} h"
        : age.TotalMinutes >= 2 ? $"{(int)age.TotalMinutes} min"
        : $"{(int)age.TotalSeconds} s";
}
