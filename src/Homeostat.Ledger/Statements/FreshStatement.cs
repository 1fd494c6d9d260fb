using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Ledger.Statements;

/// <summary>
/// A statement that this process has just signed. Nobody else has its bytes, so a log of the same key appends it without
/// verifying what it signed itself: verifying costs twice what signing does.
/// </summary>
public sealed class FreshStatement
{
    private FreshStatement(byte[] entry) => Entry = entry;

    /// <summary>Signs a payload; an <see cref="ArgumentException"/> says what cannot be said in a statement.</summary>
    public static FreshStatement Sign(SigningKey key, StatementHeader header, ReadOnlySpan<byte> payload) =>
        new(Statement.Sign(key, header, payload));

    internal byte[] Entry { get; }
}
