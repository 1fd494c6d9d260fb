using System.CommandLine;
using System.Globalization;
using Homeostat.Cli.Commands.Log;
using Homeostat.Cli.Friction;
using Homeostat.Cli.Indexing;
using Homeostat.Cli.Running;
using Homeostat.Cli.Serving;
using Homeostat.Client;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Cli.Commands;

/// <summary><c>homeostat report friction</c>: what observe mode let pass that enforcing would not.</summary>
internal static class FrictionCommand
{
    public static Command Create()
    {
        var service = new ServiceAddress();
        var since = new Option<string?>("--since")
        {
            HelpName = "TIME",
            Description = "only from then on: a duration (90s, 15m, 2h, 7d), or a time with an offset",
        };
        var friction = new Command("friction", "what would have been held up in observe mode, why, and what settles it")
        {
            since,
        };
        service.AddTo(friction);
        friction.SetAction(
            async (parsed, cancellationToken) =>
            {
                var fold = new FrictionFold(Since(parsed.GetValue(since), TimeProvider.System.GetUtcNow()));
                if (parsed.GetValue(service.Server) is null)
                {
                    ReadFolder(Path.Combine(parsed.GetRequiredValue(service.Data), "log"), fold);
                }
                else
                {
                    var (client, http) = service.Connect(parsed);
                    using (http)
                    {
                        await ReadServiceAsync(client, fold, cancellationToken);
                    }
                }

                FrictionText.Write(fold, parsed.InvocationConfiguration.Output);
                return ExitCode.Allow;
            }
        );
        return new Command("report", "sum up what a service did") { friction };
    }

    /// <summary>What a writer at work has not published yet is not in it.</summary>
    private static void ReadFolder(string folder, FrictionFold fold)
    {
        try
        {
            using var log = PublishedLog.Open(folder, key: null);
            foreach (var (index, entry) in log.Entries(0, log.Checkpoint.Size))
            {
                Add(fold, index, entry, log.Key);
            }
        }
        catch (Exception error) when (error is FormatException or TileException or IOException)
        {
            throw new UsageException($"{folder}: {error.Message}; --data names the folder of a service");
        }
    }

    private static async Task ReadServiceAsync(
        HomeostatClient client,
        FrictionFold fold,
        CancellationToken cancellationToken
    )
    {
        long? from = 0;
        while (from is { } at)
        {
            var page = await client.EntriesAsync(at, cancellationToken);
            var key = VerifierKey.Parse(page.Key);
            foreach (var entry in page.Entries)
            {
                Add(fold, entry.Index, Convert.FromBase64String(entry.Entry), key);
            }

            from = page.Next;
        }
    }

    private static void Add(FrictionFold fold, long index, ReadOnlyMemory<byte> entry, VerifierKey key)
    {
        if (DecisionReading.Of(entry, key).Decision is { } decision)
        {
            fold.Add(index, decision);
        }
    }

    private static DateTimeOffset? Since(string? text, DateTimeOffset now) =>
        text is null ? null
        : text.Contains('-', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
        : now - TimeSpan.FromSeconds(Typed.Seconds("--since", text)!.Value);
}
