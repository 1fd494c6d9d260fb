using System.Text.Json;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform.Types;

namespace Homeostat.Estates.Terraform;

/// <summary>Which data each resource holds, which copies follow it, and which pseudo resources stand beside it.</summary>
internal sealed class DataBuilder(
    IReadOnlyList<TerraformInstance> instances,
    IReadOnlyList<Resource> resources,
    ReferenceFinder finder,
    TypeTable table,
    Provenance provenance,
    Links links
)
{
    private const int MaxChain = 16;

    /// <summary>Adds the copies of one instance, and gives the records of its pseudo resources.</summary>
    public IEnumerable<EstateChange.Upsert> Add(int index)
    {
        var rule = table.Of(instances[index].Type);
        var values = instances[index].Values;
        if (rule.Data is { } data && data.When?.Holds(values) != false)
        {
            AddCopies(index, data, values);
            foreach (var backup in rule.Backups.Where(backup => backup.When.Holds(values)))
            {
                foreach (var record in Backups(index, backup, values))
                {
                    yield return record;
                }
            }
        }

        if (rule.Replication is { } replication)
        {
            AddReplication(values, rule, replication);
        }

        if (rule.Protection is { } protection && protection.Holds(values))
        {
            yield return Protection(index);
        }
    }

    public static AssetId AssetOf(ResourceId id) => new($"asset:{id}");

    public static ResourceId PseudoOf(ResourceId owner, string name) => new($"{owner}#{name}");

    private void AddCopies(int index, DataRule data, JsonElement values)
    {
        var id = resources[index].Id;
        var source = Origin(index);
        var role =
            data.BackupOf is not null ? CopyRole.Backup
            : source == index ? CopyRole.Primary
            : CopyRole.Replica;
        var copy = new Relation.CopyOf(id, AssetOf(resources[source].Id), role);
        if (role == CopyRole.Backup && data.TakenAt is { } taken)
        {
            copy = copy with { RecoveryPoint = PointAt(values, taken) };
        }

        links.Add(index, copy);
        if (data.SecondCopy?.Holds(values) == true)
        {
            links.Add(index, copy with { Role = CopyRole.Replica, Domains = SecondDomains(resources[index]) });
        }
    }

    /// <summary>Follows replicas and backups to the resource whose data they hold; itself when nothing is named.</summary>
    private int Origin(int index)
    {
        for (var hops = 0; hops < MaxChain; hops++)
        {
            var rule = table.Of(instances[index].Type);
            if (
                (rule.Data?.ReplicaOf ?? rule.Data?.BackupOf) is not { } path
                || Named(instances[index].Values, rule, path) is not { } source
                || source == index
            )
            {
                return index;
            }

            index = source;
        }

        return index;
    }

    private int? Named(JsonElement values, TypeRule rule, string path) =>
        values
            .At(path)
            .Select(JsonReading.AsText)
            .Where(text => text is { Length: > 0 })
            .SelectMany(text => finder.Resolve(text!, rule.References.Nearest(path)))
            .Select(found => (int?)found)
            .FirstOrDefault();

    /// <summary>The same holder keeps it on another volume in another zone of the region; which one nobody says.</summary>
    private static FailureDomain[] SecondDomains(Resource resource) =>
        [
            new(Hazards.Volume, $"{resource.Id}#second-copy"),
            new(
                Hazards.Zone,
                $"{resource.Location.Region}, not {resource.Location.Zone ?? "the first"} ({resource.Id})"
            ),
            .. RegionAndAccount(resource),
        ];

    private static IEnumerable<FailureDomain> RegionAndAccount(Resource resource)
    {
        if (resource.Location.Region is { } region)
        {
            yield return new FailureDomain(Hazards.Region, region);
        }

        if (resource.Location.Account is { } account)
        {
            yield return new FailureDomain(Hazards.Account, account);
        }
    }

    private RecoveryPoint? PointAt(JsonElement values, string path)
    {
        if (path == "now")
        {
            return new RecoveryPoint(TimeSpan.Zero, provenance);
        }

        var time = values.At(path).Select(Time).FirstOrDefault(found => found is not null);
        return time is { } taken && provenance.ObservedAt is { } seen && taken <= seen
            ? new RecoveryPoint(seen - taken, provenance)
            : null;
    }

    private static DateTimeOffset? Time(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time : null;

    private IEnumerable<EstateChange.Upsert> Backups(int index, BackupRule backup, JsonElement values)
    {
        if (backup.Regions is null)
        {
            yield return Backup(index, backup, values);
            yield break;
        }

        foreach (var region in values.At(backup.Regions).Select(JsonReading.AsText).OfType<string>().Distinct())
        {
            var owner = resources[index];
            var id = PseudoOf(owner.Id, $"{backup.Name}-{region}");
            yield return new EstateChange.Upsert(
                Pseudo(owner, id, owner.Kind, owner.Location with { Region = region, Zone = null }),
                [new Relation.Contains(owner.Id, id), new Relation.CopyOf(id, AssetOf(owner.Id), CopyRole.Replica)]
            );
        }
    }

    private EstateChange.Upsert Backup(int index, BackupRule backup, JsonElement values)
    {
        var owner = resources[index];
        var id = PseudoOf(owner.Id, backup.Name);
        var copy = new Relation.CopyOf(id, AssetOf(resources[Origin(index)].Id), CopyRole.Backup)
        {
            RecoveryPoint = backup.RecoveryPoint is { } path ? PointAt(values, path) : null,
            Domains = backup.DeletionAuthority is { } authority
                ?
                [
                    new FailureDomain(Hazards.Volume, id.Value),
                    .. RegionAndAccount(owner),
                    new FailureDomain(Hazards.DeletionAuthority, $"{authority} of {owner.Id}"),
                ]
                : null,
        };
        List<Relation> relations = [copy];
        if (backup.Survives?.Holds(values) != true)
        {
            relations.Add(new Relation.Contains(owner.Id, id));
        }

        return new EstateChange.Upsert(
            Pseudo(owner, id, new ResourceKind("snapshot"), owner.Location with { Zone = null }),
            relations
        );
    }

    private EstateChange.Upsert Protection(int index)
    {
        var owner = resources[index];
        var id = PseudoOf(owner.Id, "deletion-protection");
        return new EstateChange.Upsert(
            Pseudo(owner, id, new ResourceKind("deletion-protection"), owner.Location),
            [new Relation.Contains(owner.Id, id), new Relation.Guards(id, owner.Id, GuardKind.DeletionProtection)]
        );
    }

    private Resource Pseudo(Resource owner, ResourceId id, ResourceKind kind, Location location) =>
        new()
        {
            Id = id,
            Kind = kind,
            Location = location,
            Environments = owner.Environments,
            Tier = owner.Tier,
            Owner = owner.Owner,
            Labels = owner.Labels,
            Existence = provenance,
            ConfigurationKnown = !KindTable.Of(kind).Stateful,
        };

    private void AddReplication(JsonElement values, TypeRule rule, ReplicationRule replication)
    {
        if (Named(values, rule, replication.Source) is not { } source)
        {
            return;
        }

        foreach (var text in values.At(replication.Target).Select(JsonReading.AsText).OfType<string>())
        {
            foreach (var holder in finder.Resolve(text, rule.References.Nearest(replication.Target)))
            {
                if (holder != source)
                {
                    links.Add(
                        holder,
                        new Relation.CopyOf(resources[holder].Id, AssetOf(resources[source].Id), CopyRole.Replica)
                    );
                }
            }
        }
    }
}
