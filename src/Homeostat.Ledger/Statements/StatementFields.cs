using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Statements;

/// <summary>The table of a statement's fields, read strictly in the one order in which they may stand.</summary>
internal struct StatementFields
{
    public Range Protected;
    public Range Kid;
    public Range Payload;
    public Range Signature;
    public StatementAlgorithm Algorithm;
    public string Issuer;
    public string Subject;
    public string ContentType;
    public Sequence? Sequence;
    public BatchPlace? Batch;

    public static StatementFields Read(ReadOnlySpan<byte> entry)
    {
        var fields = default(StatementFields);
        var reader = new StatementReader(entry);
        reader.Expect(6, 18, "tag");
        reader.Expect(4, 4, "COSE_Sign1");
        fields.Protected = reader.ByteString("protected header", Limits.EntryBytes);
        fields.ReadProtected(entry);
        fields.ReadUnprotected(ref reader, entry);
        fields.Payload = reader.ByteString("payload", Limits.PayloadBytes);
        fields.Signature = reader.ByteString("signature", Ed25519.SignatureBytes);
        if (fields.Signature.End.Value - fields.Signature.Start.Value != Ed25519.SignatureBytes)
        {
            throw reader.Wrong("signature", $"expected {Ed25519.SignatureBytes} bytes");
        }

        return reader.AtEnd ? fields : throw reader.Wrong("entry", "bytes behind the statement");
    }

    private void ReadProtected(ReadOnlySpan<byte> entry)
    {
        var start = Protected.Start.Value;
        var reader = new StatementReader(entry[Protected], start);
        var labels = reader.Head(5, "protected header");
        if (labels is not (4 or 5))
        {
            throw reader.Wrong("protected header", $"expected 4 or 5 labels, found {labels}");
        }

        Label(ref reader, StatementHeader.LabelAlgorithm);
        Algorithm = (StatementAlgorithm)reader.Int32("alg");
        if (Algorithm is not (StatementAlgorithm.EdDsa or StatementAlgorithm.EdDsaBatch))
        {
            throw reader.Wrong("alg", $"{(int)Algorithm} is not an algorithm of this log");
        }

        Label(ref reader, StatementHeader.LabelContentType);
        ContentType = reader.Text("content type");
        Label(ref reader, StatementHeader.LabelKid);
        ReadKid(ref reader, start);
        Label(ref reader, StatementHeader.LabelCwtClaims);
        reader.Expect(5, 2, "CWT claims");
        reader.Expect(0, StatementHeader.ClaimIssuer, "CWT claim issuer");
        Issuer = reader.Text("issuer");
        reader.Expect(0, StatementHeader.ClaimSubject, "CWT claim subject");
        Subject = reader.Text("subject");
        if (labels == 5)
        {
            Label(ref reader, StatementHeader.LabelSequence);
            reader.Expect(4, 2, "sequence");
            Sequence = new Sequence(reader.Head(0, "session"), reader.Head(0, "sequence number"));
        }

        if (!reader.AtEnd)
        {
            throw reader.Wrong("protected header", "bytes behind the last label");
        }
    }

    // A statement signed alone has nothing here; one of a batch has its place and its path to the signed root.
    private void ReadUnprotected(ref StatementReader reader, ReadOnlySpan<byte> entry)
    {
        if (Algorithm == StatementAlgorithm.EdDsa)
        {
            reader.Expect(5, 0, "unprotected header");
            return;
        }

        reader.Expect(5, 1, "unprotected header");
        Label(ref reader, StatementHeader.LabelBatch);
        reader.Expect(4, 3, "batch");
        var index = reader.Head(0, "index in the batch");
        var count = reader.Head(0, "size of the batch");
        if (count is 0 or > Limits.SignedBatchEntries || index >= count)
        {
            throw reader.Wrong(
                "batch",
                $"entry {index} of {count}; at most {Limits.SignedBatchEntries} may share a signature"
            );
        }

        var path = new Digest[Math.Min(reader.Head(4, "path"), Limits.ProofHashes)];
        for (var i = 0; i < path.Length; i++)
        {
            var hash = entry[reader.ByteString("path", Digest.Bytes)];
            path[i] =
                hash.Length == Digest.Bytes
                    ? Digest.From(hash)
                    : throw reader.Wrong("path", "expected hashes of 32 bytes");
        }

        Batch = new BatchPlace((int)index, (int)count, path);
    }

    private void ReadKid(ref StatementReader reader, int start)
    {
        var kid = reader.ByteString("kid", VerifierKey.PublicKeyBytes);
        Kid = (start + kid.Start.Value)..(start + kid.End.Value);
        if (Kid.End.Value - Kid.Start.Value != VerifierKey.PublicKeyBytes)
        {
            throw reader.Wrong("kid", $"expected the {VerifierKey.PublicKeyBytes} bytes of the signer's public key");
        }
    }

    private static void Label(ref StatementReader reader, int expected)
    {
        var found = reader.Int32("protected header label");
        if (found != expected)
        {
            throw reader.Wrong("protected header label", $"expected {expected}, found {found}");
        }
    }
}
