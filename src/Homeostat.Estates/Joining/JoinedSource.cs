using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Joining;

/// <summary>
/// Several sources as one, so that one overlay can speak of what any of them describes. Nothing is listed until all of them
/// have listed; a later listing of one removes only what that one described.
/// </summary>
public sealed class JoinedSource(IReadOnlyList<IEstateSource> sources) : IEstateSource
{
    private readonly ConcurrentDictionary<ResourceId, IEstateSource> _owners = new();

    public string Name { get; } = string.Join('+', sources.Select(source => source.Name));

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _owners.Clear();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<(IEstateSource Source, EstateBatch Batch)>(sources.Count);
        var watching = Task.WhenAll(sources.Select(source => WatchAsync(source, batches.Writer, stop.Token)));
        var ended = watching.ContinueWith(
            all => batches.Writer.TryComplete(all.Exception?.InnerException),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
        try
        {
            var first = new Dictionary<IEstateSource, List<EstateChange>>();
            await foreach (var (source, batch) in batches.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (first.Count == sources.Count)
                {
                    yield return Later(source, batch);
                    continue;
                }

                Note(source, batch);
                first[source] = batch.IsFullListing
                    ? [.. batch.Changes]
                    : [.. first.GetValueOrDefault(source) ?? [], .. batch.Changes];
                if (first.Count == sources.Count)
                {
                    yield return new EstateBatch([.. first.Values.SelectMany(changes => changes)], IsFullListing: true);
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ended.ConfigureAwait(false);
        }
    }

    public async ValueTask<EstateBatch> ObserveAsync(
        IReadOnlyCollection<ResourceId> ids,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var changes = new List<EstateChange>();
        foreach (var source in sources)
        {
            // What nobody has described yet, any of them may see.
            var asked = ids.Where(id => !_owners.TryGetValue(id, out var owner) || owner == source).ToList();
            if (asked.Count > 0)
            {
                var seen = await source.ObserveAsync(asked, cancellationToken).ConfigureAwait(false);
                Note(source, seen);
                changes.AddRange(seen.Changes);
            }
        }

        return new EstateBatch(changes, IsFullListing: false);
    }

    /// <summary>The next batch is read when this one was taken: a source waits for its reader.</summary>
    private static async Task WatchAsync(
        IEstateSource source,
        ChannelWriter<(IEstateSource, EstateBatch)> batches,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var batch in source.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                await batches.WriteAsync((source, batch), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // One that fails ends the watch as a whole, at once: the others must not seem to speak for it.
            batches.TryComplete(error);
            throw;
        }
    }

    private EstateBatch Later(IEstateSource source, EstateBatch batch)
    {
        if (!batch.IsFullListing)
        {
            Note(source, batch);
            return batch;
        }

        var listed = batch.Changes.OfType<EstateChange.Upsert>().Select(change => change.Resource).ToList();
        var ids = listed.Select(resource => resource.Id).ToHashSet();
        var gone = _owners.Where(pair => pair.Value == source && !ids.Contains(pair.Key)).Select(pair => pair.Key);
        var seen = new Provenance(source.Name, listed.Max(resource => resource.Existence.ObservedAt));
        var changes = new EstateBatch(
            [.. batch.Changes, .. gone.Select(id => new EstateChange.Remove(id, seen))],
            IsFullListing: false
        );
        Note(source, changes);
        return changes;
    }

    /// <exception cref="EstateSourceException">Two sources describe one resource.</exception>
    private void Note(IEstateSource source, EstateBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    if (_owners.GetOrAdd(upsert.Resource.Id, source) is var owner && owner != source)
                    {
                        throw new EstateSourceException(
                            $"{upsert.Resource.Id} is described by {owner.Name}; {source.Name} cannot describe it too"
                        );
                    }

                    break;
                case EstateChange.Remove remove
                    when _owners.TryGetValue(remove.Id, out var remover) && remover == source:
                    _owners.TryRemove(remove.Id, out _);
                    break;
            }
        }
    }
}
