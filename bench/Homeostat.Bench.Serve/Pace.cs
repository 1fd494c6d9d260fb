using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Homeostat.Bench.Serve;

/// <summary>Latencies of answers, in the order in which they were meant to be asked.</summary>
internal sealed class Latencies(int most)
{
    private readonly long[] _ticks = new long[most];
    private int _count;

    public int Count => Math.Min(_count, _ticks.Length);

    public void Add(in Job job, in Answer answer)
    {
        var at = Interlocked.Increment(ref _count) - 1;
        if (at < _ticks.Length)
        {
            _ticks[at] = answer.Received - job.Due;
        }
    }

    public double Percentile(double share)
    {
        var sorted = _ticks[..Count];
        Array.Sort(sorted);
        return sorted.Length == 0
            ? double.NaN
            : sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)] * 1000.0 / Stopwatch.Frequency;
    }
}

/// <summary>
/// Sends requests when their time has come, whether or not the earlier ones are answered (open loop), or each when one
/// before it is answered (closed loop).
/// </summary>
internal static partial class Pace
{
    /// <summary>Completes when everything is answered; seconds that it took.</summary>
    public static async Task<double> OpenAsync(Wire wire, double perSecond, TimeSpan time, Func<long, Job> next)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(
            () => Send(wire, perSecond, (long)(perSecond * time.TotalSeconds), next, start),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        await wire.DrainAsync();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>So many requests under way at any time; completes when everything is answered; answers a second.</summary>
    public static async Task<double> ClosedAsync(Wire wire, int atOnce, TimeSpan time, Func<long, Job> next)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var answered = 0;
        for (var i = 0; i < atOnce; i++)
        {
            wire.Add(Again());
        }

        await Task.Delay(time);
        await wire.DrainAsync();
        return answered / Stopwatch.GetElapsedTime(start).TotalSeconds;

        Job Again()
        {
            var job = next(Stopwatch.GetTimestamp());
            return job with { Done = Done };

            void Done(in Job asked, in Answer answer)
            {
                job.Done(asked, answer);
                Interlocked.Increment(ref answered);
                if (answer.Received < end)
                {
                    wire.Add(Again());
                }
            }
        }
    }

    private static void Send(Wire wire, double perSecond, long count, Func<long, Job> next, long start)
    {
        for (long i = 0; i < count; i++)
        {
            var due = start + (long)(i * Stopwatch.Frequency / perSecond);
            var left = due - Stopwatch.GetTimestamp();
            if (left > 0)
            {
                Wait(left);
            }

            wire.Add(next(due));
        }
    }

    /// <summary>A timer of .NET wakes once a millisecond, which would count as latency.</summary>
    private static void Wait(long ticks) => _ = Sleep((uint)(ticks * 1_000_000 / Stopwatch.Frequency));

    [LibraryImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sleep(uint microseconds);
}
