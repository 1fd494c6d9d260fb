using System.Formats.Cbor;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Statements;

/// <summary>Where a statement stands in a batch that was signed as one, and its path to the batch's root.</summary>
internal readonly record struct BatchPlace(int Index, int Count, Digest[] Path)
{
    /// <summary>A map of one label, an array of three: two numbers and an array of hashes.</summary>
    public int Bytes =>
        Start.Length
        + DeterministicCbor.HeadBytes((uint)Index)
        + DeterministicCbor.HeadBytes((uint)Count)
        + DeterministicCbor.HeadBytes((uint)Path.Length)
        + (Path.Length * Statement.ByteStringBytes(Digest.Bytes));

    /// <summary>{ -65539: [ … ] }, up to its first number: <see cref="StatementHeader.LabelBatch"/>.</summary>
    private static ReadOnlySpan<byte> Start => [0xA1, 0x3A, 0x00, 0x01, 0x00, 0x02, 0x83];

    public int Write(Span<byte> target)
    {
        Start.CopyTo(target);
        var at = Start.Length;
        at += DeterministicCbor.WriteHead(target[at..], major: 0, (uint)Index);
        at += DeterministicCbor.WriteHead(target[at..], major: 0, (uint)Count);
        at += DeterministicCbor.WriteHead(target[at..], major: 4, (uint)Path.Length);
        Span<byte> bytes = stackalloc byte[Digest.Bytes];
        foreach (ref readonly var hash in Path.AsSpan())
        {
            hash.CopyTo(bytes);
            at += Statement.WriteByteString(target[at..], bytes);
        }

        return at;
    }
}

/// <summary>One signature over many statements: over ["HomeostatBatch1", count, root], which no Sig_structure and no note can be.</summary>
internal static class BatchSignature
{
    private const string Context = "HomeostatBatch1";

    public static byte[] Message(int count, Digest root)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical, initialCapacity: 64);
        writer.WriteStartArray(3);
        writer.WriteTextString(Context);
        writer.WriteInt32(count);
        writer.WriteByteString(root.ToArray());
        writer.WriteEndArray();
        return writer.Encode();
    }

    public static bool Verify(
        ReadOnlySpan<byte> key,
        BatchPlace place,
        Digest leaf,
        ReadOnlySpan<byte> signature,
        SignatureMemo? memo
    )
    {
        if (!MerkleProof.TryRootFromInclusion(place.Index, place.Count, leaf, place.Path, out var root))
        {
            return false;
        }

        if (memo is not null && memo.Knows(key, place.Count, root, signature))
        {
            return true;
        }

        var good = Ed25519.Verify(key, Message(place.Count, root), signature);
        if (good)
        {
            memo?.Remember(key, place.Count, root, signature);
        }

        return good;
    }
}

/// <summary>Remembers which batch signatures were good, so that one is verified once and not once for each entry. Safe for many threads.</summary>
public sealed class SignatureMemo
{
    private readonly Known?[] _known = new Known?[Limits.RememberedSignatures];

    internal bool Knows(ReadOnlySpan<byte> key, int count, Digest root, ReadOnlySpan<byte> signature) =>
        Volatile.Read(ref Slot(root)) is { } known
        && known.Count == count
        && known.Root == root
        && key.SequenceEqual(known.Key)
        && signature.SequenceEqual(known.Signature);

    internal void Remember(ReadOnlySpan<byte> key, int count, Digest root, ReadOnlySpan<byte> signature) =>
        Volatile.Write(ref Slot(root), new Known(key.ToArray(), count, root, signature.ToArray()));

    private ref Known? Slot(Digest root) => ref _known[(uint)root.GetHashCode() % (uint)_known.Length];

    private sealed record Known(byte[] Key, int Count, Digest Root, byte[] Signature);
}
