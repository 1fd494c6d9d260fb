using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Homeostat.Cli.Running;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Prints one entry whole, after checking that it is in the signed tree.</summary>
internal static class ShowCommand
{
    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var options = new LogOptions();
        var index = new Argument<long>("index") { Description = "the entry's place, counted from 0" };
        var command = new Command("show", "print one entry") { index };
        options.AddTo(command);
        command.SetAction(parsed => options.Run(parsed, log => Show(log, parsed.GetValue(index))));
        return command;
    }

    private static int Show(PublishedLog log, long index)
    {
        var entry = log.Entry(index);
        var path = log.Prover.Inclusion(index, log.Checkpoint.Size);
        if (
            !MerkleProof.VerifyInclusion(
                index,
                log.Checkpoint.Size,
                TreeHash.Leaf(entry.Span),
                path,
                log.Checkpoint.Root
            )
        )
        {
            return LogOptions.Fail(
                $"entry {index} is not what the log signed; run 'homeostat log verify' to find what is damaged"
            );
        }

        // The relaxed form keeps quotes and arrows readable; what could steer a terminal is taken out of each line.
        foreach (var line in StatementText.ToShow(index, entry).ToJsonString(s_indented).Split('\n'))
        {
            Console.WriteLine(PlainText.Clean(line.TrimEnd('\r')));
        }

        return 0;
    }
}
