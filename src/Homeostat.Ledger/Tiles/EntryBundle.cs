using System.Buffers.Binary;

namespace Homeostat.Ledger.Tiles;

/// <summary>Entries one after another, each behind its big-endian u16 length (C2SP tlog-tiles).</summary>
public static class EntryBundle
{
    public static byte[] Encode(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var bytes = new byte[entries.Sum(entry => 2 + entry.Length)];
        var at = 0;
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), checked((ushort)entry.Length));
            entry.Span.CopyTo(bytes.AsSpan(at + 2));
            at += 2 + entry.Length;
        }

        return bytes;
    }

    /// <summary>Reads exactly this many entries; null where the bytes hold fewer or more.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? TryDecode(ReadOnlyMemory<byte> bytes, int count)
    {
        var entries = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            if (bytes.Length < 2)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes.Span);
            if (bytes.Length - 2 < length)
            {
                return null;
            }

            entries[i] = bytes.Slice(2, length);
            bytes = bytes[(2 + length)..];
        }

        return bytes.IsEmpty ? entries : null;
    }
}
