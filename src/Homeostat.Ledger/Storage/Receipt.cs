using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Storage;

/// <summary>What keeps a restored backup of the log from signing a second history.</summary>
public enum ForkProtection
{
    /// <summary>The last signed checkpoint is kept only where the log itself is.</summary>
    None,

    /// <summary>The last signed checkpoint is also kept on another device.</summary>
    SeparateStore,
}

/// <summary>
/// The log's promise for one entry, given when the entry is durable: a checkpoint signed by the log and the path from the entry to its root.
/// It stands on its own; witnesses are asked separately.
/// </summary>
public sealed record Receipt
{
    /// <summary>The entry's place, counted from 0.</summary>
    public required long Index { get; init; }

    public required Digest LeafHash { get; init; }

    public required long TreeSize { get; init; }

    public required Digest Root { get; init; }

    public required CheckpointNote Note { get; init; }

    /// <summary>The signed note of the checkpoint with <see cref="TreeSize"/> and <see cref="Root"/>.</summary>
    public ReadOnlyMemory<byte> Checkpoint => Note.Bytes;

    /// <summary>The siblings from the leaf to the root.</summary>
    public required IReadOnlyList<Digest> InclusionProof { get; init; }

    public required ForkProtection ForkProtection { get; init; }

    /// <summary>The witnesses whose cosignatures <see cref="Checkpoint"/> carries; while there are none, the entry is durable and no more.</summary>
    public IReadOnlyList<string> WitnessedBy { get; init; } = [];

    /// <summary>Was the entry already in the log, byte for byte, so that this append changed nothing?</summary>
    public bool IsRetry { get; init; }

    /// <summary>Checks everything the receipt says about these bytes; null where it holds, otherwise what is wrong.</summary>
    public string? Verify(ReadOnlySpan<byte> entry, string origin, VerifierKey log)
    {
        Checkpoint checkpoint;
        try
        {
            checkpoint = Checkpoints.Checkpoint.Open(SignedNote.Parse(Checkpoint.Span), origin, log);
        }
        catch (FormatException e)
        {
            return e.Message;
        }

        if (checkpoint.Size != TreeSize || checkpoint.Root != Root)
        {
            return "the receipt's size or root is not that of its checkpoint";
        }

        if (TreeHash.Leaf(entry) != LeafHash)
        {
            return "the receipt is for another entry";
        }

        return MerkleProof.VerifyInclusion(Index, TreeSize, LeafHash, [.. InclusionProof], Root)
            ? null
            : "the path does not lead from the entry to the checkpoint's root";
    }
}
