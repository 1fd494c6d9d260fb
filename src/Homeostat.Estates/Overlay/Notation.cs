using System.Globalization;

namespace Homeostat.Estates.Overlay;

/// <summary>Durations, times and days as a person types them.</summary>
internal static class Notation
{
    public const string DurationForm = "a duration has units, the largest first: 15m, 24h, 90d, 1h30m";
    public const string TimeForm = "a time is ISO 8601 with its offset: 2026-03-02T12:00:00Z";
    public const string ClockForm = "a time of day is HH:mm in UTC, in quotes: \"18:00\"";

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("w", TimeSpan.FromDays(7)),
        ("d", TimeSpan.FromDays(1)),
        ("h", TimeSpan.FromHours(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    private static readonly string[] TimeForms =
    [
        "yyyy-MM-dd'T'HH:mmzzz",
        "yyyy-MM-dd'T'HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    /// <summary>Null where it is no duration, is zero units long, or is longer than <see cref="OverlayLimits.MaxDuration"/>.</summary>
    public static TimeSpan? Duration(string text)
    {
        var rest = text.AsSpan();
        var total = TimeSpan.Zero;
        var next = 0;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 6)
            {
                return null;
            }

            var letters = rest[digits..].IndexOfAnyExceptInRange('a', 'z');
            var unit = letters < 0 ? rest[digits..] : rest.Slice(digits, letters);
            var at = UnitAt(unit, next);
            if (at < 0)
            {
                return null;
            }

            total += Units[at].Length * int.Parse(rest[..digits], CultureInfo.InvariantCulture);
            next = at + 1;
            rest = rest[(digits + unit.Length)..];
        }

        return text.Length > 0 && total <= OverlayLimits.MaxDuration ? total : null;
    }

    /// <summary>The shortest form that <see cref="Duration"/> reads back.</summary>
    public static string Duration(TimeSpan span)
    {
        var text = "";
        foreach (var (unit, length) in Units.Skip(1))
        {
            var count = span.Ticks / length.Ticks;
            text += count > 0 ? $"{count}{unit}" : "";
            span -= length * count;
        }

        return text.Length == 0 ? "0s" : text;
    }

    /// <summary>Null without an offset: nobody knows which hour was meant.</summary>
    public static DateTimeOffset? Time(string text)
    {
        var offset = text.EndsWith('Z') ? text[..^1] + "+00:00" : text;
        return DateTimeOffset.TryParseExact(
            offset,
            TimeForms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var time
        )
            ? time
            : null;
    }

    public static TimeOnly? Clock(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : null;

    private static int UnitAt(ReadOnlySpan<char> unit, int from)
    {
        for (var at = from; at < Units.Length; at++)
        {
            if (unit.SequenceEqual(Units[at].Unit))
            {
                return at;
            }
        }

        return -1;
    }
}
