using Homeostat.Cli.Running;
using Homeostat.Cli.Tests.Running;

namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>Whatever is wrong with what a person gave, the answer says what and where, without a stack trace.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("--now", "yesterday", "2026-03-02T12:00:00Z")]
    [InlineData("--now", "2026-03-02T12:00:00", "with its offset")]
    [InlineData("--observed-at", "12:00", "with its offset")]
    [InlineData("--stress-budget", "-1", "from 0 to 1000")]
    [InlineData("--confidence", "92%", "from 0 to 1")]
    [InlineData("--format", "xml", "of: 'table'")]
    [InlineData("--stress-budgte", "1", "did you mean --stress-budget?")]
    [InlineData("--colour", "always", "--colour")]
    public async Task A_wrong_option_is_a_usage_error(string option, string value, string told)
    {
        using var folder = new OrdersFolder().Destroying();

        var answer = await CommandLine.RunAsync("review", folder.Plan, "--log", folder.Log, option, value);

        Refused(answer, ExitCode.Usage, told);
        Assert.False(Path.Exists(folder.Log));
    }

    [Fact]
    public async Task A_command_without_its_plan_is_a_usage_error() =>
        Refused(await CommandLine.RunAsync("review"), ExitCode.Usage, "homeostat review --help");

    [Fact]
    public async Task A_misspelt_command_is_answered_with_the_nearest()
    {
        var answer = await CommandLine.RunAsync("reveiw", "plan.json");

        Refused(answer, ExitCode.Usage, "did you mean review?");
        Assert.DoesNotContain('\uFFFD', answer.Error);
    }

    [Fact]
    public async Task A_misspelt_option_that_stands_first_is_not_taken_for_the_plan() =>
        Refused(
            await CommandLine.RunAsync("review", "--fromat", "json", "plan.json"),
            ExitCode.Usage,
            "--fromat is no option; did you mean --format?"
        );

    [Theory]
    [InlineData(null, "homeostat")]
    [InlineData("./homeostat", "./homeostat")]
    [InlineData("x; rm -rf /", "homeostat")]
    public void Advice_names_the_program_as_it_was_called(string? said, string name) =>
        Assert.Equal(name, CalledAs.Of(said));

    [Fact]
    public async Task A_missing_file_and_a_folder_are_named()
    {
        using var folder = new OrdersFolder();

        Refused(await folder.ReviewAsync(), ExitCode.BadInput, $"{folder.Plan}: there is no such file");
        Directory.CreateDirectory(folder.Plan);
        Refused(await folder.ReviewAsync(), ExitCode.BadInput, $"{folder.Plan}: this is a folder");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{\"format_version\": \"1.2\", ", "line 1")]
    [InlineData("[]", "not an object")]
    public async Task A_broken_file_is_named_with_the_place(string content, string told)
    {
        using var folder = new OrdersFolder();
        await File.WriteAllTextAsync(folder.Plan, content, TestContext.Current.CancellationToken);

        var answer = await folder.ReviewAsync();

        Refused(answer, ExitCode.BadInput, folder.Plan);
        Assert.Contains(told, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_is_not_a_plan()
    {
        using var folder = new OrdersFolder();
        await File.WriteAllTextAsync(
            folder.Plan,
            """{"version": 4, "serial": 1, "lineage": "a", "resources": []}""",
            TestContext.Current.CancellationToken
        );

        Refused(await folder.ReviewAsync(), ExitCode.BadInput, "this is a state, which proposes nothing");
    }

    [Fact]
    public async Task A_plan_made_from_another_state_is_refused()
    {
        using var folder = new OrdersFolder().Destroying();
        var state = folder.PathOf("other.tfstate");
        await File.WriteAllTextAsync(
            state,
            """{"version": 4, "serial": 1, "lineage": "a", "resources": []}""",
            TestContext.Current.CancellationToken
        );

        Refused(await folder.ReviewAsync("--state", state), ExitCode.BadInput, "made from another state");
    }

    [Fact]
    public async Task Every_error_of_an_overlay_is_told_at_once_with_its_line()
    {
        using var folder = new OrdersFolder().Destroying();
        await File.WriteAllTextAsync(
            folder.PathOf("homeostat.yaml"),
            "version: 1\nservice: []\nresources:\n  - { id: aws_lb.orders, tier: 7 }\n",
            TestContext.Current.CancellationToken
        );

        var answer = await folder.ReviewAsync();

        Refused(answer, ExitCode.BadInput, "homeostat.yaml:2:");
        Assert.Contains("homeostat.yaml:4:", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_ours_allows_nothing_and_keeps_its_details_for_those_who_ask()
    {
        using var folder = new OrdersFolder().Destroying();
        string[] args = ["review", folder.Plan, "--now", OrdersFolder.Now, "--log", folder.Log];

        var (code, error) = await RunOntoBrokenOutputAsync(args);
        var (_, verbose) = await RunOntoBrokenOutputAsync([.. args, "--verbose"]);

        Assert.Equal(ExitCode.Internal, code);
        Assert.Contains("please report it", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Contains("   at ", verbose, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Error)> RunOntoBrokenOutputAsync(string[] args)
    {
        await using var output = new BrokenWriter();
        await using var error = new StringWriter();
        var code = await CommandRunner.RunAsync(args, output, error);
        return (code, error.ToString());
    }

    private static void Refused(Answer answer, int code, string told)
    {
        Assert.Equal(code, answer.Code);
        Assert.Contains(told, answer.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Error, StringComparison.Ordinal);
        Assert.Empty(answer.Output);
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void Write(string? value) => throw new InvalidOperationException("the output broke");

        public override void Write(char value) => throw new InvalidOperationException("the output broke");
    }
}
