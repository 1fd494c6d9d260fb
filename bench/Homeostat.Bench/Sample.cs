using System.Diagnostics;

namespace Homeostat.Bench;

/// <summary>Durations of single calls.</summary>
internal sealed class Sample
{
    private readonly double[] _sorted;

    private Sample(double[] microseconds)
    {
        Array.Sort(microseconds);
        _sorted = microseconds;
    }

    public double P50Us => Percentile(0.50);

    public double P99Us => Percentile(0.99);

    /// <summary>Calls once for each number from 0, with a clock around each call; what comes before a call is not timed.</summary>
    public static Sample Of(int count, Action<int> call, Action<int>? after = null)
    {
        var microseconds = new double[count];
        for (var at = 0; at < count; at++)
        {
            var start = Stopwatch.GetTimestamp();
            call(at);
            microseconds[at] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            after?.Invoke(at);
        }

        return new Sample(microseconds);
    }

    private double Percentile(double share) => _sorted[(int)Math.Min(_sorted.Length - 1, share * _sorted.Length)];
}
