using System.Numerics;
using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Statements;

/// <summary>What can be signed as it is, alone or together with others: checked, encoded and hashed.</summary>
internal sealed class UnsignedStatement
{
    /// <summary>What an entry has beside its header, its payload and its path: heads, tag, place and signature, at most.</summary>
    private const int Overhead = 32 + Ed25519.SignatureBytes;

    /// <summary>A hash of a path with its head.</summary>
    private const int PathBytes = Digest.Bytes + 2;

    private static readonly int Levels = BitOperations.Log2(Limits.SignedBatchEntries);

    private readonly StatementHeader _header;
    private readonly ReadOnlyMemory<byte> _payload;
    private readonly byte[] _protected;
    private readonly Digest _leaf;

    /// <exception cref="ArgumentException">It cannot be said in a statement; the message says what is wrong.</exception>
    public UnsignedStatement(StatementHeader header, ReadOnlyMemory<byte> payload, ReadOnlySpan<byte> kid)
    {
        Statement.CheckPayload(payload.Span);
        (_header, _payload) = (header, payload);
        _protected = header.Encode(StatementAlgorithm.EdDsaBatch, kid);
        _leaf = Statement.BatchLeaf(_protected, payload.Span);
        MaxBytes = _protected.Length + payload.Length + Overhead + (PathBytes * Levels);
        if (MaxBytes > Limits.EntryBytes)
        {
            throw new ArgumentException(
                $"an entry has at most {Limits.EntryBytes} bytes, and this one could have {MaxBytes}",
                nameof(payload)
            );
        }
    }

    /// <summary>Bytes of the entry that it becomes, at most.</summary>
    public int MaxBytes { get; }

    /// <summary>Plain EdDSA, over this statement and nothing else.</summary>
    public byte[] Sign(SigningKey key) => Statement.SignChecked(key, _header, _payload.Span);

    /// <summary>One signature over their Merkle root; each becomes an entry of its own, provable alone.</summary>
    public static byte[][] SignTogether(SigningKey key, IReadOnlyList<UnsignedStatement> statements)
    {
        var tree = new GrowingTree();
        foreach (var statement in statements)
        {
            tree.Append(statement._leaf);
        }

        var prover = tree.Prover();
        var signature = key.Sign(BatchSignature.Message(statements.Count, prover.Root));
        var entries = new byte[statements.Count][];
        for (var i = 0; i < entries.Length; i++)
        {
            var place = new BatchPlace(i, entries.Length, prover.Prove(i));
            entries[i] = Statement.Encode(statements[i]._protected, place, statements[i]._payload.Span, signature);
        }

        return entries;
    }
}
