using Homeostat.Core.Leases;

namespace Homeostat.Estates.Overlay;

/// <summary>A part of the week, in UTC, that comes again; it ends on the next day where it ends before it begins.</summary>
public sealed record Recurrence(IReadOnlyList<DayOfWeek> Days, TimeOnly From, TimeOnly To)
{
    /// <summary>The occurrences that share a moment with the span.</summary>
    public IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Between(DateTimeOffset from, DateTimeOffset to)
    {
        // One day earlier: an occurrence may have begun yesterday evening.
        for (var day = from.UtcDateTime.Date.AddDays(-1); day <= to.UtcDateTime.Date; day = day.AddDays(1))
        {
            var start = new DateTimeOffset(day, TimeSpan.Zero) + From.ToTimeSpan();
            var end = new DateTimeOffset(day, TimeSpan.Zero) + To.ToTimeSpan() + TimeSpan.FromDays(To <= From ? 1 : 0);
            if (Days.Contains(day.DayOfWeek) && start < to && end > from)
            {
                yield return (start, end);
            }
        }
    }
}

/// <summary>A time at which nothing that it selects may be changed: once, or every week.</summary>
public sealed record DeclaredFreeze(string Name, string Reason, Place Place)
{
    /// <summary>Null = everywhere.</summary>
    public Selector? Where { get; init; }

    /// <summary>Exactly one of this and <see cref="Every"/> is there.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Once { get; init; }

    public Recurrence? Every { get; init; }

    /// <summary>The occurrences that share a moment with the span.</summary>
    public IEnumerable<Freeze> Between(DateTimeOffset from, DateTimeOffset to)
    {
        IEnumerable<(DateTimeOffset From, DateTimeOffset To)> spans =
            Every?.Between(from, to) ?? (Once is { } once && once.From < to && once.To > from ? [once] : []);
        return spans.Select(span => new Freeze(Name, span.From, span.To, Reason, Where));
    }
}
