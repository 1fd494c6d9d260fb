using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Statements;

namespace Homeostat.Core.Deciding;

/// <summary>How many of the permits of a log ended in which way.</summary>
/// <param name="Outstanding">Nobody has observed what became of them.</param>
/// <param name="OldestOutstanding">When the oldest of those was given; null where none is out.</param>
public sealed record PermitAccount(
    int Leases,
    int Permits,
    int Settled,
    int TakenBack,
    int Outstanding,
    DateTimeOffset? OldestOutstanding
);

/// <summary>
/// Computes every balance again from the log alone, with the fold and the rules of the lease book itself, and says which
/// entry breaks them: a lease exceeded, a child wider than its parent, a permit after a revocation, a permit settled twice.
/// </summary>
/// <param name="ownKey">Of the control plane: what others sign changes no balance.</param>
public sealed class LeaseAudit(ReadOnlyMemory<byte> ownKey)
{
    /// <summary>A charge stands in the entry in millionths, a debit in billionths.</summary>
    private const long Rounding = 1_000;

    private readonly MemoryLeaseBook _book = new();
    private readonly LeaseFold _fold = new(ownKey);
    private readonly Dictionary<PermitId, (long Entry, LeaseId Lease)> _behind = [];
    private int _leases;
    private int _permits;
    private int _settled;
    private int _takenBack;

    public PermitAccount Account
    {
        get
        {
            var open = _book.Outstanding();
            return new(_leases, _permits, _settled, _takenBack, open.Count, open.Count == 0 ? null : open[0].Terms.At);
        }
    }

    /// <summary>What is wrong with this entry, after all before it.</summary>
    public IReadOnlyList<string> Apply(long index, Statement statement)
    {
        try
        {
            if (_fold.ReviewOf(statement) is not null)
            {
                // A review lends its lease to itself; beside leases that agents hold, it would be a permit that counts against none.
                return _leases == 0 ? [] : ["a permit of a review, which counts against no lease, in a log of leases"];
            }

            return _fold.EventOf(statement) is { } change
                ? [.. WordsAgainst(statement, change), .. Apply(index, change)]
                : PermitWithoutTerms(statement);
        }
        catch (Exception error)
            when (error is FormatException or ArgumentException or OverflowException or InvalidOperationException)
        {
            return [$"it says something of leases that cannot be read: {error.Message}"];
        }
    }

    /// <summary>What is wrong at the end, and which entry shows it.</summary>
    public IEnumerable<(long Entry, string Problem)> End() =>
        _behind.Select(row =>
            (
                row.Value.Entry,
                $"permit {row.Key} stands behind the revocation of lease {row.Value.Lease}, and was not taken back"
            )
        );

    private IReadOnlyList<string> Apply(long index, LeaseEvent change)
    {
        var problems = _book.Replay(change);
        switch (change)
        {
            case LeaseEvent.Granted:
                _leases++;
                break;
            case LeaseEvent.Reserved reserved:
                _permits++;
                _settled += reserved.IsLooking ? 1 : 0;

                // It may have been under way when the lease was revoked: then it was taken back, and nobody got it.
                if (problems.Count == 0 && _book.FindPermit(reserved.Permit) is { IsBehindRevocation: true })
                {
                    _behind[reserved.Permit] = (index, reserved.Lease);
                }

                break;
            case LeaseEvent.Settled:
                _settled++;
                break;
            case LeaseEvent.SettledTogether settled:
                _settled += settled.Permits.Count;
                break;
            case LeaseEvent.Released released:
                _takenBack++;
                _behind.Remove(released.Permit);
                break;
        }

        return problems;
    }

    /// <summary>The decision must say the same as what it reserves: its agent, its lease, its permit and its charge.</summary>
    private IEnumerable<string> WordsAgainst(Statement statement, LeaseEvent change)
    {
        if (change is not LeaseEvent.Reserved reserved)
        {
            yield break;
        }

        var decision = DecisionEntry.Read(statement);
        if (decision.Permit != DecisionRecord.Cut(reserved.Permit.Value))
        {
            yield return $"its permit is '{decision.Permit}', and it reserves for {reserved.Permit}";
        }

        if (_book.FindLease(reserved.Lease) is { } lease && lease.Agent.Value != decision.Agent)
        {
            yield return $"lease {reserved.Lease} was lent to another agent than {decision.Agent}";
        }

        var charge = (long)Math.Round(decision.Charge * 1_000_000_000m);
        if (reserved.Debits.Any(debit => debit.Stress < charge - Rounding))
        {
            yield return $"its charge is {decision.Charge}, and it takes less from its lease";
        }
    }

    private string[] PermitWithoutTerms(Statement statement) =>
        _leases > 0
        && DecisionEntry.IsDecision(statement)
        && statement.Kid.Span.SequenceEqual(ownKey.Span)
        && DecisionEntry.Read(statement).Permit is { } permit
            ? [$"permit '{permit}' takes nothing from any lease"]
            : [];
}
