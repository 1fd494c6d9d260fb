using System.Diagnostics;
using Homeostat.Testing;

namespace Homeostat.Architecture.Tests.Files;

/// <summary>
/// <c>./homeostat test</c> in a checkout of its own, with programs in place of the SDK and of the test projects: whatever
/// goes wrong must be counted.
/// </summary>
public sealed class TestCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("home stat").FullName;

    public TestCommandTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script needs bash");
        foreach (var file in (string[])["homeostat", ".ci/test-projects", ".ci/declared"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, file))!);
            File.Copy(Path.Combine(SharedFolder.Root(), file), Path.Combine(_root, file));
        }

        File.WriteAllText(Path.Combine(_root, ".ci/debian-packages.txt"), "");
        File.WriteAllText(Path.Combine(_root, "global.json"), "{}");
        Program("programs/dotnet", "exit 0");
        Program("programs/apt-get", "exit 1");
        Program("programs/apt-cache", "exit 1");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Counts_are_summed_over_the_projects()
    {
        Project("A", Reports(total: 5, passed: 3, failed: 0, skipped: 2));
        Project("B", Reports(total: 4, passed: 4, failed: 0, skipped: 0));

        AssertEnds(0, "7 passed, 0 failed, 2 skipped", Run("test"));
    }

    [Fact]
    public void A_failure_anywhere_fails_the_run()
    {
        Project("A", Reports(total: 3, passed: 1, failed: 2, skipped: 0) + "\nexit 2");
        Project("B", Reports(total: 4, passed: 4, failed: 0, skipped: 0));

        AssertEnds(1, "5 passed, 2 failed, 0 skipped", Run("test"));
    }

    [Theory]
    [InlineData("kill -ABRT $$")]
    [InlineData("exit 0")]
    [InlineData("echo '<TestRun>' >\"$results/$name\"; exit 0")]
    public void A_project_that_ends_before_it_reports_is_a_failure(string script)
    {
        Project("A", script);
        Project("B", Reports(total: 4, passed: 4, failed: 0, skipped: 0));

        AssertEnds(1, "4 passed, 1 failed, 0 skipped", Run("test"));
    }

    [Fact]
    public void A_report_of_an_earlier_run_does_not_count()
    {
        Project("A", Reports(total: 4, passed: 4, failed: 0, skipped: 0));
        AssertEnds(0, "4 passed, 0 failed, 0 skipped", Run("test"));
        Project("A", "exit 0");

        AssertEnds(1, "0 passed, 1 failed, 0 skipped", Run("test"));
    }

    [Fact]
    public void A_project_that_ends_badly_after_passing_is_a_failure()
    {
        Project("A", Reports(total: 4, passed: 4, failed: 0, skipped: 0) + "\nexit 7");

        AssertEnds(1, "4 passed, 1 failed, 0 skipped", Run("test"));
    }

    [Fact]
    public void A_project_that_runs_no_test_is_a_failure()
    {
        Project("A", Reports(total: 0, passed: 0, failed: 0, skipped: 0) + "\nexit 8");
        Project("B", Reports(total: 4, passed: 4, failed: 0, skipped: 0));

        AssertEnds(1, "4 passed, 1 failed, 0 skipped", Run("test"));
    }

    [Fact]
    public void With_a_filter_only_all_projects_together_must_run_a_test()
    {
        Project("A", Reports(total: 0, passed: 0, failed: 0, skipped: 0) + "\nexit 8");
        AssertEnds(1, "0 passed, 1 failed, 0 skipped", Run("test", "Nothing"));
        Project("B", Reports(total: 4, passed: 4, failed: 0, skipped: 0));

        AssertEnds(0, "4 passed, 0 failed, 0 skipped", Run("test", "Something"));
    }

    [Fact]
    public void A_project_that_was_not_built_is_a_failure()
    {
        Directory.CreateDirectory(Path.Combine(_root, "tests/Homeostat.A.Tests"));
        Project("B", Reports(total: 4, passed: 4, failed: 0, skipped: 0));

        AssertEnds(1, "4 passed, 1 failed, 0 skipped", Run("test"));
    }

    [Fact]
    public void A_build_that_fails_fails_every_project()
    {
        Program("programs/dotnet", "[[ $1 == --version ]] || { echo 'A.cs(1,2): error CS1: broken'; exit 1; }");
        Project("A", Reports(total: 4, passed: 4, failed: 0, skipped: 0));

        var run = Run("test");

        AssertEnds(1, "0 passed, 1 failed, 0 skipped", run);
        Assert.Contains("error CS1: broken", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_project_nothing_has_passed() => AssertEnds(1, "0 passed, 1 failed, 0 skipped", Run("test"));

    [Fact]
    public void In_CI_a_test_may_not_be_skipped_because_a_program_is_missing()
    {
        Project(
            "A",
            "echo '<UnitTestResult outcome=\"NotExecuted\"><Message>strace is not installed</Message>"
                + "<Counters total=\"2\" passed=\"1\" failed=\"0\" notExecuted=\"1\" />' >\"$results/$name\""
        );

        AssertEnds(0, "1 passed, 0 failed, 1 skipped", Run("test"));
        AssertEnds(1, "1 passed, 1 failed, 1 skipped", Run(inCI: true, "test"));
    }

    [Fact]
    public void A_missing_SDK_is_named_with_the_way_to_get_it()
    {
        Program("programs/dotnet", "exit 1");

        var run = Run("review");

        Assert.Equal(70, run.Code);
        Assert.Contains("the .NET SDK 10.0 is missing", run.Error, StringComparison.Ordinal);
    }

    private void Project(string name, string script)
    {
        Directory.CreateDirectory(Path.Combine(_root, $"tests/Homeostat.{name}.Tests"));
        Program(
            $"artifacts/bin/Homeostat.{name}.Tests/debug/Homeostat.{name}.Tests",
            "while (($# > 0)); do case $1 in --report-xunit-trx-filename) name=$2 ;; --results-directory) results=$2 ;; "
                + "esac; shift; done\n"
                + script
        );
    }

    private static string Reports(int total, int passed, int failed, int skipped) =>
        $"echo '<Counters total=\"{total}\" passed=\"{passed}\" failed=\"{failed}\" notExecuted=\"{skipped}\" />' "
        + ">\"$results/$name\"";

    private void Program(string path, string script)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"#!/usr/bin/env bash\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private (int Code, string Output, string Error) Run(params string[] arguments) => Run(inCI: false, arguments);

    private (int Code, string Output, string Error) Run(bool inCI, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_root, "homeostat"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["PATH"] = $"{Path.Combine(_root, "programs")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CI"] = inCI ? "true" : "";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    private static void AssertEnds(int code, string last, (int Code, string Output, string Error) run)
    {
        Assert.Equal(last, run.Output.TrimEnd('\n').Split('\n')[^1]);
        Assert.Equal(code, run.Code);
    }
}
