using Homeostat.Cli.Commands.Log;
using Homeostat.Cli.Indexing;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Cli.Doctoring;

/// <summary>When the log's first and last decisions were made, from its published files.</summary>
internal static class LogTimes
{
    public static (DateTimeOffset? First, DateTimeOffset? Last, Check Check) Read(string folder)
    {
        try
        {
            using var log = PublishedLog.Open(folder, key: null);
            var size = log.Checkpoint.Size;
            var first = Times(log, 0, Math.Min(size, Limits.LookedAtEntries)).FirstOrDefault();
            var last = Times(log, Math.Max(0, size - Limits.LookedAtEntries), size).LastOrDefault();
            return (
                first,
                last,
                Check.Good(
                    "log",
                    $"{size} entries are published; `homeostat log verify --log {folder} --key KEY` checks them"
                )
            );
        }
        catch (Exception error)
            when (error is FormatException or TileException or IOException or UnauthorizedAccessException)
        {
            return (
                null,
                null,
                Check.Fail("log", error.Message, "start the service once; if it does not start, it says why")
            );
        }
    }

    private static IEnumerable<DateTimeOffset?> Times(PublishedLog log, long from, long to) =>
        log.Entries(from, to)
            .Select(entry => DecisionReading.Of(entry.Entry, log.Key).Decision?.Time)
            .Where(time => time is not null);
}
