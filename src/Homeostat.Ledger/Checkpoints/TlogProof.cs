using System.Globalization;
using System.Text;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Checkpoints;

/// <summary>
/// A proof that stands on its own: where an entry is, its path, and the signed checkpoint that the path leads to (C2SP tlog-proof).
/// </summary>
public sealed record TlogProof(
    long Index,
    IReadOnlyList<Digest> Path,
    SignedNote Checkpoint,
    ReadOnlyMemory<byte> Extra = default
)
{
    private const string Magic = "c2sp.org/tlog-proof@v1";

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(ToString());

    public override string ToString()
    {
        var text = new StringBuilder().Append(Magic).Append('\n');
        if (!Extra.IsEmpty)
        {
            text.Append("extra ").Append(Convert.ToBase64String(Extra.Span)).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Path)
        {
            text.Append(hash.ToBase64()).Append('\n');
        }

        return text.Append('\n').Append(Checkpoint).ToString();
    }

    /// <summary>Reads a proof; a <see cref="FormatException"/> names the line that is wrong.</summary>
    public static TlogProof Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Limits.NoteBytes)
        {
            throw new FormatException($"a proof has at most {Limits.NoteBytes} bytes, not {bytes.Length}");
        }

        var split = bytes.IndexOf("\n\n"u8);
        if (split < 0)
        {
            throw new FormatException("a proof is a head, an empty line and a checkpoint");
        }

        var lines = Encoding.UTF8.GetString(bytes[..split]).Split('\n');
        var next = 0;
        if (lines[next++] != Magic)
        {
            throw new FormatException($"line 1 is not '{Magic}'");
        }

        var extra = ReadExtra(lines, ref next);
        var index = ReadIndex(lines, ref next);
        return new TlogProof(index, ReadPath(lines, next), SignedNote.Parse(bytes[(split + 2)..]), extra);
    }

    /// <summary>Checks the checkpoint's signature and the path; null where both hold, otherwise what is wrong.</summary>
    public string? Verify(Digest leaf, string origin, VerifierKey log)
    {
        try
        {
            var checkpoint = Checkpoints.Checkpoint.Open(Checkpoint, origin, log);
            return MerkleProof.VerifyInclusion(Index, checkpoint.Size, leaf, [.. Path], checkpoint.Root)
                ? null
                : $"the path does not lead from the entry at {Index} to the root of the checkpoint of size {checkpoint.Size}";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static byte[] ReadExtra(string[] lines, ref int next)
    {
        if (next >= lines.Length || !lines[next].StartsWith("extra ", StringComparison.Ordinal))
        {
            return [];
        }

        return StrictBase64.TryDecode(lines[next++].AsSpan("extra ".Length), out var bytes) && bytes.Length > 0
            ? bytes
            : throw new FormatException($"line {next} does not hold base64 after 'extra'");
    }

    private static long ReadIndex(string[] lines, ref int next)
    {
        var line = next < lines.Length ? lines[next] : "";
        next++;
        return
            line.StartsWith("index ", StringComparison.Ordinal)
            && Checkpoints.Checkpoint.TryParseSize(line.AsSpan("index ".Length), out var index)
            ? index
            : throw new FormatException($"line {next} is not 'index' and a number in decimal digits");
    }

    private static List<Digest> ReadPath(string[] lines, int next)
    {
        if (lines.Length - next > Limits.ProofHashes)
        {
            throw new FormatException($"a path has at most {Limits.ProofHashes} hashes, not {lines.Length - next}");
        }

        var path = new List<Digest>();
        for (; next < lines.Length; next++)
        {
            path.Add(
                Digest.TryParseBase64(lines[next], out var hash)
                    ? hash
                    : throw new FormatException($"line {next + 1} is not the base64 of a hash")
            );
        }

        return path;
    }
}
