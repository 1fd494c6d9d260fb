using System.Collections;
using System.Runtime.CompilerServices;
using Homeostat.Core.Estate;

namespace Homeostat.Server.Tests.Faults;

/// <summary>A source that lists a service with two web servers and then misbehaves as the test says.</summary>
internal sealed class FaultySource(Func<EstateBatch> list, Func<CancellationToken, Task<EstateBatch>> look)
    : IEstateSource
{
    public string Name => "faulty";

    public static EstateBatch Listing(DateTimeOffset? seen)
    {
        var needs = new Relation.Needs(new("orders"), "web", [new("web-1"), new("web-2")]);
        return new EstateBatch(
            [
                new EstateChange.Upsert(Of("orders", "service", seen) with { Tier = Tier.Zero }, [needs]),
                new EstateChange.Upsert(Of("web-1", "compute-instance", seen) with { State = RunState.Running }, []),
                new EstateChange.Upsert(Of("web-2", "compute-instance", seen) with { State = RunState.Running }, []),
            ],
            IsFullListing: true
        );
    }

    public static EstateBatch Huge { get; } = new(new TenMillion(), IsFullListing: true);

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield return list();
    }

    public async ValueTask<EstateBatch> ObserveAsync(
        IReadOnlyCollection<ResourceId> ids,
        CancellationToken cancellationToken
    ) => await look(cancellationToken);

    private static Resource Of(string id, string kind, DateTimeOffset? seen) =>
        new()
        {
            Id = new(id),
            Kind = new(kind),
            Existence = new Provenance("faulty", seen),
        };

    /// <summary>It says how many there are; whoever reads them all has not heeded the limit.</summary>
    private sealed class TenMillion : IReadOnlyList<EstateChange>
    {
        public int Count => 10_000_000;

        public EstateChange this[int index] => throw new InvalidOperationException("it was read");

        public IEnumerator<EstateChange> GetEnumerator() => throw new InvalidOperationException("it was read");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
