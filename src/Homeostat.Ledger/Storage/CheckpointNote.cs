using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Ledger.Storage;

/// <summary>
/// A checkpoint as a signed note. The log signs it when it is first read: most of those who append look at it never. It may be read while the log's key
/// is open, and says the same whenever that is.
/// </summary>
public sealed class CheckpointNote
{
    private readonly Lazy<byte[]> _bytes;

    public CheckpointNote(ReadOnlyMemory<byte> bytes) => _bytes = new Lazy<byte[]>(bytes.ToArray());

    internal CheckpointNote(Checkpoint checkpoint, SigningKey key) =>
        _bytes = new Lazy<byte[]>(() => checkpoint.Sign(key).ToBytes());

    public ReadOnlyMemory<byte> Bytes => _bytes.Value;
}
