using System.Diagnostics;

namespace Homeostat.Bench;

/// <summary>Durations and allocations of single calls.</summary>
internal sealed class Sample
{
    private readonly double[] _microseconds;
    private readonly double[] _bytes;

    private Sample(double[] microseconds, double[] bytes)
    {
        Array.Sort(microseconds);
        Array.Sort(bytes);
        (_microseconds, _bytes) = (microseconds, bytes);
    }

    public double P50Us => Percentile(_microseconds, 0.50);

    public double P99Us => Percentile(_microseconds, 0.99);

    public double P50Bytes => Percentile(_bytes, 0.50);

    public double MeanBytes => _bytes.Average();

    /// <summary>Calls once for each number from 0, with a clock around each call; what comes after a call is not counted.</summary>
    public static Sample Of(int count, Action<int> call, Action<int>? after = null)
    {
        var (microseconds, bytes) = (new double[count], new double[count]);
        for (var at = 0; at < count; at++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            call(at);
            microseconds[at] = (Stopwatch.GetTimestamp() - start) * (1e6 / Stopwatch.Frequency);
            bytes[at] = GC.GetAllocatedBytesForCurrentThread() - allocated;
            after?.Invoke(at);
        }

        return new Sample(microseconds, bytes);
    }

    private static double Percentile(double[] sorted, double share) =>
        sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
}
