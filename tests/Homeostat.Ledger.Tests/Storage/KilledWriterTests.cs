namespace Homeostat.Ledger.Tests.Storage;

/// <summary>A writer under load is killed again and again.</summary>
public sealed class KilledWriterTests : IDisposable
{
    private const int Kills = 200;

    private readonly TestFolder _folder = new();

    [Fact]
    public async Task Two_hundred_kills_lose_nothing_and_fork_nothing()
    {
        var random = new Random(42);
        var writer = new WriterProcess();
        for (var kill = 0; kill < Kills; kill++)
        {
            // Some die while they recover, most while they append.
            var after = random.Next(6) == 0 ? 1 : random.Next(2, 400);
            var delay = TimeSpan.FromMilliseconds(random.Next(5));
            await writer.RunAsync(
                _folder.Path,
                100_000,
                8,
                kill: async lines =>
                {
                    if (lines < after)
                    {
                        return false;
                    }

                    await Task.Delay(delay, TestContext.Current.CancellationToken);
                    return true;
                }
            );
            Assert.StartsWith("open ", writer.Lines[0], StringComparison.Ordinal);
            Assert.Equal(137, writer.ExitCode);
        }

        await writer.RunAsync(_folder.Path, 10, 1);
        Assert.Equal("closed", writer.Lines[^1]);
        Assert.True(writer.Acknowledged.Count > Kills, $"only {writer.Acknowledged.Count} entries were acknowledged");
        writer.CheckLog(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();
}
