using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>What each of several sources has listed, and what that makes of their batches as those of one source.</summary>
internal sealed class CombinedListings(IReadOnlyList<IEstateSource> sources)
{
    private readonly Dictionary<IEstateSource, Dictionary<ResourceId, EstateChange.Upsert>> _listed = [];
    private readonly Dictionary<ResourceId, IEstateSource> _owners = [];
    private readonly Dictionary<AssetId, EstateChange.Asset> _assets = [];
    private bool _isWhole;

    /// <summary>A full listing once every source has listed; changes from then on; null before.</summary>
    /// <exception cref="EstateSourceException">Two sources describe one resource.</exception>
    public EstateBatch? Take(IEstateSource source, EstateBatch batch)
    {
        var changes = new List<EstateChange>(batch.Changes);
        if (batch.IsFullListing)
        {
            changes.AddRange(Missing(source, batch));
        }

        foreach (var change in changes)
        {
            Remember(source, change);
        }

        if (_isWhole)
        {
            return new EstateBatch(changes, IsFullListing: false);
        }

        _isWhole = sources.All(_listed.ContainsKey);
        return _isWhole
            ? new EstateBatch([.. _listed.Values.SelectMany(records => records.Values), .. _assets.Values], true)
            : null;
    }

    /// <summary>What the source listed before and does not list now.</summary>
    private List<EstateChange.Remove> Missing(IEstateSource source, EstateBatch batch)
    {
        var records = _listed.TryGetValue(source, out var known) ? known : _listed[source] = [];
        var upserts = batch.Changes.OfType<EstateChange.Upsert>().ToList();
        var ids = upserts.Select(upsert => upsert.Resource.Id).ToHashSet();
        var seen = new Provenance(source.Name, upserts.Max(upsert => upsert.Resource.Existence.ObservedAt));
        return [.. records.Keys.Where(id => !ids.Contains(id)).Select(id => new EstateChange.Remove(id, seen))];
    }

    private void Remember(IEstateSource source, EstateChange change)
    {
        switch (change)
        {
            case EstateChange.Upsert upsert:
                var owner = _owners.GetValueOrDefault(upsert.Resource.Id, source);
                if (owner != source)
                {
                    throw new EstateSourceException(
                        $"{upsert.Resource.Id} is described by {owner.Name}; {source.Name} cannot describe it too"
                    );
                }

                _owners[upsert.Resource.Id] = source;
                _listed.TryAdd(source, []);
                _listed[source][upsert.Resource.Id] = upsert;
                break;
            case EstateChange.Remove remove when _owners.GetValueOrDefault(remove.Id, source) == source:
                _owners.Remove(remove.Id);
                _listed.GetValueOrDefault(source)?.Remove(remove.Id);
                break;
            case EstateChange.Asset asset:
                _assets[asset.Declared.Id] = asset;
                break;
        }
    }
}
