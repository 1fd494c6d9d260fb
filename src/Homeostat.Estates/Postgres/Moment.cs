using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>
/// When a look was. <see cref="Seen"/> is ours, taken before the question was sent: what the answer shows cannot be older, whatever the
/// server's clock says. The server's own times are moved by the difference of the clocks, and are never later than the look.
/// </summary>
internal readonly record struct Moment(string Source, DateTimeOffset SentAt, long ServerMicroseconds)
{
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;

    public Provenance Seen => new(Source, SentAt);

    /// <summary>How far the server's clock is ahead of ours, the way there included.</summary>
    public TimeSpan Ahead => TimeSpan.FromMicroseconds(ServerMicroseconds) - (SentAt - Earliest);

    /// <summary>Evidence that the server dates itself; without a time it is always stale.</summary>
    public Provenance At(long? serverMicroseconds) => new(Source, Ours(serverMicroseconds));

    public DateTimeOffset? Ours(long? serverMicroseconds)
    {
        if (serverMicroseconds is not { } stated)
        {
            return null;
        }

        // A time the statistics never had, or one that the server cannot have seen yet.
        var before = ServerMicroseconds - stated;
        var ticks = (SentAt - Earliest).Ticks / TimeSpan.TicksPerMicrosecond;
        return before <= 0 ? SentAt
            : before >= ticks ? null
            : SentAt - TimeSpan.FromMicroseconds(before);
    }
}
