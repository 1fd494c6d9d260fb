using System.Diagnostics;

namespace Homeostat.Bench.Postgres;

/// <summary>A program of PostgreSQL's that was run to its end.</summary>
internal static class Ran
{
    public static async Task<string> ToEndAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {await error}"
            );
    }
}
