using System.Text.Json;
using Homeostat.Cli.Running;

namespace Homeostat.Cli.Tests.Replaying;

/// <summary>What a user of <c>replay</c> and <c>scenario</c> sees, and what their CI step can rest on.</summary>
public sealed class ReplayCommandTests
{
    [Fact]
    public async Task JsonIsAnArrayOfResults()
    {
        var (code, output, _) = await RunAsync("replay", "two-halves", "--json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        var results = json.RootElement.EnumerateArray().ToArray();
        Assert.Equal(["harmful", "twin", "stale"], results.Select(result => result.GetProperty("variant").GetString()));
        Assert.All(
            results,
            result =>
            {
                Assert.Equal(
                    ["scenario", "variant", "expected", "actual", "passed", "haltedBeforeFirstIrreversible", "lost"],
                    result.EnumerateObject().Select(property => property.Name)
                );
                Assert.True(result.GetProperty("passed").GetBoolean());
                Assert.True(result.GetProperty("haltedBeforeFirstIrreversible").GetBoolean());
                Assert.Equal(0, result.GetProperty("lost").GetArrayLength());
            }
        );
    }

    [Fact]
    public async Task WithoutHomeostatItSaysWhatIsLost()
    {
        var (code, output, _) = await RunAsync("replay", "gitlab-2017", "--without-homeostat");
        Assert.Equal(0, code);
        Assert.Contains("lost: projects thrown back by 6 h", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReplayThatEndsOtherwiseFails()
    {
        var (code, output, _) = await RunAsync("replay", "two-halves", "--ablate", "futures");
        Assert.Equal(1, code);
        Assert.Contains("FAIL harmful", output, StringComparison.Ordinal);
        Assert.Contains("lost: orders dead", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderIsAllTheFilesInIt()
    {
        using var folder = new Folder();
        await RunAsync("scenario", "new", "first", "--in", folder.Path);
        await RunAsync("scenario", "new", "second", "--in", folder.Path);
        var (code, output, _) = await RunAsync("replay", folder.Path);
        Assert.Equal(0, code);
        Assert.Contains("6 of 6 as expected", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatCannotBeUsedLeavesTheOthers()
    {
        using var folder = new Folder();
        await RunAsync("scenario", "new", "first", "--in", folder.Path);
        var bad = Path.Combine(folder.Path, "bad.yaml");
        await File.WriteAllTextAsync(bad, "scenario: bad", TestContext.Current.CancellationToken);
        var (code, output, error) = await RunAsync("replay", folder.Path);
        Assert.Equal(65, code);
        Assert.Contains("3 of 3 as expected", output, StringComparison.Ordinal);
        Assert.Contains($"{bad}:1: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANewScenarioHoldsAsItStands()
    {
        using var folder = new Folder();
        var (written, told, _) = await RunAsync("scenario", "new", "ours", "--in", folder.Path);
        Assert.Equal(0, written);
        Assert.Contains("ours.yaml", told, StringComparison.Ordinal);
        var (code, output, error) = await RunAsync("scenario", "check", Path.Combine(folder.Path, "ours.yaml"));
        Assert.True(code == 0, output + error);
        Assert.Contains("twin with the harmful target: deny", output, StringComparison.Ordinal);

        var (again, _, refusal) = await RunAsync("scenario", "new", "ours", "--in", folder.Path);
        Assert.Equal(64, again);
        Assert.Contains("cannot be written", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckFindsATwinThatIsNoTwin()
    {
        using var folder = new Folder();
        await RunAsync("scenario", "new", "ours", "--in", folder.Path);
        var path = Path.Combine(folder.Path, "ours.yaml");
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        // The "harm" is now as harmless as the twin.
        await File.WriteAllTextAsync(
            path,
            text.Replace("target: orders-db", "target: scratch-db", StringComparison.Ordinal),
            TestContext.Current.CancellationToken
        );
        var (code, output, _) = await RunAsync("scenario", "check", path);
        Assert.Equal(1, code);
        Assert.Contains("FAIL twin with the harmful target", output, StringComparison.Ordinal);
        Assert.Contains("FAIL harmful, without homeostat", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MistakesAreSaidWithFileLineAndRemedy()
    {
        using var folder = new Folder();
        var path = Path.Combine(folder.Path, "bad.yaml");
        await File.WriteAllTextAsync(path, "scenario: bad\nnow: never\n", TestContext.Current.CancellationToken);
        var (code, _, error) = await RunAsync("replay", path);
        Assert.Equal(65, code);
        Assert.Contains("bad.yaml:1: a scenario has no title; add `title:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("replay", "no-such-scenario")]
    [InlineData("replay", "--all", "--ablate", "luck")]
    [InlineData("replay", "--all", "--ablate", "futures", "--without-homeostat")]
    [InlineData("scenario", "new", "a/b")]
    public async Task WhatCannotBeMeantIsRefused(params string[] args)
    {
        var (code, _, error) = await RunAsync(args);
        Assert.Equal(64, code);
        Assert.NotEmpty(error);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandRunner.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("homeostat-cli-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
