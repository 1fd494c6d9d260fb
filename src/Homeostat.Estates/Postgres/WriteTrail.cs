using System.Collections.Concurrent;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>
/// When a table was last seen written to. PostgreSQL counts what is written and not when: the time is that of the first look
/// at which the count was another, and nothing is said of a table whose count never changed.
/// </summary>
internal sealed class WriteTrail
{
    private readonly ConcurrentDictionary<ResourceId, (long Written, DateTimeOffset? At)> _seen = new();

    public DateTimeOffset? LastWrite(ResourceId table, long written, DateTimeOffset now) =>
        _seen
            .AddOrUpdate(
                table,
                _ => (written, null),
                (_, before) => before.Written == written ? before : (written, Later(before.At, now))
            )
            .At;

    public void Forget(ResourceId table) => _seen.TryRemove(table, out _);

    private static DateTimeOffset Later(DateTimeOffset? before, DateTimeOffset now) =>
        before is { } at && at > now ? at : now;
}
