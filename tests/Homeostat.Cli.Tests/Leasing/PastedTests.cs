using System.Diagnostics;
using Homeostat.Testing;

namespace Homeostat.Cli.Tests.Leasing;

/// <summary>What we tell people to paste works as it stands.</summary>
public sealed class PastedTests
{
    private const string Curl = "/usr/bin/curl";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_three_things_that_up_prints()
    {
        Assert.SkipUnless(File.Exists(Curl), "curl is not installed");
        using var service = await RunningService.StartAsync();
        await ReadyAsync(service);
        var from = service.Lines.FindIndex(line => line.StartsWith("Three things", StringComparison.Ordinal));

        var lines = await PasteAsync(string.Join('\n', service.Lines.Skip(from + 1)), service.Data);

        Assert.Equal(3, lines.Count);
        Assert.Contains("\"ready\":true", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"verdict\":\"deny\"", lines[1], StringComparison.Ordinal);
        Assert.Contains("ways back", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"verdict\":\"allow\"", lines[2], StringComparison.Ordinal);
        Assert.Contains("\"inclusionProof\"", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_success_of_the_readme()
    {
        Assert.SkipUnless(File.Exists(Curl), "curl is not installed");
        using var service = await RunningService.StartAsync();
        await ReadyAsync(service);
        var text = await File.ReadAllTextAsync(Path.Combine(SharedFolder.Root(), "README.md"), Token);
        const string mark = "<!-- a test pastes this -->\n";
        var block = text[(text.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..].Split("```")[1];

        // A folder that looks like the checkout in which somebody has started the service.
        var folder = Directory.CreateTempSubdirectory("homeostat-readme-");
        folder.CreateSubdirectory(".homeostat");
        File.CreateSymbolicLink(Path.Combine(folder.FullName, ".homeostat", "service"), service.Data);
        File.CreateSymbolicLink(
            Path.Combine(folder.FullName, "homeostat"),
            Path.Combine(AppContext.BaseDirectory, "homeostat")
        );
        var lines = await PasteAsync(block["bash\n".Length..], folder.FullName);

        var verdicts = lines.Where(line => line.StartsWith("{\"verdict\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, verdicts.Count);
        Assert.Contains("ways back", verdicts[0], StringComparison.Ordinal);
        Assert.Contains("\"verdict\":\"allow\"", verdicts[1], StringComparison.Ordinal);
        Assert.Contains("was revoked", verdicts[2], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("good ", StringComparison.Ordinal));
        Directory.Delete(folder.FullName, recursive: true);
    }

    private static async Task<List<string>> PasteAsync(string script, string folder)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-s"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, output);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static async Task ReadyAsync(RunningService service)
    {
        using var http = new HttpClient { BaseAddress = service.Address };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await http.GetAsync("readyz", patience.Token)).IsSuccessStatusCode)
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
