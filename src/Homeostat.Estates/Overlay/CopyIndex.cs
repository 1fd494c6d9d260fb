using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>Who keeps which data, by the sources and by the overlay.</summary>
internal sealed class CopyIndex
{
    private readonly Dictionary<AssetId, List<(ResourceId Holder, CopyRole Role)>> _copies = [];
    private readonly AssetId[] _listed;

    public CopyIndex(EstateOverlay overlay, IEnumerable<EstateChange.Upsert> records)
    {
        foreach (var copy in records.SelectMany(record => record.Relations).OfType<Relation.CopyOf>())
        {
            Add(copy.Asset, copy.Holder, copy.Role);
        }

        _listed = [.. _copies.Keys];
        foreach (var asset in overlay.Assets.Where(asset => asset.Copies.Count > 0))
        {
            foreach (var covered in Covered(asset).ToList())
            {
                asset.Copies.ToList().ForEach(copy => Add(covered, copy.Holder, copy.Role));
            }
        }
    }

    public HashSet<string> Names => [.. _copies.Keys.Select(asset => asset.Value)];

    public bool Knows(AssetId asset) => _copies.ContainsKey(asset);

    public IReadOnlyList<(ResourceId Holder, CopyRole Role)> Of(AssetId asset) => _copies.GetValueOrDefault(asset, []);

    /// <summary>What a pattern matches, or the asset itself and, where it is the data of a database, that of the tables in it.</summary>
    public IEnumerable<AssetId> Covered(DeclaredAsset declared) =>
        IsPattern(declared.Id)
            ? _listed.Where(asset => IdPattern.Matches(declared.Id.Value, asset.Value))
            : _listed.Where(asset => PostgresNames.Covers(declared.Id, asset)).Prepend(declared.Id);

    public bool IsPattern(AssetId id) => IdPattern.IsPattern(id.Value) && Array.IndexOf(_listed, id) < 0;

    private void Add(AssetId asset, ResourceId holder, CopyRole role)
    {
        if (!_copies.TryGetValue(asset, out var copies))
        {
            _copies[asset] = copies = [];
        }

        copies.Add((holder, role));
    }
}
