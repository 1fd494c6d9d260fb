using System.Buffers.Binary;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tiles;

namespace Homeostat.Ledger.Storage;

/// <summary>
/// One batch in a segment. The root at its end is what makes it valid: it covers every byte of every entry and everything before. The nonce
/// is drawn for each use of a segment, so that neither what an earlier use left behind nor an entry's own bytes can pass for a record.
/// </summary>
/// <remarks>
/// magic 8, nonce 16, first index u64, count u32, body length u32, body (for each entry u16 length and bytes), root 32, zeros up to a
/// multiple of 4096; integers are big-endian. Records never share a block, so writing one cannot tear another.
/// </remarks>
internal static class SegmentRecord
{
    public const int BlockBytes = 4096;
    public const int NonceBytes = 16;

    /// <summary>In front of each entry: its length.</summary>
    public const int EntryHeadBytes = 2;

    private const int HeaderBytes = 40;

    private static ReadOnlySpan<byte> Magic => "HSTAWAL1"u8;

    public static int Size(int bodyBytes) =>
        (HeaderBytes + bodyBytes + Digest.Bytes + BlockBytes - 1) / BlockBytes * BlockBytes;

    public static int BodyBytes(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var bytes = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            bytes += EntryHeadBytes + entries[i].Length;
        }

        return bytes;
    }

    /// <summary>Writes a record into a buffer of exactly <see cref="Size"/> bytes.</summary>
    public static void Encode(
        Span<byte> target,
        ReadOnlySpan<byte> nonce,
        long first,
        IReadOnlyList<ReadOnlyMemory<byte>> entries,
        Digest root
    )
    {
        Magic.CopyTo(target);
        nonce.CopyTo(target[8..]);
        BinaryPrimitives.WriteInt64BigEndian(target[24..], first);
        BinaryPrimitives.WriteInt32BigEndian(target[32..], entries.Count);
        var at = HeaderBytes;
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(target[at..], checked((ushort)entry.Length));
            entry.Span.CopyTo(target[(at + EntryHeadBytes)..]);
            at += EntryHeadBytes + entry.Length;
        }

        BinaryPrimitives.WriteInt32BigEndian(target[36..], at - HeaderBytes);
        root.CopyTo(target[at..]);
        target[(at + Digest.Bytes)..].Clear();
    }

    /// <summary>Reads the record at an offset of a segment; null where there is none that could be one. The root is still to be checked.</summary>
    public static DecodedRecord? TryDecode(byte[] segment, int offset)
    {
        var bytes = segment.AsSpan(offset);
        if (bytes.Length < Size(0) || !bytes.StartsWith(Magic))
        {
            return null;
        }

        var first = BinaryPrimitives.ReadInt64BigEndian(bytes[24..]);
        var count = BinaryPrimitives.ReadInt32BigEndian(bytes[32..]);
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[36..]);
        if (
            first < 0
            || count is <= 0 or > Limits.BatchEntries
            || length <= 0
            || length > bytes.Length - HeaderBytes - Digest.Bytes
        )
        {
            return null;
        }

        var entries = EntryBundle.TryDecode(segment.AsMemory(offset + HeaderBytes, length), count);
        var size = Size(length);
        var end = HeaderBytes + length + Digest.Bytes;
        if (entries is null || size > bytes.Length || bytes[end..size].ContainsAnyExcept((byte)0))
        {
            return null;
        }

        var nonce = bytes.Slice(8, NonceBytes).ToArray();
        return new DecodedRecord(
            nonce,
            first,
            entries,
            Digest.From(bytes.Slice(end - Digest.Bytes, Digest.Bytes)),
            size
        );
    }
}

/// <summary>A record as found in a segment.</summary>
internal sealed record DecodedRecord(
    byte[] Nonce,
    long First,
    IReadOnlyList<ReadOnlyMemory<byte>> Entries,
    Digest Root,
    int Bytes
)
{
    public long End => First + Entries.Count;
}
