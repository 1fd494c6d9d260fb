using Homeostat.Ledger.Statements;

namespace Homeostat.Ledger.Storage;

/// <summary>
/// Checks what is to be appended, and prepares it as far as can be, on the thread of whoever appends: verification is the dearest step, and callers are
/// many where the writer is one.
/// </summary>
internal sealed class Admission(byte[] ownKey, SignerSet signers)
{
    private readonly SignatureMemo _memo = new();

    /// <exception cref="AppendRefusedException">What is wrong with them.</exception>
    public PendingAppend Admit(ReadOnlyMemory<byte>[] entries)
    {
        CheckCount(entries.Length);
        return CheckSize(new PendingAppend(entries, Array.ConvertAll(entries, Admit)));
    }

    /// <exception cref="AppendRefusedException">What cannot be said in a statement.</exception>
    public PendingAppend Admit(IReadOnlyList<FreshStatement> statements)
    {
        CheckCount(statements.Count);
        var own = new UnsignedStatement[statements.Count];
        for (var i = 0; i < own.Length; i++)
        {
            own[i] = Admit(statements[i]);
        }

        return CheckSize(new PendingAppend(own));
    }

    private UnsignedStatement Admit(FreshStatement statement)
    {
        if (statement.Header.Sequence is not null)
        {
            throw new AppendRefusedException(AppendRefusal.Malformed, "the log's own key keeps no sequence");
        }

        try
        {
            return new UnsignedStatement(statement.Header, statement.Payload, ownKey);
        }
        catch (ArgumentException e)
        {
            throw new AppendRefusedException(AppendRefusal.Malformed, e.Message, e);
        }
    }

    private static void CheckCount(int count)
    {
        if (count is 0 or > Limits.BatchEntries)
        {
            throw new AppendRefusedException(
                AppendRefusal.Malformed,
                $"an append has 1 to {Limits.BatchEntries} entries, not {count}"
            );
        }
    }

    private static PendingAppend CheckSize(PendingAppend append) =>
        append.Bytes <= Limits.BatchBytes
            ? append
            : throw new AppendRefusedException(
                AppendRefusal.Malformed,
                $"one append has at most {Limits.BatchBytes} bytes, not {append.Bytes}"
            );

    private Statement Admit(ReadOnlyMemory<byte> entry)
    {
        Statement statement;
        try
        {
            statement = Statement.Parse(entry);
        }
        catch (FormatException e)
        {
            throw new AppendRefusedException(AppendRefusal.Malformed, e.Message, e);
        }

        if (!statement.Kid.Span.SequenceEqual(ownKey) && !signers.Admits(statement.Kid.Span))
        {
            throw new AppendRefusedException(
                AppendRefusal.UnknownSigner,
                "the key that signed the statement is not admitted to this log"
            );
        }

        return statement.VerifySignature(_memo)
            ? statement
            : throw new AppendRefusedException(
                AppendRefusal.BadSignature,
                "the signature does not fit the key that the statement names"
            );
    }
}
