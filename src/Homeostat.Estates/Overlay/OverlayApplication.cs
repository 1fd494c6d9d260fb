using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>Puts what the overlay says into records, one record at a time.</summary>
internal sealed class OverlayApplication
{
    private readonly EstateOverlay _overlay;
    private readonly OverlayContext _context;
    private readonly IReadOnlyList<(DeclaredResource Declared, ResourceMatch? Match)> _rules;
    private readonly ILookup<ResourceId, (DeclaredAsset Asset, DeclaredCopy Copy)> _copies;
    private readonly Dictionary<ResourceId, DeclaredService> _declared;
    private readonly ServiceRecords _services;
    private readonly bool[] _matched;

    public OverlayApplication(EstateOverlay overlay, OverlayContext context)
    {
        (_overlay, _context) = (overlay, context);
        _services = new ServiceRecords(context);
        _declared = overlay.Services.ToDictionary(service => service.Id);
        _rules =
        [
            .. overlay.Resources.Select(rule => (rule, rule.Match is { } match ? new ResourceMatch(match) : null)),
        ];
        _matched = new bool[_rules.Count];
        _copies = overlay
            .Assets.SelectMany(asset => asset.Copies.Select(copy => (Asset: asset, Copy: copy)))
            .ToLookup(pair => pair.Copy.Holder);
    }

    /// <summary>The whole: the source's records, then the resources, services and assets that only the overlay knows.</summary>
    public OverlaidListing Apply(IReadOnlyList<EstateChange> listing)
    {
        var changes = listing
            .Where(change => change is not EstateChange.Asset)
            .Select(change => change is EstateChange.Upsert record ? Decorate(record) : change)
            .Concat(Own())
            .Concat(Assets(listing.OfType<EstateChange.Asset>()))
            .ToList();
        new OverlayChecks(_overlay, _context).Run(
            changes,
            _rules.Where((_, at) => !_matched[at]).Select(rule => rule.Declared)
        );
        return new OverlaidListing(changes, _context.Warnings);
    }

    /// <summary>The source's record with what the overlay says of it.</summary>
    public EstateChange.Upsert Decorate(EstateChange.Upsert record)
    {
        var service = _declared.GetValueOrDefault(record.Resource.Id);
        if (service is not null && record.Resource.Kind.Name == ServiceRecords.Kind)
        {
            return Complete(_services.Decorate(record, service), service);
        }

        return Complete(record, service: null);
    }

    /// <summary>The records of what no source lists: declared resources and services.</summary>
    /// <param name="wanted">Null for all of them.</param>
    public IEnumerable<EstateChange.Upsert> Own(IReadOnlySet<ResourceId>? wanted = null)
    {
        foreach (var (declared, _) in _rules)
        {
            if (
                declared is { Id: { } id, Kind: { } kind }
                && wanted?.Contains(id) != false
                && _context.Find(id) is null
            )
            {
                var resource = new Resource
                {
                    Id = id,
                    Kind = kind,
                    Existence = Provenance.Overlay,
                };
                yield return Complete(new EstateChange.Upsert(resource, []), service: null);
            }
        }

        foreach (
            var service in _overlay.Services.Where(service =>
                wanted?.Contains(service.Id) != false && _context.Find(service.Id) is null
            )
        )
        {
            var resource = new Resource
            {
                Id = service.Id,
                Kind = new ResourceKind(ServiceRecords.Kind),
                Existence = Provenance.Overlay,
            };
            yield return Complete(_services.Decorate(new EstateChange.Upsert(resource, []), service), service);
        }
    }

    /// <summary>The source's records of those who keep copies of more than the overlay names one by one: what they keep changes with what there is.</summary>
    public IEnumerable<EstateChange.Upsert> BroadHolders() =>
        _copies
            .Where(copies => copies.Any(pair => _context.Covered(pair.Asset).Any(id => id != pair.Asset.Id)))
            .Select(copies => _context.Find(copies.Key))
            .OfType<EstateChange.Upsert>()
            .Select(Decorate);

    /// <summary>The source's assets with what the overlay asks of them, and those that only the overlay names.</summary>
    public IEnumerable<EstateChange.Asset> Assets(IEnumerable<EstateChange.Asset> listed)
    {
        var assets = listed.Select(asset => asset.Declared).ToList();
        var wanted = new Dictionary<AssetId, List<DeclaredAsset>>();
        foreach (var (id, declared) in _overlay.Assets.SelectMany(_context.Covered, (declared, id) => (id, declared)))
        {
            // What is said of a table itself holds over what is said of its database, wherever they stand in the file.
            var all = wanted.TryGetValue(id, out var known) ? known : wanted[id] = [];
            all.Insert(declared.Id == id ? all.Count : all.TakeWhile(other => other.Id != id).Count(), declared);
        }

        var seen = assets.Select(asset => asset.Id).ToHashSet();
        assets.AddRange(wanted.Keys.Where(id => !seen.Contains(id)).Select(id => new DataAsset(id)));
        return assets.Select(asset => new EstateChange.Asset(
            wanted.GetValueOrDefault(asset.Id, []).Aggregate(asset, Merge)
        ));
    }

    private static DataAsset Merge(DataAsset asset, DeclaredAsset declared) =>
        asset with
        {
            Tier = declared.Tier ?? asset.Tier,
            MinDurability = declared.MinDurability ?? asset.MinDurability,
            Hazards = declared.Hazards ?? asset.Hazards,
            RecoveryPointLimit = declared.RecoveryPointLimit ?? asset.RecoveryPointLimit,
        };

    private EstateChange.Upsert Complete(EstateChange.Upsert record, DeclaredService? service)
    {
        var resource = record.Resource;
        List<Relation> relations = [.. record.Relations];
        for (var at = 0; at < _rules.Count; at++)
        {
            var (declared, match) = _rules[at];
            if (declared.Id == resource.Id || match?.Matches(resource) == true)
            {
                _matched[at] = true;
                resource = Apply(resource, declared);
                _services.Replace(relations, resource.Id, declared.Needs);
            }
        }

        if (service is not null)
        {
            resource = ServiceRecords.Apply(resource, service);
        }

        AddCopies(relations, resource.Id);
        AddTests(relations, resource.Id);
        return new EstateChange.Upsert(WithDefaults(resource), relations);
    }

    private static Resource Apply(Resource resource, DeclaredResource declared) =>
        resource with
        {
            Location = declared.Location is { } place ? Merge(resource.Location, place) : resource.Location,
            Existence = declared.Exists ? Provenance.Overlay : resource.Existence,
            // That it exists says nothing of whether it runs: the source's time of seeing that stays.
            StateSeen =
                declared.Exists && resource.State != RunState.Inherent
                    ? resource.StateSeen ?? resource.Existence
                    : resource.StateSeen,
            Tier = declared.Tier ?? resource.Tier,
            Owner = declared.Owner ?? resource.Owner,
            Environments = declared.Environments ?? resource.Environments,
            Capacity = declared.Capacity ?? resource.Capacity,
            RebuildTime = declared.RebuildTime ?? resource.RebuildTime,
            ExposureLimit = declared.ExposureLimit ?? resource.ExposureLimit,
            Facts = declared.Facts.Count == 0 ? resource.Facts : Merge(resource.Facts, declared.Facts),
        };

    private static Location Merge(Location seen, Location declared) =>
        new(
            declared.Provider ?? seen.Provider,
            declared.Account ?? seen.Account,
            declared.Region ?? seen.Region,
            declared.Zone ?? seen.Zone
        );

    private static List<Fact> Merge(IReadOnlyList<Fact> seen, IReadOnlyDictionary<string, FactValue> declared) =>
        [
            .. seen.Where(fact => !declared.ContainsKey(fact.Key)),
            .. declared.Select(fact => new Fact(fact.Key, fact.Value, Provenance.Overlay)),
        ];

    private Resource WithDefaults(Resource resource) =>
        resource with
        {
            Tier = resource.Tier ?? _overlay.Defaults.Tier,
            Environments = resource.Environments.Count > 0 ? resource.Environments : _overlay.Defaults.Environments,
        };

    private void AddCopies(List<Relation> relations, ResourceId holder)
    {
        if (!_copies.Contains(holder))
        {
            return;
        }

        var index = Enumerable
            .Range(0, relations.Count)
            .Where(at => relations[at] is Relation.CopyOf copy && copy.Holder == holder)
            .GroupBy(at => ((Relation.CopyOf)relations[at]).Asset)
            .ToDictionary(at => at.Key, at => at.ToList());
        var copies = _copies[holder]
            .SelectMany(pair => _context.Covered(pair.Asset), (pair, asset) => (asset, pair.Copy, pair.Asset.Id))
            .OrderBy(pair => pair.asset == pair.Id);
        foreach (var (asset, declared, _) in copies)
        {
            AddCopy(relations, index, holder, asset, declared);
        }
    }

    private static void AddCopy(
        List<Relation> relations,
        Dictionary<AssetId, List<int>> index,
        ResourceId holder,
        AssetId asset,
        DeclaredCopy declared
    )
    {
        var places = index.TryGetValue(asset, out var known) ? known : index[asset] = [];
        var at = places.FindIndex(place => ((Relation.CopyOf)relations[place]).Role == declared.Role);
        var copy = at < 0 ? new Relation.CopyOf(holder, asset, declared.Role) : (Relation.CopyOf)relations[places[at]];
        var merged = copy with
        {
            Domains = declared.Domains ?? copy.Domains,
            RecoveryPoint = declared.RecoveryPoint ?? copy.RecoveryPoint,
            RestoreTestedAt = Later(declared.RestoreTestedAt, copy.RestoreTestedAt),
            // A copy that only the overlay knows holds as long as the overlay says so.
            Seen = at < 0 ? Provenance.Overlay : copy.Seen,
        };
        if (at < 0)
        {
            places.Add(relations.Count);
            relations.Add(merged);
        }
        else
        {
            relations[places[at]] = merged;
        }
    }

    private void AddTests(List<Relation> relations, ResourceId holder)
    {
        for (var at = 0; at < relations.Count && _overlay.Restores.Count > 0; at++)
        {
            if (relations[at] is Relation.CopyOf copy && copy.Holder == holder)
            {
                foreach (var restore in _overlay.Restores.Where(restore => Concerns(restore, copy)))
                {
                    copy = copy with { RestoreTestedAt = Later(copy.RestoreTestedAt, restore.TestedAt) };
                }

                relations[at] = copy;
            }
        }
    }

    /// <summary>Without a holder it is said of the asset's backups: nobody restores from a replica.</summary>
    public static bool Concerns(TestedRestore restore, Relation.CopyOf copy) =>
        (restore.Asset is null || restore.Asset == copy.Asset || PostgresNames.Covers(restore.Asset.Value, copy.Asset))
        && (restore.Holder is { } holder ? holder == copy.Holder : copy.Role == CopyRole.Backup);

    private static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) =>
        left is null || right > left ? right ?? left : left;
}
