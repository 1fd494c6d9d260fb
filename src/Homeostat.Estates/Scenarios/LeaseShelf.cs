using Homeostat.Core.Actions;
using Homeostat.Core.Leases;

namespace Homeostat.Estates.Scenarios;

/// <summary>Lends what a scenario says was lent, and again when it has ended: a story may be longer than any lease.</summary>
internal sealed class LeaseShelf
{
    private static readonly TimeSpan Grown = TimeSpan.FromHours(1);
    private static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private readonly Dictionary<LeaseId, Lease> _terms;
    private readonly Dictionary<LeaseId, Lease> _current = [];
    private readonly TimeProvider _clock;

    public LeaseShelf(IEnumerable<Lease> terms, TimeProvider clock)
    {
        _terms = terms.ToDictionary(lease => lease.Id);
        _clock = clock;
    }

    public MemoryLeaseBook Book { get; } = new();

    /// <summary>The request under the lease as it is now.</summary>
    public ActionRequest Under(ActionRequest request)
    {
        var now = _clock.GetUtcNow();
        if (!_current.TryGetValue(request.Lease, out var lease) || lease.ExpiresAt <= now)
        {
            lease = _terms[request.Lease] with
            {
                Id = lease is null ? request.Lease : new LeaseId($"{request.Lease} from {now:u}"),
                IssuedAt = now - Grown,
                ExpiresAt = now + Life,
            };
            if (Book.Grant(lease, now) is { } refusal)
            {
                throw new InvalidOperationException($"the scenario's lease was refused: {refusal}");
            }

            _current[request.Lease] = lease;
        }

        return request with
        {
            Lease = lease.Id,
        };
    }
}
