using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>What there is for an overlay to speak of, and what it got wrong about it.</summary>
internal sealed class OverlayContext
{
    private readonly EstateOverlay _overlay;
    private readonly IReadOnlyDictionary<ResourceId, EstateChange.Upsert> _records;
    private readonly List<OverlayError> _errors = [];
    private readonly List<OverlayError> _warnings = [];
    private readonly Lazy<HashSet<string>> _ids;
    private readonly Lazy<CopyIndex> _copies;
    private int _suggestions;

    /// <remarks>What goes through every record is made when it is first asked for: a look at one table asks for none of it.</remarks>
    public OverlayContext(EstateOverlay overlay, IReadOnlyDictionary<ResourceId, EstateChange.Upsert> records)
    {
        (_overlay, _records) = (overlay, records);
        _ids = new(() =>
            [
                .. records.Keys.Select(id => id.Value),
                .. overlay.Services.Select(service => service.Id.Value),
                .. DeclaredIds(overlay),
            ]
        );
        _copies = new(() => new CopyIndex(overlay, records.Values));
    }

    public IReadOnlyList<OverlayError> Errors => _errors;

    public IReadOnlyList<OverlayError> Warnings => _warnings;

    public static OverlayContext Of(EstateOverlay overlay, IReadOnlyList<EstateChange> listing)
    {
        var records = new Dictionary<ResourceId, EstateChange.Upsert>(listing.Count);
        foreach (var record in listing.OfType<EstateChange.Upsert>())
        {
            records[record.Resource.Id] = record;
        }

        return new OverlayContext(overlay, records);
    }

    /// <summary>The source's record; null where no source lists it.</summary>
    public EstateChange.Upsert? Find(ResourceId id) => _records.GetValueOrDefault(id);

    public IEnumerable<EstateChange.Upsert> Records => _records.Values;

    public bool IsKnown(ResourceId id) => _ids.Value.Contains(id.Value);

    /// <summary>The data that an entry speaks of.</summary>
    public IEnumerable<AssetId> Covered(DeclaredAsset declared) => _copies.Value.Covered(declared);

    public bool IsPatternOfAssets(AssetId id) => _copies.Value.IsPattern(id);

    public IReadOnlyList<(ResourceId Holder, CopyRole Role)> CopiesOf(AssetId asset) => _copies.Value.Of(asset);

    /// <summary>
    /// The ids that are meant, in their order, each once. An id that nobody knows is refused and kept all the same: a
    /// need of something that went away is still a need.
    /// </summary>
    public IReadOnlyList<ResourceId> Resolve(IReadOnlyList<Written<string>> members, ResourceId self)
    {
        var found = new List<ResourceId>();
        foreach (var (text, place) in members)
        {
            if (!IdPattern.IsPattern(text) || _ids.Value.Contains(text))
            {
                Require(new ResourceId(text), place);
                found.Add(new ResourceId(text));
                continue;
            }

            var matches = _ids
                .Value.Where(id => id != self.Value && IdPattern.Matches(text, id))
                .Order(StringComparer.Ordinal)
                .ToList();
            if (matches.Count == 0)
            {
                Warn(place, $"no resource matches {text}{NearestIds(text)}");
            }

            found.AddRange(matches.Select(id => new ResourceId(id)));
        }

        return [.. found.Distinct()];
    }

    /// <summary>Refuses an id that neither a source nor the overlay knows.</summary>
    public void Require(ResourceId id, Place place)
    {
        if (!IsKnown(id))
        {
            Refuse(
                place,
                $"no source lists {id}{NearestIds(id.Value)}; correct it, or declare it under resources with its kind"
            );
        }
    }

    public void RequireAsset(AssetId asset, Place place)
    {
        if (!_copies.Value.Knows(asset))
        {
            Refuse(
                place,
                $"nothing holds a copy of {asset}{Suggest(asset.Value, _copies.Value.Names)}; correct it, or name its copies under assets"
            );
        }
    }

    public string NearestIds(string text) => Suggest(text, _ids.Value);

    public void Refuse(Place place, string message) => _errors.Add(new OverlayError(_overlay.File, place, message));

    public void Warn(Place place, string message) => _warnings.Add(new OverlayError(_overlay.File, place, message));

    private static IEnumerable<string> DeclaredIds(EstateOverlay overlay) =>
        overlay
            .Resources.Where(resource => resource.Kind is not null)
            .Select(resource => resource.Id)
            .OfType<ResourceId>()
            .Select(id => id.Value);

    private string Suggest(string text, HashSet<string> candidates) =>
        _suggestions++ < OverlayLimits.MaxSuggestions ? Suggestion.NearestOf(text, candidates) : "";
}
