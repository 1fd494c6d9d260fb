using System.CommandLine;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;

namespace Homeostat.Cli.Commands.Log;

/// <summary>Writes a proof that stands on its own: that an entry is in the log, in a form that others read.</summary>
internal static class ProveCommand
{
    public static Command Create()
    {
        var options = new LogOptions();
        var index = new Argument<long>("index") { Description = "the entry's place, counted from 0" };
        var output = new Option<string?>("--out") { Description = "the file to write (default: standard output)" };
        var signer = new Option<string?>("--signing-key")
        {
            Description =
                "the log's key file: writes the entry as a SCITT transparent statement with a COSE receipt instead of a tlog-proof",
        };
        var command = new Command("prove", "prove that an entry is in the log") { index, output, signer };
        options.AddTo(command);
        command.SetAction(parsed =>
            options.Run(
                parsed,
                log => Write(Prove(log, parsed.GetValue(index), parsed.GetValue(signer)), parsed.GetValue(output))
            )
        );
        return command;
    }

    private static byte[] Prove(PublishedLog log, long index, string? signer)
    {
        var entry = log.Entry(index);
        var size = log.Checkpoint.Size;
        var path = log.Prover.Inclusion(index, size);
        if (!MerkleProof.VerifyInclusion(index, size, TreeHash.Leaf(entry.Span), path, log.Checkpoint.Root))
        {
            throw new FormatException(
                $"entry {index} is not what the log signed; run 'homeostat log verify' to find what is damaged"
            );
        }

        if (signer is null)
        {
            return new TlogProof(index, path, log.Note).ToBytes();
        }

        using var key = SigningKey.Load(signer);
        return key.PublicKey.SequenceEqual(log.Key.PublicKeyBytesSpan)
            ? CoseReceipt.Attach(
                entry,
                [CoseReceipt.Inclusion(key, log.Checkpoint.Origin, size, index, path, log.Checkpoint.Root)]
            )
            : throw new FormatException($"{signer} is not the key of this log, {log.Key.Name}+{log.Key.Id:x8}");
    }

    private static int Write(byte[] proof, string? output)
    {
        if (output is not null)
        {
            File.WriteAllBytes(output, proof);
            return 0;
        }

        using var stream = Console.OpenStandardOutput();
        stream.Write(proof);
        return 0;
    }
}
