using System.Collections.Concurrent;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Ledger.Storage;

namespace Homeostat.Core.Deciding;

/// <summary>The answer to a grant.</summary>
/// <param name="Refusal">Why it was refused; null where the lease is there.</param>
/// <param name="Receipt">Null where it was refused, or was there before.</param>
public sealed record GrantAnswer(string? Refusal, Receipt? Receipt);

/// <summary>
/// Changes of the lease book that are not decisions: each is on the ledger before it is answered, and the book in memory
/// follows. Grants come one after another, so that a child's entry always stands behind its parent's.
/// </summary>
public sealed class LeaseRegistry(MemoryLeaseBook book, DecisionLog log, TimeProvider clock) : IDisposable
{
    /// <summary>The subject of an entry about permits of several leases.</summary>
    private const string ManyPermits = "permits";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<PermitId, byte> _settling = new();

    /// <exception cref="AppendRefusedException">The log did not take it: there is no such lease.</exception>
    public async ValueTask<GrantAnswer> GrantAsync(Lease lease, string by)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var now = clock.GetUtcNow();
            if (book.RefusalOf(lease, now) is { } refusal)
            {
                return new GrantAnswer(refusal, null);
            }

            if (book.FindLease(lease.Id) is not null)
            {
                return new GrantAnswer(null, null);
            }

            // A crash behind the append leaves a lease that nobody was told of; it ends by itself.
            var granted = new LeaseEvent.Granted(lease, now);
            var receipt = await log.AppendAsync(lease.Agent.Value, granted, by).ConfigureAwait(false);
            book.Apply(granted);
            return new GrantAnswer(null, receipt);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the lease and everything under it: in memory at once, and on the ledger before this completes.</summary>
    /// <exception cref="AppendRefusedException">It is revoked until the process ends, and must be asked for again.</exception>
    public async ValueTask<Receipt?> RevokeAsync(LeaseId id, string by)
    {
        if (book.FindLease(id) is not { } lease)
        {
            return null;
        }

        var revoked = book.Revoke(id, clock.GetUtcNow());
        return await log.AppendAsync(lease.Agent.Value, revoked, by).ConfigureAwait(false);
    }

    /// <summary>The outcome has been observed. The future ends when that is durable; a permit is settled once.</summary>
    /// <returns>Null where no such permit is out, or somebody else is settling it just now.</returns>
    /// <exception cref="AppendRefusedException">The future stays, and must be settled again.</exception>
    public async ValueTask<Receipt?> SettleAsync(Settlement settlement, string by)
    {
        if (!_settling.TryAdd(settlement.Permit, 0))
        {
            return null;
        }

        try
        {
            return book.FindPermit(settlement.Permit) is { IsDurable: true } permit
                ? await SettleAsync(settlement, permit, by).ConfigureAwait(false)
                : null;
        }
        finally
        {
            _settling.TryRemove(settlement.Permit, out _);
        }
    }

    /// <summary>
    /// The outcomes of several have been observed, all as predicted: they are written together, in as few entries as their
    /// size allows, and the futures of one entry end when that one is durable.
    /// </summary>
    /// <returns>Those that it settled: not those that are not out, or that somebody else is settling just now.</returns>
    /// <exception cref="AppendRefusedException">The futures that are still there stay, and must be settled again.</exception>
    /// <exception cref="ArgumentException">One of them is not as predicted, which is an entry of its own.</exception>
    public async ValueTask<IReadOnlyList<PermitId>> SettleManyAsync(IReadOnlyList<Settlement> settlements, string by)
    {
        if (settlements.Any(settlement => settlement.Deviations.Count + settlement.Unseen.Count > 0))
        {
            throw new ArgumentException("what is not as predicted is settled by itself", nameof(settlements));
        }

        var taken = settlements.Where(settlement => _settling.TryAdd(settlement.Permit, 0)).ToList();
        try
        {
            var settled = new List<PermitId>();
            var durable = taken.FindAll(row => book.FindPermit(row.Permit) is { IsDurable: true });
            var now = clock.GetUtcNow();
            foreach (var (permits, payload) in SettlementRecord.EncodeTogether(durable, now, by))
            {
                await log.AppendAsync(ManyPermits, SettlementRecord.ContentType, payload).ConfigureAwait(false);
                book.Apply(new LeaseEvent.SettledTogether(permits, now));
                settled.AddRange(permits);
            }

            return settled;
        }
        finally
        {
            taken.ForEach(settlement => _settling.TryRemove(settlement.Permit, out _));
        }
    }

    /// <summary>Writes down what an operator should know.</summary>
    /// <exception cref="AppendRefusedException">The log did not take it.</exception>
    public ValueTask<Receipt> ReportAsync(string kind, string subject, string text) =>
        log.AppendAsync(
            subject.Length is > 0 and <= Ledger.Limits.ClaimChars ? subject : "estate",
            ReportRecord.ContentType,
            ReportRecord.Encode(kind, text, clock.GetUtcNow())
        );

    /// <summary>
    /// Takes back permits that stand behind the revocation of their lease: a crash kept the service from saying so. They
    /// were never answered.
    /// </summary>
    /// <exception cref="AppendRefusedException">The log did not take it; the futures stay.</exception>
    public async ValueTask TakeBackAsync(IReadOnlyList<OutstandingPermit> permits)
    {
        foreach (var permit in permits)
        {
            var released = new LeaseEvent.Released(permit.Permit, clock.GetUtcNow());
            await log.AppendAsync(permit.Lease.Value, released, by: "homeostat").ConfigureAwait(false);
            book.Apply(released);
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<Receipt> SettleAsync(Settlement settlement, OutstandingPermit permit, string by)
    {
        var now = clock.GetUtcNow();
        var receipt = await log.AppendAsync(
                permit.Lease.Value,
                SettlementRecord.ContentType,
                SettlementRecord.Encode(settlement, now, by)
            )
            .ConfigureAwait(false);
        book.Apply(new LeaseEvent.Settled(settlement.Permit, now));
        return receipt;
    }
}
