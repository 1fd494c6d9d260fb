using System.Globalization;
using System.Text;

namespace Homeostat.Estates.Scenarios;

/// <summary>Times as people write them: <c>9d</c>, <c>2h 30m</c>, <c>40s</c>.</summary>
internal static class Durations
{
    public static TimeSpan? Parse(string text)
    {
        var total = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            return null;
        }

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (
                digits is < 1 or > 6
                || UnitOf(rest[digits]) is not { } unit
                || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            )
            {
                return null;
            }

            total += unit * count;
            rest = rest[(digits + 1)..].TrimStart();
        }

        return total <= ScenarioLimits.MaxTime ? total : null;
    }

    /// <summary>The two largest units that are not zero: <c>13 h</c>, <c>2 h 30 min</c>.</summary>
    public static string Text(TimeSpan time)
    {
        (int Count, string Unit)[] parts =
        [
            (time.Days, "d"),
            (time.Hours, "h"),
            (time.Minutes, "min"),
            (time.Seconds, "s"),
        ];
        var told = parts.SkipWhile(part => part.Count == 0).Take(2).Where(part => part.Count > 0).ToArray();
        return told.Length == 0 ? "0 s" : string.Join(' ', told.Select(part => $"{part.Count} {part.Unit}"));
    }

    private static TimeSpan? UnitOf(char unit) =>
        unit switch
        {
            'd' => TimeSpan.FromDays(1),
            'h' => TimeSpan.FromHours(1),
            'm' => TimeSpan.FromMinutes(1),
            's' => TimeSpan.FromSeconds(1),
            _ => null,
        };
}

/// <summary>The words of the format for the values of an enumeration: <c>step-up</c> for <c>StepUp</c>.</summary>
internal static class Words
{
    public static IReadOnlyDictionary<string, T> Of<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().Distinct().ToDictionary(value => Kebab(value.ToString()), StringComparer.Ordinal);

    public static string Kebab(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
