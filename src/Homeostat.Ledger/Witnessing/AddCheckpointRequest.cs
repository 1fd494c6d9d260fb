using System.Globalization;
using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Witnessing;

/// <summary>
/// What a log sends to a witness (C2SP tlog-witness): <c>old N</c>, a consistency proof one hash a line, an empty line, the signed checkpoint.
/// </summary>
public sealed record AddCheckpointRequest(long OldSize, IReadOnlyList<Digest> Proof, SignedNote Checkpoint)
{
    /// <summary>The path, below a witness's prefix, that takes it.</summary>
    public const string Path = "add-checkpoint";

    public byte[] ToBytes()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"old {OldSize}\n");
        foreach (var hash in Proof)
        {
            text.Append(hash.ToBase64()).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.Append('\n').Append(Checkpoint).ToString());
    }

    /// <summary>Reads a request; a <see cref="FormatException"/> names the line that is wrong.</summary>
    public static AddCheckpointRequest Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Limits.NoteBytes)
        {
            throw new FormatException($"a request has at most {Limits.NoteBytes} bytes, not {bytes.Length}");
        }

        var split = bytes.IndexOf("\n\n"u8);
        var lines = split < 0 ? [] : Encoding.UTF8.GetString(bytes[..split]).Split('\n');
        if (
            lines.Length == 0
            || !lines[0].StartsWith("old ", StringComparison.Ordinal)
            || !Checkpoints.Checkpoint.TryParseSize(lines[0].AsSpan(4), out var old)
        )
        {
            throw new FormatException(
                "a request is 'old' and a size, hashes one a line, an empty line and a checkpoint"
            );
        }

        if (lines.Length - 1 > Limits.ProofHashes)
        {
            throw new FormatException(
                $"a consistency proof has at most {Limits.ProofHashes} hashes, not {lines.Length - 1}"
            );
        }

        var proof = new Digest[lines.Length - 1];
        for (var i = 0; i < proof.Length; i++)
        {
            if (!Digest.TryParseBase64(lines[i + 1], out proof[i]))
            {
                throw new FormatException($"line {i + 2} is not the base64 of a hash");
            }
        }

        return new AddCheckpointRequest(old, proof, SignedNote.Parse(bytes[(split + 2)..]));
    }
}
