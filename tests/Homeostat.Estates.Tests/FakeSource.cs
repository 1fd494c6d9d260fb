using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Tests;

/// <summary>An estate in memory that says what the test says.</summary>
internal sealed class FakeSource(List<EstateChange> estate, string name = "test") : IEstateSource
{
    private readonly List<Channel<EstateBatch>> _watchers = [];

    public List<ResourceId> Asked { get; } = [];

    public string Name => name;

    public void Say(params EstateChange[] changes)
    {
        foreach (var change in changes)
        {
            var id = (change as EstateChange.Upsert)?.Resource.Id ?? ((EstateChange.Remove)change).Id;
            estate.RemoveAll(known => known is EstateChange.Upsert record && record.Resource.Id == id);
            if (change is EstateChange.Upsert)
            {
                estate.Add(change);
            }
        }

        _watchers.ForEach(watcher => watcher.Writer.TryWrite(new EstateBatch(changes, IsFullListing: false)));
    }

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var watcher = Channel.CreateUnbounded<EstateBatch>();
        _watchers.Add(watcher);
        yield return new EstateBatch([.. estate], IsFullListing: true);
        await foreach (var batch in watcher.Reader.ReadAllAsync(cancellationToken))
        {
            yield return batch;
        }
    }

    public ValueTask<EstateBatch> ObserveAsync(IReadOnlyCollection<ResourceId> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Asked.AddRange(ids);
        var seen = estate.Where(change => change is EstateChange.Upsert record && ids.Contains(record.Resource.Id));
        return ValueTask.FromResult(new EstateBatch([.. seen], IsFullListing: false));
    }
}
