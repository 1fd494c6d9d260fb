using System.CommandLine;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Writes entries as JSON, one a line, for other tools.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var options = new LogOptions();
        var from = new Option<long>("--from") { Description = "the first entry" };
        var to = new Option<long?>("--to") { Description = "the entry after the last (default: the log's size)" };
        var output = new Option<string?>("--out") { Description = "the file to write (default: standard output)" };
        var command = new Command("export", "write entries as JSON, one a line") { from, to, output };
        options.AddTo(command);
        command.SetAction(parsed =>
            options.Run(
                parsed,
                log =>
                    Export(
                        log,
                        parsed.GetValue(from),
                        parsed.GetValue(to) ?? log.Checkpoint.Size,
                        parsed.GetValue(output)
                    )
            )
        );
        return command;
    }

    private static int Export(PublishedLog log, long from, long to, string? output)
    {
        if (from < 0 || from > to || to > log.Checkpoint.Size)
        {
            return LogOptions.Fail(
                $"the log has the entries 0 to {log.Checkpoint.Size - 1}; {from} to {to - 1} are not all there"
            );
        }

        using var writer = output is null ? null : new StreamWriter(output);
        foreach (var (index, entry) in log.Entries(from, to))
        {
            (writer ?? Console.Out).WriteLine(StatementText.ToJson(index, entry).ToJsonString());
        }

        return 0;
    }
}
