namespace Homeostat.Estates.Overlay;

/// <summary>Reads the times at which nothing may be changed.</summary>
internal static class FreezeReader
{
    private static readonly Dictionary<string, DayOfWeek> DayNames = new()
    {
        ["mon"] = DayOfWeek.Monday,
        ["tue"] = DayOfWeek.Tuesday,
        ["wed"] = DayOfWeek.Wednesday,
        ["thu"] = DayOfWeek.Thursday,
        ["fri"] = DayOfWeek.Friday,
        ["sat"] = DayOfWeek.Saturday,
        ["sun"] = DayOfWeek.Sunday,
    };

    public static DeclaredFreeze? Read(Section section)
    {
        var name = section.Name("name");
        var reason = section.Name("reason");
        var where = SelectorReader.Read(section, "where");
        var every = section.Child("every", OverlayKeys.Recurrence) is { } recurrence
            ? ReadRecurrence(recurrence)
            : null;
        var once = ReadSpan(section);
        if (section.Has("every") == (section.Has("from") || section.Has("to")))
        {
            section.Refuse("a freeze has either from and to, or every, and never both");
        }

        return name is null || reason is null || (once is null && every is null)
            ? null
            : new DeclaredFreeze(name, reason, section.Place)
            {
                Where = where,
                Once = once,
                Every = every,
            };
    }

    private static (DateTimeOffset, DateTimeOffset)? ReadSpan(Section section)
    {
        if (section.Has("from") != section.Has("to"))
        {
            section.Refuse("from and to belong together; a freeze without an end is no freeze");
        }

        if (section.Time("from") is not { } from || section.Time("to") is not { } to)
        {
            return null;
        }

        if (to > from)
        {
            return (from, to);
        }

        section.Refuse("to", "the freeze ends before it begins; to is later than from");
        return null;
    }

    private static Recurrence? ReadRecurrence(Section section)
    {
        var days = section.Choices("days", DayNames);
        if (days is null or [])
        {
            section.Refuse("days", $"days are missing; name some of {string.Join(", ", DayNames.Keys)}");
        }

        var from = Clock(section, "from");
        var to = Clock(section, "to");
        return days is { Count: > 0 } && from is { } start && to is { } end ? new Recurrence(days, start, end) : null;
    }

    private static TimeOnly? Clock(Section section, string key)
    {
        if (!section.Has(key))
        {
            section.Refuse($"{key} is missing; {Notation.ClockForm}");
        }

        return section.Parsed(key, Notation.Clock, Notation.ClockForm);
    }
}
