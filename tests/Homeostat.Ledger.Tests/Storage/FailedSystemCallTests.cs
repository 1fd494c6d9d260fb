namespace Homeostat.Ledger.Tests.Storage;

/// <summary>The kernel refuses the writer's system calls, one after another; the numbers count each thread's calls for itself.</summary>
public sealed class FailedSystemCallTests : IDisposable
{
    private const string Tracer = "/usr/bin/strace";

    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("fsync", "EIO", 1, 60, 1)]
    [InlineData("fsync", "ENOSPC", 2, 60, 7)]
    [InlineData("pwrite64", "EIO", 1, 60, 2)]
    [InlineData("pwrite64", "ENOSPC", 1, 60, 2)]
    [InlineData("rename", "EIO", 1, 16, 1)]
    [InlineData("rename", "ENOSPC", 1, 16, 2)]
    [InlineData("mkdir", "ENOSPC", 1, 9, 1)]
    [InlineData("mkdir", "EIO", 1, 9, 2)]
    [InlineData("unlink", "EIO", 1, 8, 1)]
    [InlineData("rmdir", "EIO", 1, 4, 1)]
    [InlineData("ftruncate", "EIO", 1, 12, 1)]
    [InlineData("flock", "EIO", 1, 12, 1)]
    [InlineData("openat", "ENOSPC", 1, 30, 3)]
    [InlineData("openat", "EIO", 180, 260, 10)]
    public async Task A_failed_call_loses_nothing_and_the_next_start_recovers(
        string call,
        string error,
        int first,
        int last,
        int step
    )
    {
        Assert.SkipUnless(File.Exists(Tracer), "strace is not installed");
        var reached = 0;
        for (var number = first; number <= last; number += step)
        {
            var folder = _folder.File($"{number}");
            Directory.CreateDirectory(folder);
            var writer = new WriterProcess();
            await writer.RunAsync(folder, 40, 2, Trace(call, $"{error}:when={number}", _folder.File("trace")));
            var trace = await File.ReadAllTextAsync(_folder.File("trace"), TestContext.Current.CancellationToken);
            reached += trace.Contains("(INJECTED)", StringComparison.Ordinal) ? 1 : 0;
            await writer.RunAsync(folder, 5, 1);
            Assert.True(
                writer.Lines[^1] == "closed",
                $"{call} {number}: {string.Join(" | ", writer.Lines)} {writer.Errors}"
            );
            writer.CheckLog(folder);
        }

        Assert.True(reached > 0, $"{call} was never made to fail");
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Trace(string call, string injection, string output) =>
        [Tracer, "-f", "--seccomp-bpf", "-e", $"trace={call}", "-e", $"inject={call}:error={injection}", "-o", output];
}
