using System.CommandLine;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Prints the newest entries, one a line, and follows the log if asked.</summary>
internal static class TailCommand
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var options = new LogOptions();
        var count = new Option<int>("--lines", "-n")
        {
            Description = "how many entries",
            DefaultValueFactory = _ => 20,
        };
        var follow = new Option<bool>("--follow", "-f") { Description = "go on until interrupted" };
        var command = new Command("tail", "print the newest entries") { count, follow };
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                var next = -1L;
                var code = options.Run(
                    parsed,
                    log => Print(log, Math.Max(0, log.Checkpoint.Size - parsed.GetValue(count)), out next)
                );
                while (code == 0 && parsed.GetValue(follow) && !cancellationToken.IsCancellationRequested)
                {
                    await Task.Delay(s_pause, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
                    var from = next;
                    code = options.Run(parsed, log => Print(log, from, out next));
                }

                return code;
            }
        );
        return command;
    }

    private static int Print(PublishedLog log, long from, out long next)
    {
        next = from;
        foreach (var (index, entry) in log.Entries(from, log.Checkpoint.Size))
        {
            Console.WriteLine(StatementText.Line(index, entry));
            next = index + 1;
        }

        return 0;
    }
}
