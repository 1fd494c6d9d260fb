using System.Diagnostics;

namespace Homeostat.SystemTests.Postgres.Site;

internal sealed record Ran(int Code, string Output, string Errors);

/// <summary>PostgreSQL's own programs, as people run them.</summary>
internal static class Programs
{
    public const string Folder = "/usr/lib/postgresql/15/bin";

    /// <summary>Where postgres, initdb and pg_ctl are: those of another major version where somebody says so. The clients stay the same.</summary>
    private static readonly string Servers = Environment.GetEnvironmentVariable("HOMEOSTAT_POSTGRES") ?? Folder;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Process Start(string program, IEnumerable<string> arguments, Door? door = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in door?.Variables ?? [])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static async Task<Ran> RunAsync(
        string program,
        IEnumerable<string> arguments,
        Door? door = null,
        string input = ""
    )
    {
        using var process = Start(program, arguments, door);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read all of it; its code says why.
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        return new Ran(process.ExitCode, await output, await errors);
    }

    /// <summary>One of PostgreSQL's clients; its code must be 0.</summary>
    public static async Task<string> ClientAsync(Door door, string program, params string[] arguments)
    {
        var ran = await RunAsync($"{Folder}/{program}", arguments, door);
        Assert.True(ran.Code == 0, $"{program} {string.Join(' ', arguments)} ended with {ran.Code}: {ran.Errors}");
        return ran.Output;
    }

    /// <summary>A script in psql; what went wrong stands in its errors, with its SQLSTATE.</summary>
    public static Task<Ran> PsqlAsync(Door door, string script, params string[] arguments) =>
        RunAsync($"{Folder}/psql", ["-X", "-q", "-v", "VERBOSITY=verbose", .. arguments], door, script);

    /// <summary>One of PostgreSQL's servers' programs, which refuse to run as root.</summary>
    public static async Task ServerAsync(string program, params string[] arguments)
    {
        string[] line = Environment.IsPrivilegedProcess
            ? ["runuser", "-u", "postgres", "--", $"{Servers}/{program}", .. arguments]
            : [$"{Servers}/{program}", .. arguments];
        // Nobody reads what it says: what it starts in the background would hold that open for ever.
        using var process = Process.Start(
            new ProcessStartInfo(line[0], line[1..]) { UseShellExecute = false, RedirectStandardOutput = true }
        )!;
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', line)} ended with {process.ExitCode}");
    }
}
