using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>
/// What a source said last and the overlay above it, which can be replaced by another one. One caller at a time changes it.
/// </summary>
public sealed class OverlayLayer(EstateOverlay first)
{
    private readonly Lock _turn = new();
    private readonly Dictionary<ResourceId, EstateChange.Upsert> _records = [];
    private readonly Dictionary<AssetId, EstateChange.Asset> _assets = [];
    private EstateOverlay _overlay = first;
    private volatile bool _isListed;

    /// <summary>Something has been listed.</summary>
    public bool IsListed => _isListed;

    /// <summary>What a person should look at, from the newest full listing.</summary>
    public IReadOnlyList<OverlayError> Warnings { get; private set; } = [];

    /// <summary>Whether the source has to look: not for a service that only the overlay knows.</summary>
    public bool IsTheSources(ResourceId id)
    {
        lock (_turn)
        {
            return _records.ContainsKey(id) || _overlay.Services.All(service => service.Id != id);
        }
    }

    /// <summary>What the source says, with the overlay in it.</summary>
    /// <exception cref="EstateSourceException">The first listing lacks something that the overlay names.</exception>
    public EstateBatch Take(EstateBatch batch)
    {
        lock (_turn)
        {
            return batch.IsFullListing ? TakeListing(batch) : TakeChanges(batch);
        }
    }

    /// <summary>The whole of what the source said last under another overlay; null where it has said nothing. Nothing changes.</summary>
    /// <exception cref="EstateSourceException">It names what is not there; the message lists every such place.</exception>
    public EstateBatch? Preview(EstateOverlay newer)
    {
        lock (_turn)
        {
            return _isListed
                ? new EstateBatch(newer.Apply([.. _records.Values, .. _assets.Values]).Changes, IsFullListing: true)
                : null;
        }
    }

    /// <summary>From now on the other overlay holds.</summary>
    public void Adopt(EstateOverlay newer)
    {
        lock (_turn)
        {
            _overlay = newer;
        }
    }

    private EstateBatch TakeListing(EstateBatch batch)
    {
        var listing = batch.Changes.Where(change => change is not EstateChange.Remove).ToList();
        var whole = _isListed ? Lenient(listing) : _overlay.Apply(listing);
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
        var context = OverlayContext.Of(_overlay, listing);
        var whole = new OverlayApplication(_overlay, context).Apply(listing);
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

    /// <summary>What a source saw when it was asked for these, with the overlay in it.</summary>
    public EstateBatch Answer(EstateBatch seen, IReadOnlyCollection<ResourceId> ids)
    {
        lock (_turn)
        {
            var asked = ids.ToHashSet();
            Remember(seen);
            var changes = Changes(seen, everything: false).ToList();
            var answered = changes.OfType<EstateChange.Upsert>().Select(record => record.Resource.Id).ToHashSet();
            var application = new OverlayApplication(_overlay, new OverlayContext(_overlay, _records));
            changes.AddRange(application.Own(asked).Where(own => answered.Add(own.Resource.Id)));
            return new EstateBatch(changes, IsFullListing: false);
        }
    }

    /// <summary>What changed, with the overlay in it; with everything, also what only the overlay knows.</summary>
    private IEnumerable<EstateChange> Changes(EstateBatch batch, bool everything)
    {
        var application = new OverlayApplication(_overlay, new OverlayContext(_overlay, _records));
        var gone = batch.Changes.OfType<EstateChange.Remove>().Select(remove => remove.Id).ToHashSet();
        var own = application.Own(everything ? null : gone).ToDictionary(record => record.Resource.Id);
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
        return everything
            ? changes.Concat(application.BroadHolders()).Concat(own.Values).Concat(application.Assets(_assets.Values))
            : changes;
    }
}
