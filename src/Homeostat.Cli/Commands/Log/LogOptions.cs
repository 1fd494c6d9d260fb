using System.CommandLine;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Tiles;
using Spectre.Console;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Where a log is and whose it is: what the commands about logs have in common.</summary>
internal sealed class LogOptions
{
    public const string DefaultFolder = ".homeostat/log";

    public Option<string> Location { get; } =
        new("--log")
        {
            Description = $"the log's folder or http(s) URL (default: {DefaultFolder})",
            DefaultValueFactory = _ => DefaultFolder,
        };

    public Option<string?> Key { get; } =
        new("--key")
        {
            Description =
                "the log's verifier key, name+id+base64; without it, what the log says about itself is believed",
        };

    public Option<string[]> Witnesses { get; } =
        new("--witness")
        {
            Description = "a witness's verifier key; may be given several times",
            DefaultValueFactory = _ => [],
        };

    public void AddTo(Command command)
    {
        command.Options.Add(Location);
        command.Options.Add(Key);
    }

    /// <summary>Runs an action on the published log; what is wrong with the log or the key is one line, and an exit code of its own.</summary>
    public int Run(ParseResult parsed, Func<PublishedLog, int> action)
    {
        try
        {
            using var log = PublishedLog.Open(parsed.GetValue(Location)!, parsed.GetValue(Key));
            return action(log);
        }
        catch (Exception e) when (e is FormatException or TileException or IOException or ArgumentOutOfRangeException)
        {
            return Fail(e.Message);
        }
    }

    public static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return ExitCode.BadInput;
    }

    /// <summary>Prints a report for people; good is 0, everything else is not.</summary>
    public static int Print(VerificationReport report, IAnsiConsole console)
    {
        foreach (var finding in report.Findings)
        {
            console.MarkupLineInterpolated($"[red]bad[/]  {finding.ToString()}");
        }

        if (report.UnknownSigners.Count > 0)
        {
            console.MarkupLineInterpolated(
                $"also signed by {string.Join(", ", report.UnknownSigners)}, unchecked: name them with --witness"
            );
        }

        if (report.IsLive)
        {
            console.WriteLine("a writer is at work: what it has not published yet was not checked");
        }

        var summary = $"{report.Origin}: {report.Entries} of {report.Size} entries, {report.Signatures} signatures";
        console.MarkupLineInterpolated(
            report.IsGood ? (FormattableString)$"[green]good[/] {summary}" : $"[red]not good[/] {summary}"
        );
        return report.IsGood ? 0 : ExitCode.BadInput;
    }
}

/// <summary>What a log has published: the newest signed checkpoint and the tiles behind it.</summary>
internal sealed class PublishedLog : IDisposable
{
    private readonly HttpTiles? _http;

    private PublishedLog(ITileSource source, string? key)
    {
        Source = source;
        _http = source as HttpTiles;
        Note = SignedNote.Parse(Read("checkpoint"));
        Key = VerifierKey.Parse(key ?? KeyOf(SignedNote.Parse(Read("log"))));
        Checkpoint = Checkpoint.Parse(Note.Text);
        if (!Note.IsSignedBy(Key))
        {
            throw new FormatException($"the checkpoint is not signed by {Key.Name}+{Key.Id:x8}");
        }

        Reader = new TileReader(source);
        Prover = new TileProver(Reader, Checkpoint.Size);
    }

    public ITileSource Source { get; }

    public VerifierKey Key { get; }

    public SignedNote Note { get; }

    public Checkpoint Checkpoint { get; }

    public TileReader Reader { get; }

    public TileProver Prover { get; }

    public static PublishedLog Open(string location, string? key)
    {
        var isUrl =
            location.StartsWith("http://", StringComparison.Ordinal)
            || location.StartsWith("https://", StringComparison.Ordinal);
        if (!isUrl && !Directory.Exists(location))
        {
            throw new FormatException($"there is no log at {location}; name its folder or URL with --log");
        }

        return new PublishedLog(
            isUrl ? new HttpTiles(new Uri(location.TrimEnd('/') + "/")) : new FolderTiles(location),
            key
        );
    }

    /// <summary>The entries from one index up to another, bundle by bundle.</summary>
    public IEnumerable<(long Index, ReadOnlyMemory<byte> Entry)> Entries(long from, long to)
    {
        for (var index = from; index < to; )
        {
            var bundle = index / TilePath.Width;
            var entries = Reader.Entries(
                bundle,
                (int)Math.Min(TilePath.Width, Checkpoint.Size - (bundle * TilePath.Width))
            );
            for (var i = (int)(index % TilePath.Width); i < entries.Count && index < to; i++, index++)
            {
                yield return (index, entries[i]);
            }
        }
    }

    public ReadOnlyMemory<byte> Entry(long index) =>
        index >= 0 && index < Checkpoint.Size
            ? Entries(index, index + 1).First().Entry
            : throw new FormatException(
                $"the log has the entries 0 to {Checkpoint.Size - 1}, and {index} is not one of them"
            );

    public void Dispose() => _http?.Dispose();

    private static string KeyOf(SignedNote description) => description.Text.Split('\n')[2];

    private byte[] Read(string path) =>
        Source.Read(path) ?? throw new FormatException($"there is no '{path}' in this log");
}
