using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Ledger.Statements;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>Computes a lease book from the ledger: the same entries give the same book, whoever computes it.</summary>
public static class LeaseRecovery
{
    /// <summary>Applies every entry from an index on that the control plane itself signed.</summary>
    /// <param name="ownKey">Others' statements on the same log change no balance, whatever they say.</param>
    /// <returns>The index behind the last entry.</returns>
    /// <exception cref="FormatException">An entry cannot be understood; the message names it.</exception>
    public static async Task<long> FoldAsync(
        LedgerLog log,
        ReadOnlyMemory<byte> ownKey,
        MemoryLeaseBook book,
        long from = 0,
        CancellationToken cancellationToken = default
    )
    {
        var next = from;
        await foreach (var entry in log.ReadAsync(from, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (EventOf(entry.Bytes, ownKey) is { } change)
                {
                    book.Apply(change);
                }
            }
            catch (Exception error)
                when (error is FormatException or ArgumentException or OverflowException or InvalidOperationException)
            {
                throw new FormatException($"entry {entry.Index} of the ledger: {error.Message}", error);
            }

            next = entry.Index + 1;
        }

        return next;
    }

    /// <summary>What an entry changes in the book; null where it changes nothing.</summary>
    public static LeaseEvent? EventOf(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> ownKey)
    {
        var statement = Statement.Parse(entry);
        if (!statement.Kid.Span.SequenceEqual(ownKey.Span))
        {
            return null;
        }

        return statement.Header.ContentType switch
        {
            DecisionRecord.ContentType => DecisionRecord.Reserved(RecordMap.Decode(statement.Payload)),
            LeaseEventRecord.ContentType or SettlementRecord.ContentType => LeaseEventRecord.Decode(
                RecordMap.Decode(statement.Payload)
            ),
            _ => null,
        };
    }
}
