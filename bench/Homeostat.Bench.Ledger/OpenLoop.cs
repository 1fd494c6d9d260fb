using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Homeostat.Bench.Ledger;

/// <summary>
/// Appends that start when their time has come, whether or not earlier ones are answered. A thread of its own hands each one to the thread pool, as a
/// server does: a timer of .NET fires a millisecond or two late, and what it releases together would queue behind itself.
/// </summary>
internal static partial class OpenLoop
{
    private const double LateEnoughMicroseconds = 20;

    /// <summary>Latencies from the time an append was due, in ms and sorted, and how much of a core the generator used.</summary>
    public readonly record struct Outcome(double[] Latencies, double GeneratorCores)
    {
        public double At(double quantile) => Latencies[(int)(Latencies.Length * quantile)];
    }

    public static async Task<Outcome> RunAsync(int count, double perSecond, Func<int, ValueTask> append)
    {
        var latencies = new double[count];
        var pending = new Task[count];
        var generatorSeconds = 0.0;
        var watch = Stopwatch.StartNew();
        await Task.Factory.StartNew(Generate, TaskCreationOptions.LongRunning);
        var took = watch.Elapsed.TotalSeconds;
        await Task.WhenAll(pending);
        Array.Sort(latencies);
        return new Outcome(latencies, generatorSeconds / took);

        void Generate()
        {
            for (var i = 0; i < count; i++)
            {
                var due = i / perSecond * 1e6;
                while (due - watch.Elapsed.TotalMicroseconds > LateEnoughMicroseconds)
                {
                    _ = Sleep((uint)(due - watch.Elapsed.TotalMicroseconds));
                }

                var (number, dueMs) = (i, due / 1000);
                pending[i] = Task.Run(() => One(number, dueMs));
            }

            generatorSeconds = OwnSeconds();
        }

        async Task One(int i, double due)
        {
            await append(i);
            latencies[i] = watch.Elapsed.TotalMilliseconds - due;
        }
    }

    // The time this thread has run, in nanoseconds, is the first number.
    private static double OwnSeconds() =>
        double.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e9;

    [LibraryImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sleep(uint microseconds);
}
