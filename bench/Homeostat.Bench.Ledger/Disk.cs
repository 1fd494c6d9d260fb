using System.Diagnostics;

namespace Homeostat.Bench.Ledger;

/// <summary>What the disk can do by itself, at the time of the measurement.</summary>
internal static class Disk
{
    /// <summary>One block overwritten and made durable again and again, by one thread, for a second.</summary>
    public static double FsyncsPerSecond(string folder)
    {
        using var file = File.OpenHandle(Path.Combine(folder, "fsync"), FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        var count = 0;
        var watch = Stopwatch.StartNew();
        for (; watch.Elapsed.TotalSeconds < 1; count++)
        {
            RandomAccess.Write(file, block, 0);
            RandomAccess.FlushToDisk(file);
        }

        return count / watch.Elapsed.TotalSeconds;
    }
}
