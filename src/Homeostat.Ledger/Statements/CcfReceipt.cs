using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;

namespace Homeostat.Ledger.Statements;

/// <summary>
/// Verifies what other transparency services say: the receipts in a transparent statement by a CCF ledger (verifiable data structure 2), such as
/// those on confidential-computing endorsements.
/// </summary>
public static class CcfReceipt
{
    private const int CcfTree = 2;
    private const int LeafLabel = 1;
    private const int PathLabel = 2;
    private const int Es384 = -35;
    private const int StatementBytes = 1024 * 1024;

    /// <summary>
    /// Checks the first receipt of a transparent statement; null where it holds, otherwise what is wrong. The keys are asked by the receipt's kid,
    /// the hex SHA-256 of the service's public key, and may answer null.
    /// </summary>
    public static string? Verify(byte[] statement, Func<string, ECDsa?> keys)
    {
        if (statement.Length > StatementBytes)
        {
            return $"a statement has at most {StatementBytes} bytes, not {statement.Length}";
        }

        try
        {
            var (plain, receipt) = Split(statement);
            return Check(receipt, SHA256.HashData(plain), keys);
        }
        catch (Exception e)
            when (e is CborContentException or InvalidOperationException or OverflowException or FormatException)
        {
            return $"not a transparent statement: {e.Message}";
        }
    }

    // The ledger hashed the statement as it was submitted: with an empty unprotected header.
    private static (byte[] Plain, byte[] Receipt) Split(byte[] statement)
    {
        var reader = new CborReader(statement, CborConformanceMode.Lax);
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteTag(reader.ReadTag());
        writer.WriteStartArray(reader.ReadStartArray());
        writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        var receipt =
            Find(reader, CoseReceipt.LabelReceipts, static r => ReadFirst(r))
            ?? throw new FormatException("it carries no receipt");
        writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
        writer.WriteEncodedValue(reader.ReadEncodedValue().Span);
        writer.WriteEndArray();
        return (writer.Encode(), receipt);
    }

    private static string? Check(byte[] receipt, byte[] dataHash, Func<string, ECDsa?> keys)
    {
        var reader = new CborReader(receipt, CborConformanceMode.Lax);
        _ = reader.ReadTag();
        reader.ReadStartArray();
        var header = reader.ReadByteString();
        var proof =
            Find(reader, CoseReceipt.LabelProofs, r => Find(r, CoseReceipt.ProofInclusion, ReadFirst))
            ?? throw new FormatException("the receipt carries no inclusion proof");
        reader.ReadNull();
        var signature = reader.ReadByteString();
        var (algorithm, structure, kid) = ReadHeader(header);
        if (algorithm != Es384 || structure != CcfTree)
        {
            return $"the receipt has algorithm {algorithm} and data structure {structure}; {Es384} and {CcfTree} are understood";
        }

        if (keys(kid) is not { } key)
        {
            return $"no key is known for the service {kid}";
        }

        return key.VerifyData(
            Statement.SigStructure(header, Root(proof, dataHash)),
            signature,
            HashAlgorithmName.SHA384
        )
            ? null
            : "the service did not sign the root that the statement and its proof lead to";
    }

    private static (int Algorithm, int Structure, string Kid) ReadHeader(byte[] header)
    {
        var reader = new CborReader(header, CborConformanceMode.Lax);
        var (algorithm, structure, kid) = (0, 0, "");
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            if (reader.PeekState() == CborReaderState.TextString)
            {
                reader.SkipValue();
                reader.SkipValue();
                continue;
            }

            switch (reader.ReadInt32())
            {
                case StatementHeader.LabelAlgorithm:
                    algorithm = reader.ReadInt32();
                    break;
                case CoseReceipt.LabelDataStructure:
                    structure = reader.ReadInt32();
                    break;
                case StatementHeader.LabelKid:
                    kid = Encoding.UTF8.GetString(reader.ReadByteString());
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        return (algorithm, structure, kid);
    }

    // leaf = SHA-256(transaction ‖ SHA-256(evidence) ‖ data); nodes have no prefix; a path step says whether its hash stands on the left.
    private static byte[] Root(byte[] proof, byte[] dataHash)
    {
        var reader = new CborReader(proof, CborConformanceMode.Lax);
        reader.ReadStartMap();
        Expect(reader, LeafLabel);
        reader.ReadStartArray();
        var transaction = reader.ReadByteString();
        var evidence = SHA256.HashData(Encoding.UTF8.GetBytes(reader.ReadTextString()));
        var claimed = reader.ReadByteString();
        reader.ReadEndArray();
        if (!claimed.AsSpan().SequenceEqual(dataHash))
        {
            throw new FormatException("the receipt is for another statement");
        }

        var hash = SHA256.HashData([.. transaction, .. evidence, .. dataHash]);
        Expect(reader, PathLabel);
        var steps = reader.ReadStartArray();
        if (steps is null or > Limits.ProofHashes)
        {
            throw new FormatException($"a path has at most {Limits.ProofHashes} steps");
        }

        for (var i = 0; i < steps; i++)
        {
            reader.ReadStartArray();
            var isLeft = reader.ReadBoolean();
            var sibling = reader.ReadByteString();
            reader.ReadEndArray();
            hash = SHA256.HashData(isLeft ? [.. sibling, .. hash] : [.. hash, .. sibling]);
        }

        return hash;
    }

    private static void Expect(CborReader reader, int label)
    {
        if (reader.ReadInt32() != label)
        {
            throw new FormatException($"the proof does not have label {label} in its place");
        }
    }

    private static byte[] ReadFirst(CborReader reader)
    {
        reader.ReadStartArray();
        var first = reader.ReadByteString();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            reader.SkipValue();
        }

        reader.ReadEndArray();
        return first;
    }

    private static byte[]? Find(CborReader reader, int label, Func<CborReader, byte[]?> read)
    {
        byte[]? found = null;
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            if (
                reader.PeekState() is CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger
                && reader.ReadInt32() == label
            )
            {
                found = read(reader);
            }
            else
            {
                Skip(reader);
            }
        }

        reader.ReadEndMap();
        return found;
    }

    // A key that is text is still to be skipped; a number was read already.
    private static void Skip(CborReader reader)
    {
        if (reader.PeekState() == CborReaderState.TextString)
        {
            reader.SkipValue();
        }

        reader.SkipValue();
    }
}
