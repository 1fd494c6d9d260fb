namespace Homeostat.Server.Api;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "a request failed")]
    public static partial void Failed(ILogger logger, Exception error);
}
