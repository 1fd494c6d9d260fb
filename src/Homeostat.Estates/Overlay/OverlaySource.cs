using System.Runtime.CompilerServices;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>
/// Another source with the overlay in it. The first listing must hold everything that the overlay names; what goes away
/// later stays needed.
/// </summary>
public sealed class OverlaySource(IEstateSource inner, EstateOverlay overlay) : IEstateSource
{
    private readonly Lock _turn = new();
    private readonly Dictionary<ResourceId, EstateChange.Upsert> _records = [];
    private readonly Dictionary<AssetId, EstateChange.Asset> _assets = [];
    private volatile bool _isListed;

    public string Name => $"{inner.Name} with {overlay.File}";

    /// <summary>What a person should look at, from the newest full listing.</summary>
    public IReadOnlyList<OverlayError> Warnings { get; private set; } = [];

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in inner.WatchAsync(cancellationToken))
        {
            yield return Take(batch);
        }
    }

    public async ValueTask<EstateBatch> ObserveAsync(
        IReadOnlyCollection<ResourceId> ids,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        await EnsureListedAsync(cancellationToken);
        var asked = ids.Where(IsTheSources).ToList();
        var seen = await inner.ObserveAsync(asked, cancellationToken);
        return Answer(seen, ids.ToHashSet());
    }

    /// <summary>Whether the source has to look: not for a service that only the overlay knows.</summary>
    private bool IsTheSources(ResourceId id)
    {
        lock (_turn)
        {
            return _records.ContainsKey(id) || overlay.Services.All(service => service.Id != id);
        }
    }

    /// <summary>Patterns select among what there is, so that something must have been listed before a look.</summary>
    private async Task EnsureListedAsync(CancellationToken cancellationToken)
    {
        if (_isListed)
        {
            return;
        }

        await foreach (var batch in inner.WatchAsync(cancellationToken))
        {
            Take(batch);
            return;
        }
    }

    private EstateBatch Take(EstateBatch batch)
    {
        lock (_turn)
        {
            return batch.IsFullListing ? TakeListing(batch) : TakeChanges(batch);
        }
    }

    private EstateBatch TakeListing(EstateBatch batch)
    {
        var listing = batch.Changes.Where(change => change is not EstateChange.Remove).ToList();
        var whole = _isListed ? Lenient(listing) : overlay.Apply(listing);
        Warnings = whole.Warnings;
        _records.Clear();
        _assets.Clear();
        Remember(batch);
        _isListed = true;
        return new EstateBatch(whole.Changes, IsFullListing: true);
    }

    private EstateBatch TakeChanges(EstateBatch batch)
    {
        Remember(batch);
        return new EstateBatch([.. Changes(batch, everything: true)], IsFullListing: false);
    }

    private OverlaidListing Lenient(IReadOnlyList<EstateChange> listing)
    {
        var context = OverlayContext.Of(overlay, listing);
        var whole = new OverlayApplication(overlay, context).Apply(listing);
        return whole with { Warnings = [.. context.Errors, .. context.Warnings] };
    }

    private void Remember(EstateBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    _records[upsert.Resource.Id] = upsert;
                    break;
                case EstateChange.Remove remove:
                    _records.Remove(remove.Id);
                    break;
                case EstateChange.Asset asset:
                    _assets[asset.Declared.Id] = asset;
                    break;
            }
        }
    }

    private EstateBatch Answer(EstateBatch seen, HashSet<ResourceId> asked)
    {
        lock (_turn)
        {
            Remember(seen);
            var changes = Changes(seen, everything: false).ToList();
            var answered = changes.OfType<EstateChange.Upsert>().Select(record => record.Resource.Id).ToHashSet();
            var application = new OverlayApplication(overlay, new OverlayContext(overlay, _records));
            changes.AddRange(
                application.Own().Where(own => asked.Contains(own.Resource.Id) && answered.Add(own.Resource.Id))
            );
            return new EstateBatch(changes, IsFullListing: false);
        }
    }

    /// <summary>What changed, with the overlay in it; with everything, also what only the overlay knows.</summary>
    private IEnumerable<EstateChange> Changes(EstateBatch batch, bool everything)
    {
        var application = new OverlayApplication(overlay, new OverlayContext(overlay, _records));
        var own = application.Own().ToDictionary(record => record.Resource.Id);
        var changes = batch.Changes.Select(change =>
            change switch
            {
                EstateChange.Upsert upsert => application.Decorate(upsert),
                // The source sees it no more, and a person still says that it is there.
                EstateChange.Remove remove when own.TryGetValue(remove.Id, out var declared) => declared,
                EstateChange.Asset asset => application.Assets([asset]).First(),
                _ => change,
            }
        );
        return everything ? changes.Concat(own.Values).Concat(application.Assets(_assets.Values)) : changes;
    }
}
