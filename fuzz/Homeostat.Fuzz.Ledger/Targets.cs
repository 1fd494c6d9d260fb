using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;
using Homeostat.Ledger.Tiles;
using Homeostat.Ledger.Witnessing;

namespace Homeostat.Fuzz.Ledger;

/// <summary>
/// Every parser of hostile bytes in the ledger. The first byte of an input picks the parser, the rest is what it gets. A parser may answer no, or
/// throw <see cref="FormatException"/>; what it accepts must be written back to the same bytes.
/// </summary>
internal static class Targets
{
    private static readonly SigningKey s_key = SigningKey.FromSeed("example.org/log", new byte[32]);

    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        var bytes = input[1..].ToArray();
        try
        {
            Parse(input[0] % 10, bytes);
        }
        catch (FormatException)
        {
            // The one thing that a parser may throw.
        }
    }

    private static void Parse(int target, byte[] bytes)
    {
        switch (target)
        {
            case 0:
                var note = SignedNote.Parse(bytes);
                Same(bytes, note.ToBytes());
                _ = note.IsSignedBy(s_key.VerifierKey);
                _ = Checkpoint.Parse(note.Text);
                break;
            case 1:
                var proof = TlogProof.Parse(bytes);
                Same(bytes, proof.ToBytes());
                _ = proof.Verify(default, "example.org/log", s_key.VerifierKey);
                break;
            case 2:
                Same(bytes, AddCheckpointRequest.Parse(bytes).ToBytes());
                break;
            case 3:
                _ = Statement.Parse(bytes).VerifySignature();
                break;
            case 4:
                _ = DeterministicCbor.Check(bytes);
                break;
            case 5:
                _ = TlogPolicy
                    .Parse(Encoding.UTF8.GetString(bytes))
                    .IsSatisfied(new HashSet<string>(StringComparer.Ordinal));
                break;
            case 6:
                Bundle(bytes);
                break;
            case 7:
                _ = CoseReceipt.VerifyInclusion(bytes, default, s_key.VerifierKey);
                _ = CoseReceipt.VerifyConsistency(bytes, default, default, s_key.VerifierKey);
                break;
            case 8:
                _ = CcfReceipt.Verify(bytes, static _ => null);
                break;
            default:
                _ = VerifierKey.Parse(Encoding.UTF8.GetString(bytes));
                _ = SequenceBook.TryRead(bytes);
                _ = JournalReplay.Run([bytes], new GrowingTree());
                break;
        }
    }

    private static void Bundle(byte[] bytes)
    {
        var count = bytes.Length > 0 ? bytes[0] : 0;
        var content = bytes.AsMemory(Math.Min(1, bytes.Length));
        if (EntryBundle.TryDecode(content, count) is { } entries)
        {
            Same(content.Span, EntryBundle.Encode(entries));
        }
    }

    private static void Same(ReadOnlySpan<byte> read, ReadOnlySpan<byte> written)
    {
        if (!read.SequenceEqual(written))
        {
            throw new InvalidOperationException("what was accepted is not what would be written");
        }
    }
}
