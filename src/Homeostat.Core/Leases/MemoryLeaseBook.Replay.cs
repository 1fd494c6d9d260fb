using Homeostat.Core.Actions;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Simulation;

namespace Homeostat.Core.Leases;

/// <summary>
/// Holds the events of a log against the rules under which the book lets them happen. The terms of a permit and the
/// ceilings of a lease are computed by the code that grants; only their order is read differently: entries that were
/// under way together may reach the log in another order than they were decided in, at most until the next one that
/// waited for them.
/// </summary>
public sealed partial class MemoryLeaseBook
{
    /// <summary>Applies an event, and says what the book would not have let happen; what it says, it applies all the same.</summary>
    internal IReadOnlyList<string> Replay(LeaseEvent change)
    {
        lock (_lock)
        {
            var problems = new List<string>();
            switch (change)
            {
                case LeaseEvent.Granted granted:
                    Add(problems, ReplayGrant(granted));
                    break;
                case LeaseEvent.Reserved reserved:
                    ReplayPermit(reserved, problems);
                    break;
                case LeaseEvent.Settled settled when !_permits.ContainsKey(settled.Permit):
                    problems.Add($"permit {settled.Permit} is settled and is not out");
                    break;
                case LeaseEvent.SettledTogether settled:
                    problems.AddRange(ReplaySettled(settled.Permits));
                    break;
                case LeaseEvent.Released released when !_permits.ContainsKey(released.Permit):
                    problems.Add($"permit {released.Permit} is taken back and is not out");
                    break;
                case LeaseEvent.Revoked revoked when AccountOf(revoked.Lease) is null:
                    problems.Add($"lease {revoked.Lease} is revoked and was never granted");
                    break;
            }

            ReplayLocked(change, problems);
            return problems;
        }
    }

    private IEnumerable<string> ReplaySettled(IReadOnlyList<PermitId> permits)
    {
        var seen = new HashSet<PermitId>();
        return permits
            .Where(permit => !seen.Add(permit) || !_permits.ContainsKey(permit))
            .Select(permit => $"permit {permit} is settled and is not out");
    }

    private void ReplayLocked(LeaseEvent change, List<string> problems)
    {
        _latest = Max(_latest, change.At);
        try
        {
            ApplyLocked(change);
        }
        catch (FormatException error)
        {
            problems.Add(error.Message);
            return;
        }

        if (change is LeaseEvent.Reserved reserved)
        {
            problems.AddRange(reserved.Debits.Select(debit => ExceededBy(debit)).OfType<string>());
        }
    }

    private string? ReplayGrant(LeaseEvent.Granted granted)
    {
        var at = granted.At;

        // A parent that was revoked while its child was under way: the child was never of any use.
        return _accounts.ContainsKey(granted.Lease.Id)
            ? $"lease {granted.Lease.Id} is granted a second time"
            : GrantRefusal(granted.Lease, at, account => account.RevokedAt < at);
    }

    private void ReplayPermit(LeaseEvent.Reserved reserved, List<string> problems)
    {
        if (_permits.ContainsKey(reserved.Permit))
        {
            problems.Add($"permit {reserved.Permit} is out already");
        }

        var at = reserved.At;
        if (Lineage(reserved.Lease, at, out var lineage, account => account.RevokedAt < at) is { } refusal)
        {
            problems.Add($"permit {reserved.Permit}: {refusal}");
            return;
        }

        if (CostOf(reserved) is not { } cost)
        {
            problems.Add($"permit {reserved.Permit}: what it takes is no cost");
            return;
        }

        var future = new CommittedFuture(reserved.Permit, reserved.Effects, at);
        var asked = new ReservationRequest(reserved.Lease, cost, future, 0);
        var terms = TermsOf(asked, lineage, at);
        if (!AreCovered(reserved.Debits, terms.Debits))
        {
            problems.Add($"permit {reserved.Permit} does not debit its lease and every lease above it alike");
        }
    }

    private static Cost? CostOf(LeaseEvent.Reserved reserved) =>
        reserved.Debits is [{ Stress: >= 0, Irreversible: >= 0 } first, ..]
            ? new Cost(Amount.ToDouble(first.Stress), first.Irreversible)
            : null;

    /// <summary>The same leases pay the same; a renewal may be shorter where another permit has renewed meanwhile.</summary>
    private static bool AreCovered(IReadOnlyList<LeaseDebit> debits, IReadOnlyList<LeaseDebit> terms) =>
        debits.Count == terms.Count
        && debits
            .Zip(terms)
            .All(pair =>
                pair.First.Lease == pair.Second.Lease
                && pair.First.Stress == debits[0].Stress
                && pair.First.Irreversible == debits[0].Irreversible
                && pair.First.ExpiresAt <= pair.Second.ExpiresAt
            );

    /// <summary>At the latest time seen: a budget grows, and whoever paid later paid out of the larger one.</summary>
    private string? ExceededBy(LeaseDebit debit)
    {
        if (AccountOf(debit.Lease) is not { } account)
        {
            return null;
        }

        var amounts = account.Lease.Cone.Amounts;
        var left = account.LeftAt(_latest);
        return left.Stress < 0 ? $"lease {debit.Lease} has spent more stress than its budget has grown to"
            : left.Irreversible < 0
                ? $"lease {debit.Lease} has {account.Irreversible} effects without a way back, of {amounts.Irreversible}"
            : left.Outstanding < 0
                ? $"lease {debit.Lease} has {account.Outstanding} permits out, of {amounts.Outstanding}"
            : left.ThisMinute < 0 ? $"lease {debit.Lease} gave more than {amounts.PerMinute} permits in one minute"
            : null;
    }

    private static void Add(List<string> problems, string? problem)
    {
        if (problem is not null)
        {
            problems.Add(problem);
        }
    }
}
