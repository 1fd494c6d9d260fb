using System.Diagnostics;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tiles;
using Homeostat.Testing;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>The small writer as a process of its own, and what it said was acknowledged.</summary>
internal sealed class WriterProcess
{
    public static string Program { get; } = Find();

    public SortedDictionary<long, string> Acknowledged { get; } = [];

    public List<string> Lines { get; } = [];

    public int ExitCode { get; private set; }

    public string Errors { get; private set; } = "";

    /// <summary>Runs the writer to its end, or until <paramref name="kill"/> says so after a line.</summary>
    public async Task RunAsync(
        string folder,
        int entries,
        int callers,
        string[]? tracer = null,
        Func<int, Task<bool>>? kill = null
    )
    {
        string[] command = [.. tracer ?? [], Program, folder, $"{entries}", $"{callers}"];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Lines.Clear();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            Note(line);
            if (kill is not null && await kill(Lines.Count))
            {
                process.Kill();
                kill = null;
            }
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        ExitCode = process.ExitCode;
        Errors = await errors;
    }

    /// <summary>Every entry that was ever acknowledged is in the log, at its place, and the whole log verifies.</summary>
    public void CheckLog(string folder)
    {
        using var key = Samples.Key();
        var log = Path.Combine(folder, "log");
        var report = LedgerVerifier.Verify(log, key.VerifierKey.ToString());
        Assert.Empty(report.Findings);
        var reader = new TileReader(new FolderTiles(log));
        foreach (var (index, hash) in Acknowledged)
        {
            Assert.True(index < report.Size, $"entry {index} was acknowledged, and {report.Size} are there");
            var width = (int)Math.Min(256, report.Size - (index / 256 * 256));
            Assert.Equal(hash, TreeHash.Leaf(reader.Entries(index / 256, width)[(int)(index % 256)].Span).ToString());
        }
    }

    // One place acknowledged twice with different entries would be a fork.
    private void Note(string line)
    {
        Lines.Add(line);
        var words = line.Split(' ');
        if (words is ["ack", var index, { Length: 64 } hash])
        {
            var place = long.Parse(index);
            Assert.True(!Acknowledged.TryGetValue(place, out var before) || before == hash, $"two entries at {place}");
            Acknowledged[place] = hash;
        }
    }

    private static string Find()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(
            SharedFolder.Root(),
            "artifacts",
            "bin",
            "Homeostat.Ledger.Writer",
            own.Name,
            "Homeostat.Ledger.Writer"
        );
    }
}
