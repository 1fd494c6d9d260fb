using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>The records of one estate beside the model that is made of them.</summary>
internal sealed class EstateRecords
{
    private readonly EstateModel _model = new(ShelfLives.Default);
    private readonly Dictionary<ResourceId, EstateChange.Upsert> _records = [];
    private readonly Dictionary<AssetId, DataAsset> _assets = [];
    private readonly List<EstateChange> _pending = [];
    private EstateSnapshot? _trusted;

    public EstateRecords(IReadOnlyList<EstateChange> changes)
    {
        Keep(changes);
        _model.Apply(new EstateBatch(changes, IsFullListing: true));
    }

    /// <summary>Made when somebody asks: what was changed in between goes into the model at once.</summary>
    public EstateSnapshot Snapshot
    {
        get
        {
            if (_pending.Count > 0)
            {
                _model.Apply(new EstateBatch([.. _pending], IsFullListing: false));
                _pending.Clear();
            }

            return _model.Current ?? EstateSnapshot.Empty;
        }
    }

    public IReadOnlyCollection<EstateChange.Upsert> All => _records.Values;

    public EstateChange.Upsert? Find(ResourceId id) => _records.GetValueOrDefault(id);

    public void Apply(IReadOnlyList<EstateChange> changes)
    {
        Keep(changes);
        _pending.AddRange(changes);
        _trusted = null;
    }

    private void Keep(IReadOnlyList<EstateChange> changes)
    {
        foreach (var change in changes)
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
                    _assets[asset.Declared.Id] = asset.Declared;
                    break;
            }
        }
    }

    /// <summary>The same estate with every reading taken for fresh, however old it is.</summary>
    public EstateSnapshot Trusting(DateTimeOffset now)
    {
        if (_trusted is null)
        {
            var builder = new EstateBuilder(ShelfLives.Default);
            foreach (var asset in _assets.Values)
            {
                builder.Add(new EstateChange.Asset(asset));
            }

            foreach (var record in _records.Values)
            {
                builder.Add(Evidence.Trusted(record, now));
            }

            _trusted = builder.Build(Snapshot.Version);
        }

        return _trusted;
    }
}
