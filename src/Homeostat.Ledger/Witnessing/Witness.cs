using System.Globalization;
using System.Text;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Witnessing;

/// <summary>What a witness answers, for whoever speaks HTTP.</summary>
public sealed record WitnessAnswer(int Status, string ContentType, string Body);

/// <summary>
/// A witness (C2SP tlog-witness): it cosigns a log's checkpoint only where that continues the last one it cosigned. Comparing and persisting are one
/// step under one lock, done before the answer; a witness that forgot could be made to sign two histories.
/// </summary>
public sealed class Witness(
    SigningKey key,
    WitnessStore store,
    TimeProvider time,
    IReadOnlyDictionary<string, VerifierKey> logs
)
{
    private const string Plain = "text/plain; charset=utf-8";

    private readonly Lock _lock = new();

    /// <summary>Whose cosignatures these are.</summary>
    public VerifierKey Key => key.CosignerKey;

    /// <summary>Answers one <c>add-checkpoint</c>; never throws for what a request says.</summary>
    public WitnessAnswer AddCheckpoint(ReadOnlySpan<byte> body)
    {
        try
        {
            return Answer(AddCheckpointRequest.Parse(body));
        }
        catch (FormatException e)
        {
            return Refuse(400, e.Message);
        }
    }

    private WitnessAnswer Answer(AddCheckpointRequest request)
    {
        var checkpoint = Checkpoint.Parse(request.Checkpoint.Text);
        if (!logs.TryGetValue(checkpoint.Origin, out var log))
        {
            return Refuse(404, $"the log '{checkpoint.Origin}' is not known to this witness");
        }

        if (!IsSignedBy(request.Checkpoint, log))
        {
            return Refuse(403, $"no good signature by {log.Name}+{log.Id:x8}");
        }

        if (request.OldSize > checkpoint.Size)
        {
            return Refuse(400, $"the old size {request.OldSize} is larger than the checkpoint's, {checkpoint.Size}");
        }

        lock (_lock)
        {
            return CompareAndPersist(request, checkpoint);
        }
    }

    private WitnessAnswer CompareAndPersist(AddCheckpointRequest request, Checkpoint checkpoint)
    {
        var last = store.Read(checkpoint.Origin);
        var known = last?.Size ?? 0;
        if (request.OldSize != known || (last is not null && known == checkpoint.Size && last.Root != checkpoint.Root))
        {
            return new WitnessAnswer(
                409,
                "text/x.tlog.size",
                string.Create(CultureInfo.InvariantCulture, $"{known}\n")
            );
        }

        var continues =
            known == 0
                ? request.Proof.Count == 0 && (checkpoint.Size > 0 || checkpoint.Root == TreeHash.Empty)
                : MerkleProof.VerifyConsistency(
                    known,
                    checkpoint.Size,
                    last!.Root,
                    checkpoint.Root,
                    [.. request.Proof]
                );
        if (!continues)
        {
            return Refuse(422, $"the proof does not lead from the tree of {known} to the tree of {checkpoint.Size}");
        }

        // A crash between these two leaves a checkpoint that is remembered and not cosigned: the log asks again and gets its cosignature.
        store.Swap(last, checkpoint);
        return new WitnessAnswer(
            200,
            Plain,
            Cosignature.Sign(key, request.Checkpoint.Text, time.GetUtcNow()).ToString()
        );
    }

    private static bool IsSignedBy(SignedNote note, VerifierKey log)
    {
        try
        {
            return note.IsSignedBy(log);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static WitnessAnswer Refuse(int status, string reason) => new(status, Plain, reason + "\n");
}
