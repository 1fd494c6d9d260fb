namespace Homeostat.Core.Estate;

/// <summary>
/// The living estate: takes batches from sources and publishes one immutable snapshot after another. One writer at a
/// time; readers take <see cref="Current"/> and never wait.
/// </summary>
public sealed class EstateModel
{
    /// <summary>A delta larger than this share of the estate is folded into new arrays; as many changes at once are built anew.</summary>
    private const int FoldShare = 16;
    private const int SmallestFold = 1024;

    /// <summary>Evidence that nothing refers to any more goes when the arrays are built anew: when there is so much of it for each resource.</summary>
    private const int EvidenceShare = 2;
    private const int SmallestEvidence = 64 * 1024;

    private readonly Lock _lock = new();
    private Dictionary<ResourceId, EstateChange.Upsert> _records = [];
    private Dictionary<AssetId, DataAsset> _assets = [];

    /// <summary>What a source looked for and did not find; others may still refer to it.</summary>
    private Dictionary<ResourceId, EstateChange.Remove> _gone = [];
    private volatile EstateSnapshot? _current;
    private ShelfLives _shelfLives;

    public EstateModel(ShelfLives shelfLives) => _shelfLives = shelfLives;

    /// <summary>The newest snapshot; null until something has been listed.</summary>
    public EstateSnapshot? Current => _current;

    /// <summary>Applies a batch whole: a batch that cannot be applied changes nothing.</summary>
    /// <exception cref="EstateSourceException">The batch contradicts itself or exceeds a limit.</exception>
    /// <param name="shelfLives">How long evidence counts from now on; null = as before.</param>
    public EstateSnapshot Apply(EstateBatch batch, ShelfLives? shelfLives = null)
    {
        lock (_lock)
        {
            var lives = shelfLives ?? _shelfLives;
            if (_current is null && batch is { IsFullListing: false, Changes.Count: 0 })
            {
                // Nobody has listed anything yet: an estate without resources would say that there are none.
                _shelfLives = lives;
                return EstateSnapshot.Empty;
            }

            if (
                lives == _shelfLives
                && _current is { } current
                && ValueChanges(batch) is { } values
                && FitsDelta(current, values.Count)
            )
            {
                foreach (var change in values)
                {
                    _records[change.Resource.Id] = change;
                }

                return _current = values.Count == 0 ? current : Write(current, values);
            }

            // Built beside what is there: a batch that is refused half-way has changed nothing.
            var records = batch.IsFullListing ? [] : new Dictionary<ResourceId, EstateChange.Upsert>(_records);
            var assets = batch.IsFullListing ? [] : new Dictionary<AssetId, DataAsset>(_assets);
            var gone = batch.IsFullListing ? [] : new Dictionary<ResourceId, EstateChange.Remove>(_gone);
            Merge(batch, records, assets, gone);
            var built = Build(records, assets, gone, lives);
            (_records, _assets, _gone, _shelfLives) = (records, assets, gone, lives);
            return _current = built;
        }
    }

    private static bool FitsDelta(EstateSnapshot current, int changes) =>
        changes <= LargestDelta(current)
        && current.LaterEvidence <= Math.Max(SmallestEvidence, EvidenceShare * current.Count);

    private static int LargestDelta(EstateSnapshot current) => Math.Max(SmallestFold, current.Count / FoldShare);

    /// <summary>Folding copies arrays; building them anew from the records would hold a core for hundreds of milliseconds in a large estate.</summary>
    private static EstateSnapshot Write(EstateSnapshot current, List<EstateChange.Upsert> values)
    {
        var written = new DeltaWriter(current).Write(values);
        return written.DeltaSize <= LargestDelta(written) ? written : written.Folded();
    }

    private static void Merge(
        EstateBatch batch,
        Dictionary<ResourceId, EstateChange.Upsert> records,
        Dictionary<AssetId, DataAsset> assets,
        Dictionary<ResourceId, EstateChange.Remove> gone
    )
    {
        foreach (var change in batch.Changes)
        {
            switch (change)
            {
                case EstateChange.Upsert upsert:
                    records[upsert.Resource.Id] = upsert;
                    gone.Remove(upsert.Resource.Id);
                    break;
                case EstateChange.Remove remove:
                    records.Remove(remove.Id);
                    gone[remove.Id] = remove;
                    break;
                case EstateChange.Asset asset:
                    assets[asset.Declared.Id] = asset.Declared;
                    break;
            }
        }
    }

    private EstateSnapshot Build(
        Dictionary<ResourceId, EstateChange.Upsert> records,
        Dictionary<AssetId, DataAsset> assets,
        Dictionary<ResourceId, EstateChange.Remove> gone,
        ShelfLives shelfLives
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

        foreach (var removed in gone.Values)
        {
            builder.Add(removed);
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

                    if (
                        _current!.IsBoundToAgree(upsert.Resource)
                        && !known.Resource.Facts.SequenceEqual(upsert.Resource.Facts)
                    )
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
                case EstateChange.Remove remove
                    when !_records.ContainsKey(remove.Id)
                        && (_gone.ContainsKey(remove.Id) || _current!.Find(remove.Id) < 0):
                    break;
                default:
                    return null;
            }
        }

        return batch.IsFullListing && listed != _records.Count ? null : changes;
    }
}
