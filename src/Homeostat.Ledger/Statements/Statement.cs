using System.Buffers;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Statements;

/// <summary>
/// An entry of the log: COSE_Sign1 (RFC 9052, tag 18) with Ed25519 over deterministic CBOR. The kid is the signer's public key itself, so
/// that anybody who holds an entry can check who said it.
/// </summary>
public sealed class Statement
{
    // Heads of RFC 8949 section 3: tag 18, an array of four, a map of nothing.
    private const byte TagHead = 0xD2;
    private const byte ArrayOfFour = 0x84;
    private const byte EmptyMap = 0xA0;

    private static ReadOnlySpan<byte> Context => "Signature1"u8;

    private readonly ReadOnlyMemory<byte> _entry;
    private readonly Range _protected;
    private readonly Range _kid;
    private readonly Range _payload;
    private readonly Range _signature;

    private Statement(ReadOnlyMemory<byte> entry, StatementFields fields)
    {
        _entry = entry;
        _protected = fields.Protected;
        _kid = fields.Kid;
        _payload = fields.Payload;
        _signature = fields.Signature;
        Header = new StatementHeader(fields.Issuer, fields.Subject, fields.ContentType, fields.Sequence);
        Algorithm = fields.Algorithm;
        Batch = fields.Batch;
    }

    public StatementHeader Header { get; }

    public StatementAlgorithm Algorithm { get; }

    /// <summary>The signer's raw Ed25519 public key.</summary>
    public ReadOnlyMemory<byte> Kid => _entry[_kid];

    /// <summary>Deterministic CBOR.</summary>
    public ReadOnlyMemory<byte> Payload => _entry[_payload];

    public ReadOnlyMemory<byte> Signature => _entry[_signature];

    /// <summary>Where it stands among the statements that its signature covers; null where it was signed alone.</summary>
    internal BatchPlace? Batch { get; }

    internal ReadOnlyMemory<byte> Protected => _entry[_protected];

    /// <summary>Signs a payload; an <see cref="ArgumentException"/> says what cannot be said in a statement.</summary>
    public static byte[] Sign(SigningKey key, StatementHeader header, ReadOnlySpan<byte> payload)
    {
        CheckPayload(payload);
        return SignChecked(key, header, payload);
    }

    /// <summary>Signs many payloads at once, over their Merkle root; each becomes an entry of its own, provable alone.</summary>
    public static byte[][] SignBatch(
        SigningKey key,
        IReadOnlyList<(StatementHeader Header, ReadOnlyMemory<byte> Payload)> items
    )
    {
        if (items.Count is 0 or > Limits.SignedBatchEntries)
        {
            throw new ArgumentException(
                $"one signature covers 1 to {Limits.SignedBatchEntries} statements, not {items.Count}",
                nameof(items)
            );
        }

        var statements = new UnsignedStatement[items.Count];
        for (var i = 0; i < statements.Length; i++)
        {
            statements[i] = new UnsignedStatement(items[i].Header, items[i].Payload, key.PublicKey);
        }

        return UnsignedStatement.SignTogether(key, statements);
    }

    /// <summary>Reads an entry without checking its signature; a <see cref="FormatException"/> names the field that is wrong.</summary>
    public static Statement Parse(ReadOnlyMemory<byte> entry)
    {
        if (entry.Length > Limits.EntryBytes)
        {
            throw new FormatException($"an entry has at most {Limits.EntryBytes} bytes, not {entry.Length}");
        }

        var statement = new Statement(entry, StatementFields.Read(entry.Span));
        return DeterministicCbor.Check(statement.Payload.Span) is { } problem
            ? throw new FormatException($"payload: not deterministic CBOR: {problem}")
            : statement;
    }

    /// <summary>Did the holder of <see cref="Kid"/> sign this? The policy is <see cref="Ed25519"/>'s.</summary>
    public bool VerifySignature(SignatureMemo? memo = null)
    {
        return Batch is { } place
            ? BatchSignature.Verify(Kid.Span, place, BatchLeaf(Protected.Span, Payload.Span), Signature.Span, memo)
            : Ed25519.Verify(Kid.Span, SigStructure(Protected.Span, Payload.Span), Signature.Span);
    }

    internal static byte[] SignChecked(SigningKey key, StatementHeader header, ReadOnlySpan<byte> payload)
    {
        var protectedHeader = header.Encode(StatementAlgorithm.EdDsa, key.PublicKey);
        var signature = key.Sign(SigStructure(protectedHeader, payload));
        return Encode(protectedHeader, null, payload, signature);
    }

    internal static void CheckPayload(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > Limits.PayloadBytes)
        {
            throw new ArgumentException(
                $"a payload has at most {Limits.PayloadBytes} bytes, not {payload.Length}; log the hash of anything larger",
                nameof(payload)
            );
        }

        if (DeterministicCbor.Check(payload) is { } problem)
        {
            throw new ArgumentException($"the payload is not deterministic CBOR: {problem}", nameof(payload));
        }
    }

    /// <summary>What is signed: ["Signature1", protected, external_aad = h'', payload] (RFC 9052 section 4.4).</summary>
    internal static byte[] SigStructure(ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[SigStructureBytes(protectedHeader.Length, payload.Length)];
        WriteSigStructure(bytes, protectedHeader, payload);
        return bytes;
    }

    /// <summary>The leaf of a statement in a batch that is signed as one.</summary>
    internal static Digest BatchLeaf(ReadOnlySpan<byte> protectedHeader, ReadOnlySpan<byte> payload)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(SigStructureBytes(protectedHeader.Length, payload.Length));
        var leaf = TreeHash.Leaf(bytes.AsSpan(0, WriteSigStructure(bytes, protectedHeader, payload)));
        ArrayPool<byte>.Shared.Return(bytes);
        return leaf;
    }

    private static int SigStructureBytes(int protectedHeader, int payload) =>
        1 + 1 + Context.Length + ByteStringBytes(protectedHeader) + 1 + ByteStringBytes(payload);

    private static int WriteSigStructure(
        Span<byte> target,
        ReadOnlySpan<byte> protectedHeader,
        ReadOnlySpan<byte> payload
    )
    {
        target[0] = ArrayOfFour;
        target[1] = (byte)(0x60 | Context.Length);
        Context.CopyTo(target[2..]);
        var at = 2 + Context.Length;
        at += WriteByteString(target[at..], protectedHeader);
        target[at++] = 0x40;
        return at + WriteByteString(target[at..], payload);
    }

    /// <summary>
    /// The entry, into one array of its size: a log of many small entries spends more on a general writer's objects than on their bytes.
    /// </summary>
    internal static byte[] Encode(
        ReadOnlySpan<byte> protectedHeader,
        BatchPlace? place,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<byte> signature
    )
    {
        var entry = new byte[
            2
                + ByteStringBytes(protectedHeader.Length)
                + (place?.Bytes ?? 1)
                + ByteStringBytes(payload.Length)
                + ByteStringBytes(signature.Length)
        ];
        var target = entry.AsSpan();
        target[0] = TagHead;
        target[1] = ArrayOfFour;
        var at = 2;
        at += WriteByteString(target[at..], protectedHeader);
        if (place is { } stands)
        {
            at += stands.Write(target[at..]);
        }
        else
        {
            target[at++] = EmptyMap;
        }

        at += WriteByteString(target[at..], payload);
        at += WriteByteString(target[at..], signature);
        return at == entry.Length ? entry : throw new InvalidOperationException("an entry's size was not foreseen");
    }

    internal static int ByteStringBytes(int length) => DeterministicCbor.HeadBytes((uint)length) + length;

    internal static int WriteByteString(Span<byte> target, ReadOnlySpan<byte> content)
    {
        var head = DeterministicCbor.WriteHead(target, major: 2, (uint)content.Length);
        content.CopyTo(target[head..]);
        return head + content.Length;
    }
}
