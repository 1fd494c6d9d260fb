namespace Homeostat.Estates.Postgres;

/// <summary>A standby as it was last seen.</summary>
/// <param name="SeenAt">When it last followed.</param>
/// <param name="ContentAt">When its newest content was the primary's; null = nobody knows.</param>
internal sealed record StandbyView(
    string Name,
    string SyncState,
    bool Follows,
    DateTimeOffset SeenAt,
    DateTimeOffset? ContentAt,
    long Replayed
);

/// <summary>
/// How old a standby's content is. The lag that PostgreSQL reports is that of the last thing replayed, and stays small while nothing is
/// replayed; therefore positions in the log are remembered with the time at which the primary was there.
/// </summary>
internal sealed class StandbyTrail
{
    private readonly Lock _lock = new();
    private readonly List<(long Position, DateTimeOffset At)> _positions = [];
    private Dictionary<string, StandbyView> _standbys = new(StringComparer.Ordinal);

    public IReadOnlyCollection<StandbyView> See(DateTimeOffset now, long position, IEnumerable<StandbyRow> rows)
    {
        lock (_lock)
        {
            Note(position, now);
            var seen = new Dictionary<string, StandbyView>(StringComparer.Ordinal);
            foreach (var same in rows.GroupBy(row => $"{row.Application}@{row.Client}", StringComparer.Ordinal))
            {
                // Two of one name at one place cannot be told apart: together they are as old as the older one.
                var row = same.MinBy(one => one.Replayed)!;
                seen[same.Key] = View(same.Key, row, now, position);
            }

            foreach (var gone in _standbys.Values.Where(known => !seen.ContainsKey(known.Name)))
            {
                if (now - gone.SeenAt <= PostgresLimits.StandbyMemory && seen.Count < PostgresLimits.MaxStandbys)
                {
                    seen[gone.Name] = gone with { Follows = false };
                }
            }

            _standbys = seen;
            return [.. seen.Values.OrderBy(standby => standby.Name, StringComparer.Ordinal)];
        }
    }

    private StandbyView View(string name, StandbyRow row, DateTimeOffset now, long position)
    {
        var known = _standbys.GetValueOrDefault(name);
        var content =
            row.Replayed >= position ? now
            : known is not null && row.Replayed <= known.Replayed ? known.ContentAt
            : row.LagMicroseconds is { } lag ? now - TimeSpan.FromMicroseconds(lag)
            : WasAt(row.Replayed);
        return new StandbyView(name, row.SyncState, Follows: true, now, content, row.Replayed);
    }

    /// <summary>The newest time at which the primary was known to be no further than this.</summary>
    private DateTimeOffset? WasAt(long position)
    {
        var at = _positions.FindLastIndex(known => known.Position <= position);
        return at < 0 ? null : _positions[at].At;
    }

    private void Note(long position, DateTimeOffset now)
    {
        if (_positions.Count > 0 && _positions[^1].Position == position)
        {
            _positions[^1] = (position, now);
            return;
        }

        _positions.Add((position, now));
        if (_positions.Count > PostgresLimits.MaxPositions)
        {
            // Every second one of the older half goes: what is asked of them becomes coarser, and only ever older.
            var half = PostgresLimits.MaxPositions / 2;
            var kept = _positions.Where((_, at) => at >= half || at % 2 == 0).ToList();
            _positions.Clear();
            _positions.AddRange(kept);
        }
    }
}
