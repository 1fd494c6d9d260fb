namespace Homeostat.Core.Estate;

/// <summary>
/// The living estate: takes batches from sources and publishes one immutable snapshot after another. One writer at a
/// time; readers take <see cref="Current"/> and never wait.
/// </summary>
public sealed class EstateModel(ShelfLives shelfLives)
{
    /// <summary>A delta larger than this share of the estate is folded into new arrays.</summary>
    private const int FoldShare = 16;
    private const int SmallestFold = 1024;

    private readonly Lock _lock = new();
    private Dictionary<ResourceId, EstateChange.Upsert> _records = [];
    private Dictionary<AssetId, DataAsset> _assets = [];
    private volatile EstateSnapshot? _current;

    /// <summary>The newest snapshot; null until something has been listed.</summary>
    public EstateSnapshot? Current => _current;

    /// <summary>Applies a batch whole: a batch that cannot be applied changes nothing.</summary>
    /// <exception cref="EstateSourceException">The batch contradicts itself or exceeds a limit.</exception>
    public EstateSnapshot Apply(EstateBatch batch)
    {
        lock (_lock)
        {
            if (_current is { } current && ValueChanges(batch) is { } values && FitsDelta(current, values.Count))
            {
                foreach (var change in values)
                {
                    _records[change.Resource.Id] = change;
                }

                return _current = values.Count == 0 ? current : new DeltaWriter(current).Write(values);
            }

            // Built beside what is there: a batch that is refused half-way has changed nothing.
            var records = batch.IsFullListing ? [] : new Dictionary<ResourceId, EstateChange.Upsert>(_records);
            var assets = batch.IsFullListing ? [] : new Dictionary<AssetId, DataAsset>(_assets);
            Merge(batch, records, assets);
            var built = Build(records, assets);
            (_records, _assets) = (records, assets);
            return _current = built;
        }
    }

    private static bool FitsDelta(EstateSnapshot current, int changes) =>
        current.DeltaSize + changes <= Math.Max(SmallestFold, current.Count / FoldShare);

    private static void Merge(
        EstateBatch batch,
        Dictionary<ResourceId, EstateChange.Upsert> records,
        Dictionary<AssetId, DataAsset> assets
    )
    {
        foreach (var change in batch.Changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    records[upsert.Resource.Id] = upsert;
                    break;
                case EstateChange.Remove remove:
                    records.Remove(remove.Id);
                    break;
                case EstateChange.Asset asset:
                    assets[asset.Declared.Id] = asset.Declared;
                    break;
            }
        }
    }

    private EstateSnapshot Build(
        Dictionary<ResourceId, EstateChange.Upsert> records,
        Dictionary<AssetId, DataAsset> assets
    )
    {
        var builder = new EstateBuilder(shelfLives);
        foreach (var asset in assets.Values)
        {
            builder.Add(new EstateChange.Asset(asset));
        }

        foreach (var record in records.Values)
        {
            builder.Add(record);
        }

        return builder.Build((_current?.Version ?? 0) + 1);
    }

    /// <summary>
    /// The records that differ, where they differ in nothing but values: states, facts, ages, times of observation. Null
    /// where a resource or a relation comes, goes or becomes another.
    /// </summary>
    private List<EstateChange.Upsert>? ValueChanges(EstateBatch batch)
    {
        var changes = new List<EstateChange.Upsert>();
        var listed = 0;
        foreach (var change in batch.Changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    if (!_records.TryGetValue(upsert.Resource.Id, out var known) || !RecordShape.IsSame(known, upsert))
                    {
                        return null;
                    }

                    listed++;
                    if (!RecordShape.HasSameValues(known, upsert))
                    {
                        changes.Add(upsert);
                    }

                    break;
                case EstateChange.Asset asset when _assets.GetValueOrDefault(asset.Declared.Id) == asset.Declared:
                    break;
                case EstateChange.Remove remove when !_records.ContainsKey(remove.Id):
                    break;
                default:
                    return null;
            }
        }

        return batch.IsFullListing && listed != _records.Count ? null : changes;
    }
}
