using System.Diagnostics;
using Homeostat.Testing;

namespace Homeostat.Bench;

/// <summary>How long a command takes from a checkout that is built: the script, the runtime, the work, and the exit.</summary>
internal static class StartBench
{
    private const int Runs = 15;

    public static BenchReport Run()
    {
        var root = SharedFolder.Root();
        var folder = Directory.CreateTempSubdirectory("homeostat-start-");
        try
        {
            var plan = Path.Combine(root, "samples", "orders", "plan.json");
            return new BenchReport("start")
                .Figure("version_ms", MedianMs(root, folder, "--version"))
                .Figure("review_ms", MedianMs(root, folder, "review", plan))
                .Figure("coverage_ms", MedianMs(root, folder, "estate", "coverage", plan))
                .AtMost("version_ms", 300)
                .AtMost("review_ms", 300)
                .AtMost("coverage_ms", 300);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The first run builds what is stale and is not counted.</summary>
    private static double MedianMs(string root, DirectoryInfo folder, params string[] arguments)
    {
        var script = Path.Combine(root, "homeostat");
        Start(script, folder, arguments);
        return Sample.Of(Runs, _ => Start(script, folder, arguments)).P50Us / 1000;
    }

    /// <summary>In a folder of its own, so that the log it writes is nobody's.</summary>
    private static void Start(string script, DirectoryInfo folder, string[] arguments)
    {
        var start = new ProcessStartInfo(script, arguments)
        {
            WorkingDirectory = folder.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{script} did not start");
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        // A verdict is an exit code below 64; from there on it is an error, and its time would say nothing.
        if (process.ExitCode >= 64)
        {
            throw new InvalidOperationException($"{script} {string.Join(' ', arguments)}: {errors.Result}");
        }
    }
}
