using Microsoft.Extensions.Logging;

namespace Homeostat.Gateways.Postgres;

/// <summary>Never a statement, a value or a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "PostgreSQL gateway for {Cluster} listens on {EndPoint}")]
    public static partial void Listening(ILogger logger, string cluster, string endPoint);

    [LoggerMessage(2, LogLevel.Debug, "session {Session} of lease {Lease} began on {Database}")]
    public static partial void Began(ILogger logger, int session, string lease, string database);

    [LoggerMessage(3, LogLevel.Debug, "session {Session} ended: {Why}")]
    public static partial void Ended(ILogger logger, int session, string why);

    [LoggerMessage(4, LogLevel.Information, "a connection was refused: {Why}")]
    public static partial void Refused(ILogger logger, string why);

    [LoggerMessage(5, LogLevel.Error, "a session failed and was closed")]
    public static partial void Failed(ILogger logger, Exception failure);

    [LoggerMessage(6, LogLevel.Warning, "{Count} permits could not be settled; it is tried again")]
    public static partial void NotSettled(ILogger logger, int count, Exception failure);

    [LoggerMessage(7, LogLevel.Warning, "a statement could not be cancelled: {Why}")]
    public static partial void NotCancelled(ILogger logger, string why);

    [LoggerMessage(
        9,
        LogLevel.Warning,
        "{Count} finished permits could not be handed over; they stay outstanding until their deadline"
    )]
    public static partial void LeftToDeadline(ILogger logger, int count);

    [LoggerMessage(8, LogLevel.Error, "connections cannot be accepted")]
    public static partial void NotAccepting(ILogger logger, Exception failure);
}
