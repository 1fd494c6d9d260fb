using Homeostat.Core.Estate;

namespace Homeostat.Estates.Overlay;

/// <summary>Makes the relations of services, and of resources that need something no source shows.</summary>
internal sealed class ServiceRecords(OverlayContext context)
{
    public const string Kind = "service";

    /// <summary>The record with the service's needs and standbys; groups of the same name are replaced.</summary>
    public EstateChange.Upsert Decorate(EstateChange.Upsert record, DeclaredService service)
    {
        List<Relation> relations = [.. record.Relations];
        Replace(relations, service.Id, service.Needs);
        AddAssets(relations, service);
        foreach (var standby in service.Standbys)
        {
            relations.RemoveAll(relation => relation is Relation.StandbyFor known && known.Name == standby.Name);
            var members = context.Resolve(standby.Members, service.Id);
            if (members.Count > 0)
            {
                relations.Add(new Relation.StandbyFor(standby.Name, members, service.Id) { Seen = Provenance.Overlay });
            }
        }

        return record with
        {
            Relations = relations,
        };
    }

    public static Resource Apply(Resource resource, DeclaredService service) =>
        resource with
        {
            Tier = service.Tier ?? resource.Tier,
            Owner = service.Owner ?? resource.Owner,
            Environments = service.Environments ?? resource.Environments,
            Capacity = service.Capacity ?? resource.Capacity,
            OutageTolerance = service.OutageTolerance ?? resource.OutageTolerance,
            ExposureLimit = service.ExposureLimit ?? resource.ExposureLimit,
        };

    /// <summary>Puts the groups in the place of the source's groups of the same name.</summary>
    public void Replace(List<Relation> relations, ResourceId from, IReadOnlyList<DeclaredNeed> needs)
    {
        foreach (var need in needs)
        {
            relations.RemoveAll(relation =>
                relation is Relation.Needs known && known.From == from && IsOf(known.Group, need.Group)
            );
            relations.AddRange(NeedsOf(from, need));
        }
    }

    private IEnumerable<Relation> NeedsOf(ResourceId from, DeclaredNeed need)
    {
        var members = context.Resolve(need.Members, from);
        if (members.Count == 0)
        {
            context.Refuse(need.Place, $"the group {need.Group} has no member; a need of nothing cannot be judged");

            // Members that went away while we watch: the need stays, of something that nobody knows.
            yield return new Relation.Needs(
                from,
                need.Group,
                [.. need.Members.Select(member => new ResourceId(member.Value))]
            )
            {
                Seen = Provenance.Overlay,
            };
        }
        else if (need.K is { } k)
        {
            WarnOfShortage(need, members, k);
            yield return new Relation.Needs(from, need.Group, members, k) { Seen = Provenance.Overlay };
        }
        else
        {
            foreach (var member in members)
            {
                var group = members.Count == 1 ? need.Group : $"{need.Group}: {member}";
                yield return new Relation.Needs(from, group, [member]) { Seen = Provenance.Overlay };
            }
        }
    }

    private void WarnOfShortage(DeclaredNeed need, IReadOnlyList<ResourceId> members, int k)
    {
        var units = members.Sum(member => (long)(context.Find(member)?.Resource.Capacity ?? 1));
        if (k > units)
        {
            context.Warn(
                need.Place,
                $"{k} units of {need.Group} are needed and its members have {units}: it cannot work"
            );
        }
    }

    /// <summary>A service needs one primary or replica of its data, unless a group of its own already says which.</summary>
    private void AddAssets(List<Relation> relations, DeclaredService service)
    {
        foreach (var (text, place) in service.Assets)
        {
            var asset = new AssetId(text);
            context.RequireAsset(asset, place);
            var holders = context
                .CopiesOf(asset)
                .Where(copy => copy.Role <= CopyRole.Replica)
                .Select(copy => copy.Holder)
                .Distinct()
                .ToList();
            var isNamed = relations.OfType<Relation.Needs>().Any(need => need.Members.Any(holders.Contains));
            if (holders.Count > 0 && !isNamed)
            {
                relations.Add(new Relation.Needs(service.Id, $"data {asset}", holders) { Seen = Provenance.Overlay });
            }
        }
    }

    private static bool IsOf(string known, string group) =>
        known == group || known.StartsWith($"{group}: ", StringComparison.Ordinal);
}
