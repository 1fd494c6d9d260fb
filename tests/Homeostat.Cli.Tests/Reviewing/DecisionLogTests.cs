using System.Diagnostics;
using System.Text.Json.Nodes;
using Homeostat.Cli.Tests.Running;
using Homeostat.Ledger.Auditing;

namespace Homeostat.Cli.Tests.Reviewing;

/// <summary>A decision is on the log before anybody hears of it.</summary>
public sealed class DecisionLogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Each_decision_is_an_entry_that_the_verifier_accepts()
    {
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");

        await folder.ReviewAsync();
        var answer = JsonNode.Parse((await folder.ReviewAsync("--format", "json")).Output)!;

        var report = await VerifyAsync(folder);
        Assert.True(report.IsGood, report.First?.ToString());
        Assert.Equal(2, report.Entries);
        Assert.Equal(1, answer["log"]!["entry"]!.GetValue<int>());
        Assert.Equal(2, answer["log"]!["treeSize"]!.GetValue<int>());
    }

    [Fact]
    public async Task Reviews_at_times_that_a_person_gave_pass_the_audit_in_any_order()
    {
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");
        await folder.ReviewAsync();
        await folder.ReviewAtAsync("2026-03-02T11:00:00Z");
        var key = (await File.ReadAllTextAsync($"{folder.Log}.pub", TestContext.Current.CancellationToken)).Trim();

        var answer = await CommandLine.RunAsync("log", "audit", "--log", folder.Log, "--key", key);

        Assert.Equal(0, answer.Code);
    }

    [Fact]
    public async Task The_signing_key_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no Unix file modes here");
        using var folder = new OrdersFolder().Destroying();

        await folder.ReviewAsync();

        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode($"{folder.Log}.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    [Fact]
    public async Task What_cannot_be_written_down_is_denied_and_still_explained()
    {
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Log)!);
        await File.WriteAllTextAsync(folder.Log, "a file where the folder goes", TestContext.Current.CancellationToken);

        var answer = await folder.ReviewAsync();

        Assert.Equal(40, answer.Code);
        Assert.Contains("cannot be opened", answer.Output, StringComparison.Ordinal);
        Assert.Contains("give another with --log", answer.Output, StringComparison.Ordinal);
        Assert.Contains("log       not written", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_others_can_read_is_not_used()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no Unix file modes here");
        using var folder = new OrdersFolder().Destroying();
        await folder.ReviewAsync();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode($"{folder.Log}.key", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        var answer = await folder.ReviewAsync();

        Assert.Equal(40, answer.Code);
        Assert.Contains("set its mode to 600", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_before_it_could_answer_it_has_written_the_decision_down()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux(),
            "it needs a pipe that can be filled and a process that can be killed"
        );
        using var folder = new OrdersFolder().Destroying("aws_eip.old_bastion");
        using var shell = StartWithFullPipe(folder);
        try
        {
            await UntilAsync(() => File.Exists(folder.PathOf("pid")) && Entries(folder) == 1);
        }
        finally
        {
            Process.GetProcessById(await PidAsync(folder)).Kill();
            shell.Kill(entireProcessTree: true);
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var next = await folder.ReviewAsync();

        Assert.Equal(0, next.Code);
        var report = await VerifyAsync(folder);
        Assert.True(report.IsGood, report.First?.ToString());
        Assert.Equal(2, report.Entries);
    }

    /// <summary>The pipe takes 64 KiB and is full before the command starts, so that it stops at the first letter of its answer.</summary>
    private static Process StartWithFullPipe(OrdersFolder folder)
    {
        const string Script =
            "{ head -c 65536 /dev/zero; echo $BASHPID > \"$1\"; exec \"${@:2}\"; } | { sleep 300; cat > /dev/null; }";
        var start = new ProcessStartInfo("bash")
        {
            ArgumentList =
            {
                "-c",
                Script,
                "bash",
                folder.PathOf("pid"),
                Path.Combine(AppContext.BaseDirectory, "homeostat"),
                "review",
                folder.Plan,
                "--now",
                OrdersFolder.Now,
                "--log",
                folder.Log,
            },
        };
        return Process.Start(start)!;
    }

    private static async Task<int> PidAsync(OrdersFolder folder) =>
        int.Parse(await File.ReadAllTextAsync(folder.PathOf("pid"), TestContext.Current.CancellationToken));

    private static long Entries(OrdersFolder folder)
    {
        var checkpoint = Path.Combine(folder.Log, "checkpoint");
        return File.Exists(checkpoint) && File.ReadAllLines(checkpoint) is [_, var size, ..] ? long.Parse(size) : 0;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, "the command has not decided in time");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }

    private static async Task<VerificationReport> VerifyAsync(OrdersFolder folder)
    {
        var key = await File.ReadAllTextAsync($"{folder.Log}.pub", TestContext.Current.CancellationToken);
        return LedgerVerifier.Verify(folder.Log, key.Trim());
    }
}
