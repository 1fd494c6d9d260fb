using System.Diagnostics;
using System.Text.RegularExpressions;
using Homeostat.Testing;

namespace Homeostat.Cli.Tests.Documents;

/// <summary>README shows what its first command prints, and not what it once printed.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task The_block_of_the_readme_is_the_output_of_its_command()
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(SharedFolder.Root(), "README.md"),
            TestContext.Current.CancellationToken
        );
        var command = Command().Match(text).Groups["arguments"].Value.Trim().Split(' ');
        var shown = Block().Match(text).Groups["output"].Value;

        var (code, output) = await RunAsync(command);

        Assert.Equal(40, code);
        Assert.Equal(LogLine().Replace(output, "log       …\n"), LogLine().Replace(shown, "log       …\n"));
    }

    [Fact]
    public async Task The_sample_of_a_comment_is_what_a_pull_request_gets()
    {
        var path = Path.Combine(SharedFolder.Root(), "samples", "orders", "comment.md");
        var shown = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

        var (_, output) = await RunAsync([
            "review",
            "samples/orders/plan.json",
            "--now",
            "2026-03-02T12:10:00Z",
            "--format",
            "markdown",
        ]);

        Assert.Equal(Leaf().Replace(output, "…"), Leaf().Replace(shown, "…"));
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] arguments)
    {
        var log = Directory.CreateTempSubdirectory("homeostat-");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "homeostat"))
        {
            WorkingDirectory = SharedFolder.Root(),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["COLUMNS"] = "80" },
        };
        Array.ForEach([.. arguments, "--log", Path.Combine(log.FullName, "log")], start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        log.Delete(recursive: true);
        return (process.ExitCode, output);
    }

    [GeneratedRegex(
        @"^    \./homeostat (?<arguments>review .*)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Command();

    [GeneratedRegex(
        @"a test holds it -->\n```\n(?<output>.*?)```",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Block();

    [GeneratedRegex("[0-9a-f]{64}", RegexOptions.None, 1000)]
    private static partial Regex Leaf();

    /// <summary>The folder and the signature are of each run alone.</summary>
    [GeneratedRegex(@"^log       entry(.|\n)*?…\n", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogLine();
}
