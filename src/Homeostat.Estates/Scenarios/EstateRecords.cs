using Homeostat.Core.Estate;

namespace Homeostat.Estates.Scenarios;

/// <summary>The records of one estate beside the model that is made of them.</summary>
internal sealed class EstateRecords
{
    private readonly EstateModel _model = new(ShelfLives.Default);
    private readonly Dictionary<ResourceId, EstateChange.Upsert> _records = [];
    private readonly Dictionary<AssetId, DataAsset> _assets = [];
    private EstateSnapshot? _trusted;

    public EstateRecords(IReadOnlyList<EstateChange> changes) => Apply(changes, isFullListing: true);

    public EstateSnapshot Snapshot => _model.Current ?? EstateSnapshot.Empty;

    public IReadOnlyCollection<EstateChange.Upsert> All => _records.Values;

    public EstateChange.Upsert? Find(ResourceId id) => _records.GetValueOrDefault(id);

    public void Apply(IReadOnlyList<EstateChange> changes, bool isFullListing = false)
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

        _model.Apply(new EstateBatch(changes, isFullListing));
        _trusted = null;
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
