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
        var fold = new LeaseFold(ownKey);
        var next = from;
        await foreach (var entry in log.ReadAsync(from, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (fold.EventOf(entry.Bytes) is { } change)
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
}

/// <summary>Reads, entry by entry and in their order, what the log says of leases and permits.</summary>
/// <param name="ownKey">Of the control plane: what others sign changes nothing.</param>
public sealed class LeaseFold(ReadOnlyMemory<byte> ownKey)
{
    private readonly Dictionary<string, List<PermitPart>> _open = new(StringComparer.Ordinal);

    /// <summary>What an entry changes in the book; null where it changes nothing.</summary>
    /// <exception cref="FormatException">It cannot be understood; the message names the field.</exception>
    public LeaseEvent? EventOf(ReadOnlyMemory<byte> entry) => EventOf(Statement.Parse(entry));

    /// <inheritdoc cref="EventOf(ReadOnlyMemory{byte})"/>
    public LeaseEvent? EventOf(Statement statement)
    {
        if (!statement.Kid.Span.SequenceEqual(ownKey.Span))
        {
            return null;
        }

        switch (statement.Header.ContentType)
        {
            case DecisionRecord.ContentType:
                var map = RecordMap.Decode(statement.Payload);
                return DecisionRecord.Reserved(map) is { } reserved && !DecisionRecord.IsReview(map)
                    ? Complete(reserved)
                    : null;
            case PermitParts.ContentType:
                Note(PermitParts.Decode(RecordMap.Decode(statement.Payload)));
                return null;
            case LeaseEventRecord.ContentType or SettlementRecord.ContentType:
                return LeaseEventRecord.Decode(RecordMap.Decode(statement.Payload));
            default:
                return null;
        }
    }

    /// <summary>The permit of a review, which was given under a lease of its own and to nobody; null for any other entry.</summary>
    internal string? ReviewOf(Statement statement) =>
        statement.Header.ContentType == DecisionRecord.ContentType
        && statement.Kid.Span.SequenceEqual(ownKey.Span)
        && RecordMap.Decode(statement.Payload) is var map
        && DecisionRecord.IsReview(map)
        && DecisionRecord.Reserved(map) is not null
            ? map.Text("permit")
            : null;

    private void Note(PermitPart part)
    {
        if (!_open.TryGetValue(part.Permit, out var parts))
        {
            _open.Add(part.Permit, parts = []);
        }

        parts.Add(part);
    }

    private LeaseEvent.Reserved Complete(RecordMap map)
    {
        var reserved = LeaseEventRecord.ReadReserved(map);
        var parts = _open.Remove(reserved.Permit.Value, out var earlier) ? earlier : [];
        return map.Int("parts") == parts.Count
            ? reserved with
            {
                Effects = [.. parts.SelectMany(part => part.Effects), .. reserved.Effects],
                Expected = [.. parts.SelectMany(part => part.Expected), .. reserved.Expected],
            }
            : throw new FormatException($"permit {reserved.Permit}: {map.Int("parts")} parts, found {parts.Count}");
    }
}
