using System.Collections.Concurrent;
using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;

namespace Homeostat.Server.Leases;

/// <summary>Which changes of the estate a permit explains: those of what it names, and of what falls with that.</summary>
internal sealed class Explanations(MemoryLeaseBook book, TimeProvider clock)
{
    private readonly ConcurrentDictionary<ResourceId, DateTimeOffset> _settled = new();
    private long _forgotAt;

    /// <summary>Its permit is settled, and what it did may be seen again for a while.</summary>
    public void Note(OutstandingPermit permit)
    {
        var now = clock.GetUtcNow();
        foreach (var id in ExplainedBy(permit.Terms))
        {
            _settled[id] = now;
        }

        Forget(now);
    }

    /// <summary>Now and then: going through an hour of settlements at each of them would cost more than they do.</summary>
    private void Forget(DateTimeOffset now)
    {
        var last = Interlocked.Read(ref _forgotAt);
        if (
            now.UtcTicks - last < Limits.ForgetEvery.Ticks
            || Interlocked.CompareExchange(ref _forgotAt, now.UtcTicks, last) != last
        )
        {
            return;
        }

        foreach (var (id, at) in _settled)
        {
            if (now - at > Limits.Explains)
            {
                _settled.TryRemove(id, out _);
            }
        }
    }

    public IReadOnlyList<T> Unexplained<T>(IReadOnlyList<T> changes, Func<T, ResourceId> id)
    {
        var explained = book.Outstanding().SelectMany(permit => ExplainedBy(permit.Terms)).ToHashSet();
        return [.. changes.Where(change => !explained.Contains(id(change)) && !_settled.ContainsKey(id(change)))];
    }

    /// <summary>Whether a permit other than this one may have changed the resource.</summary>
    public bool HasOther(OutstandingPermit permit, ResourceId id) =>
        _settled.ContainsKey(id)
        || book.Outstanding().Any(other => other.Permit != permit.Permit && ExplainedBy(other.Terms).Contains(id));

    private static IEnumerable<ResourceId> ExplainedBy(LeaseEvent.Reserved terms) =>
        terms
            .Effects.Where(effect => effect is not Effect.Read)
            .Select(effect => effect.Target)
            .Concat(terms.Expected.Where(expected => !expected.Exists).Select(expected => expected.Id));
}
