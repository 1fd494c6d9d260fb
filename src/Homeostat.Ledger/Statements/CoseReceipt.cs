using System.Formats.Cbor;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Statements;

/// <summary>
/// COSE receipts over an RFC 9162 tree (RFC 9942): the log signs the root, detached, and the unprotected header carries the proof that leads to it.
/// </summary>
public static class CoseReceipt
{
    internal const int LabelReceipts = 394;
    internal const int LabelDataStructure = 395;
    internal const int LabelProofs = 396;
    internal const int ProofInclusion = -1;
    internal const int ProofConsistency = -2;
    private const int Rfc9162Sha256 = 1;

    // RFC 9942 signs the root alone, and trees of several sizes can share a path; the size that the root belongs to is signed here too.
    private const int LabelTreeSize = -65538;
    private const int ReceiptBytes = 16 * 1024;

    /// <summary>A receipt that an entry is in the tree of a size.</summary>
    public static byte[] Inclusion(
        SigningKey log,
        string origin,
        long size,
        long index,
        IReadOnlyList<Digest> path,
        Digest root
    ) => Issue(log, origin, ProofInclusion, [size, index], path, root);

    /// <summary>A receipt that the tree of the second size continues the tree of the first.</summary>
    public static byte[] Consistency(
        SigningKey log,
        string origin,
        long size1,
        long size2,
        IReadOnlyList<Digest> path,
        Digest root2
    ) => Issue(log, origin, ProofConsistency, [size1, size2], path, root2);

    /// <summary>Does the receipt, by this log, lead from this leaf to a root that the log signed? Null where it does, otherwise what is wrong.</summary>
    public static string? VerifyInclusion(ReadOnlySpan<byte> receipt, Digest leaf, VerifierKey log)
    {
        try
        {
            var parts = Parse(receipt.ToArray(), ProofInclusion, log);
            if (!MerkleProof.TryRootFromInclusion(parts.Second, parts.First, leaf, parts.Path, out var root))
            {
                return $"the path does not fit index {parts.Second} in a tree of {parts.First}";
            }

            return parts.IsSignedBy(log, root)
                ? null
                : "the log did not sign the root that this entry and path lead to";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>Does the receipt lead from one root to another that the log signed? Null where it does, otherwise what is wrong.</summary>
    public static string? VerifyConsistency(ReadOnlySpan<byte> receipt, Digest root1, Digest root2, VerifierKey log)
    {
        try
        {
            var parts = Parse(receipt.ToArray(), ProofConsistency, log);
            if (!MerkleProof.VerifyConsistency(parts.First, parts.Second, root1, root2, parts.Path))
            {
                return $"the path does not lead from the tree of {parts.First} to the tree of {parts.Second}";
            }

            return parts.IsSignedBy(log, root2) ? null : "the log did not sign the second root";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>An entry with receipts in its unprotected header: a transparent statement (RFC 9943), which is no entry any more.</summary>
    public static byte[] Attach(ReadOnlyMemory<byte> entry, IReadOnlyList<byte[]> receipts)
    {
        var statement = Statement.Parse(entry);
        var writer = new CborWriter(CborConformanceMode.Strict);
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(statement.Protected.Span);
        writer.WriteStartMap(1);
        writer.WriteInt32(LabelReceipts);
        writer.WriteStartArray(receipts.Count);
        foreach (var receipt in receipts)
        {
            writer.WriteByteString(receipt);
        }

        writer.WriteEndArray();
        writer.WriteEndMap();
        writer.WriteByteString(statement.Payload.Span);
        writer.WriteByteString(statement.Signature.Span);
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static byte[] Issue(
        SigningKey log,
        string origin,
        int kind,
        long[] numbers,
        IReadOnlyList<Digest> path,
        Digest root
    )
    {
        var header = ProtectedHeader(origin, log.PublicKey, kind == ProofInclusion ? numbers[0] : numbers[1]);
        var proof = new CborWriter(CborConformanceMode.Ctap2Canonical);
        proof.WriteStartArray(3);
        proof.WriteInt64(numbers[0]);
        proof.WriteInt64(numbers[1]);
        proof.WriteStartArray(path.Count);
        foreach (var hash in path)
        {
            proof.WriteByteString(hash.ToArray());
        }

        proof.WriteEndArray();
        proof.WriteEndArray();

        var writer = new CborWriter(CborConformanceMode.Strict);
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(header);
        writer.WriteStartMap(1);
        writer.WriteInt32(LabelProofs);
        writer.WriteStartMap(1);
        writer.WriteInt32(kind);
        writer.WriteStartArray(1);
        writer.WriteByteString(proof.Encode());
        writer.WriteEndArray();
        writer.WriteEndMap();
        writer.WriteEndMap();
        writer.WriteNull();
        writer.WriteByteString(log.Sign(Statement.SigStructure(header, root.ToArray())));
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static byte[] ProtectedHeader(string origin, ReadOnlySpan<byte> kid, long size)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(5);
        writer.WriteInt32(StatementHeader.LabelAlgorithm);
        writer.WriteInt32((int)StatementAlgorithm.EdDsa);
        writer.WriteInt32(StatementHeader.LabelKid);
        writer.WriteByteString(kid);
        writer.WriteInt32(StatementHeader.LabelCwtClaims);
        writer.WriteStartMap(1);
        writer.WriteInt32(StatementHeader.ClaimIssuer);
        writer.WriteTextString(origin);
        writer.WriteEndMap();
        writer.WriteInt32(LabelDataStructure);
        writer.WriteInt32(Rfc9162Sha256);
        writer.WriteInt32(LabelTreeSize);
        writer.WriteInt64(size);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static ReceiptParts Parse(byte[] receipt, int kind, VerifierKey log)
    {
        if (receipt.Length > ReceiptBytes)
        {
            throw new FormatException($"a receipt has at most {ReceiptBytes} bytes, not {receipt.Length}");
        }

        try
        {
            var reader = new CborReader(receipt, CborConformanceMode.Strict);
            if (reader.ReadTag() != (CborTag)18 || reader.ReadStartArray() != 4)
            {
                throw new FormatException("a receipt is a tagged COSE_Sign1");
            }

            var header = reader.ReadByteString();
            var proof = ReadProofs(reader, kind);
            reader.ReadNull();
            var parts = ReadProof(proof, header, reader.ReadByteString());
            var size = kind == ProofInclusion ? parts.First : parts.Second;
            return header.AsSpan().SequenceEqual(ProtectedHeader(Issuer(header), log.PublicKeyBytesSpan, size))
                ? parts
                : throw new FormatException(
                    $"the receipt's protected header is not one by {log.Name}+{log.Id:x8} over an RFC 9162 tree of {size}"
                );
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new FormatException($"the receipt is not the CBOR it should be: {e.Message}", e);
        }
    }

    private static string Issuer(byte[] header)
    {
        var reader = new CborReader(header, CborConformanceMode.Strict);
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            if (reader.ReadInt32() == StatementHeader.LabelCwtClaims)
            {
                reader.ReadStartMap();
                _ = reader.ReadInt32();
                return reader.ReadTextString();
            }

            reader.SkipValue();
        }

        throw new FormatException("the receipt names no issuer");
    }

    private static byte[] ReadProofs(CborReader reader, int kind)
    {
        if (
            reader.ReadStartMap() != 1
            || reader.ReadInt32() != LabelProofs
            || reader.ReadStartMap() != 1
            || reader.ReadInt32() != kind
            || reader.ReadStartArray() != 1
        )
        {
            throw new FormatException($"the receipt's unprotected header does not hold one proof of kind {kind}");
        }

        var proof = reader.ReadByteString();
        reader.ReadEndArray();
        reader.ReadEndMap();
        reader.ReadEndMap();
        return proof;
    }

    private static ReceiptParts ReadProof(byte[] proof, byte[] header, byte[] signature)
    {
        var reader = new CborReader(proof, CborConformanceMode.Strict);
        if (reader.ReadStartArray() != 3)
        {
            throw new FormatException("a proof is two numbers and a path");
        }

        var (first, second) = (reader.ReadInt64(), reader.ReadInt64());
        var count = reader.ReadStartArray();
        if (count is null or > Limits.ProofHashes)
        {
            throw new FormatException($"a path has at most {Limits.ProofHashes} hashes");
        }

        var path = new Digest[count.Value];
        for (var i = 0; i < path.Length; i++)
        {
            var hash = reader.ReadByteString();
            path[i] =
                hash.Length == Digest.Bytes
                    ? Digest.From(hash)
                    : throw new FormatException($"hash {i} has {hash.Length} bytes");
        }

        return new ReceiptParts(header, first, second, path, signature);
    }

    private sealed record ReceiptParts(byte[] Header, long First, long Second, Digest[] Path, byte[] Signature)
    {
        public bool IsSignedBy(VerifierKey log, Digest root) =>
            log.Verify(Statement.SigStructure(Header, root.ToArray()), Signature);
    }
}
