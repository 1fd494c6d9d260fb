using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Homeostat.Ledger.Merkle;

/// <summary>The hashing of RFC 6962 section 2.1: a leaf is prefixed with 0, a node with 1.</summary>
public static class TreeHash
{
    private const int StackBytes = 2048;

    /// <summary>SHA-256 of nothing: the root of the tree without entries.</summary>
    public static Digest Empty { get; } = Digest.Of([]);

    // One hash object a thread: setting it up costs as much as hashing a node.
    [ThreadStatic]
    private static IncrementalHash? s_sha256;

    private static IncrementalHash Sha256 => s_sha256 ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // Clearing the buffer first would cost a tenth of hashing it; every byte that is read of it is written before.
    [SkipLocalsInit]
    public static Digest Leaf(ReadOnlySpan<byte> entry)
    {
        var length = entry.Length + 1;
        Span<byte> buffer = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        buffer[0] = 0x00;
        entry.CopyTo(buffer[1..]);
        return Hash(buffer[..length]);
    }

    public static Digest Node(in Digest left, in Digest right)
    {
        Span<byte> buffer = stackalloc byte[1 + (2 * Digest.Bytes)];
        buffer[0] = 0x01;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + Digest.Bytes)..]);
        return Hash(buffer);
    }

    private static Digest Hash(ReadOnlySpan<byte> content)
    {
        if (ShortSha256.IsAvailable && content.Length <= ShortSha256.MaxBytes)
        {
            return ShortSha256.Hash(content);
        }

        var sha256 = Sha256;
        sha256.AppendData(content);
        var digest = default(Digest);
        sha256.GetHashAndReset(MemoryMarshal.AsBytes(new Span<Digest>(ref digest)));
        return digest;
    }

    /// <summary>The root of a tree of these leaf hashes; the span is not changed.</summary>
    public static Digest Root(ReadOnlySpan<Digest> leaves)
    {
        if (leaves.IsEmpty)
        {
            return Empty;
        }

        Span<Digest> row = leaves.Length <= 256 ? stackalloc Digest[leaves.Length] : new Digest[leaves.Length];
        leaves.CopyTo(row);
        while (row.Length > 1)
        {
            row = Fold(row);
        }

        return row[0];
    }

    // An odd last node is carried up unchanged, which is the same as splitting at the largest power of two below n.
    private static Span<Digest> Fold(Span<Digest> row)
    {
        var pairs = row.Length / 2;
        for (var i = 0; i < pairs; i++)
        {
            row[i] = Node(row[2 * i], row[(2 * i) + 1]);
        }

        if ((row.Length & 1) == 1)
        {
            row[pairs] = row[^1];
            pairs++;
        }

        return row[..pairs];
    }
}
