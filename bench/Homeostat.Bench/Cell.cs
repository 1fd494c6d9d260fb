using Homeostat.Core.Estate;

namespace Homeostat.Bench;

/// <summary>Fifty resources of one team with 250 relations.</summary>
internal sealed class Cell(EstateBuilder builder, int number, int firstZone, Tier tier)
{
    public static readonly string[] Services = ["web", "api", "jobs"];

    private const int Instances = 9;
    private const int Needed = 6;
    private const int Subnets = 3;

    private static readonly Provenance Seen = new("bench", RandomEstate.Now - TimeSpan.FromMinutes(1));
    private readonly AssetId _data = new(Name(number, "data"));

    public static string Name(int cell, string part) => $"cell-{cell}.{part}";

    public static EstateChange.Upsert Record(ResourceId id, string kind, params Relation[] relations) =>
        new(
            new Resource
            {
                Id = id,
                Kind = new ResourceKind(kind),
                Existence = Seen,
                ConfigurationKnown = true,
                RebuildTime = TimeSpan.FromMinutes(5),
            },
            relations
        );

    public void Add(ResourceId[] nextLayer)
    {
        AddNetwork();
        AddInstances();
        AddData();
        AddServices(nextLayer);
        AddGuards();
    }

    private ResourceId Id(string part) => new(Name(number, part));

    private int ZoneOf(int index) => (firstZone + (index % Subnets)) % RandomEstate.Zones;

    private ResourceId Subnet(int index) => Id($"subnet-{index % Subnets}");

    private ResourceId[] InstancesOf(string service) =>
        [.. Enumerable.Range(0, Instances).Select(index => Id($"{service}-{index}"))];

    private Relation.Needs Needs(ResourceId from, params ResourceId[] members) => new(from, members[0].Value, members);

    private void Plain(string part, string kind, params Relation[] relations) =>
        builder.Add(Record(Id(part), kind, relations));

    private void AddNetwork()
    {
        for (var index = 0; index < Subnets; index++)
        {
            Plain($"subnet-{index}", "subnet", Needs(Subnet(index), RandomEstate.Gateway(ZoneOf(index))));
        }

        Plain("firewall", "security-group");
        Plain("template", "launch-template");
        Plain("key", "key");
        var identity = Id("identity");
        Plain(
            "identity",
            "identity",
            new Relation.Grants(identity, Id("bucket"), Privilege.Write),
            new Relation.Grants(identity, Id("queue"), Privilege.Write),
            new Relation.Grants(identity, Id("db-0"), Privilege.Write),
            new Relation.Grants(identity, Id("key"), Privilege.Read)
        );
        var balancer = Id("balancer");
        Plain(
            "balancer",
            "load-balancer",
            new Relation.Needs(balancer, "subnets", [Subnet(0), Subnet(1), Subnet(2)]),
            Needs(balancer, Id("firewall")),
            Needs(balancer, Id("targets"))
        );
        Plain("targets", "target-group", new Relation.Needs(Id("targets"), "members", InstancesOf("web"), Needed));
        Plain("name", "dns-record", Needs(Id("name"), balancer));
    }

    private void AddInstances()
    {
        foreach (var service in Services)
        {
            var store = Id(service == "jobs" ? "queue" : "bucket");
            for (var index = 0; index < Instances; index++)
            {
                AddInstance(Id($"{service}-{index}"), index, store);
            }
        }
    }

    private void AddInstance(ResourceId id, int index, ResourceId store)
    {
        var record = Record(
            id,
            "compute-instance",
            Needs(id, Subnet(index)),
            Needs(id, Id("firewall")),
            Needs(id, Id("identity")),
            Needs(id, store),
            Needs(id, Id("key"))
        );
        builder.Add(
            record with
            {
                Resource = record.Resource with
                {
                    State = RunState.Running,
                    Location = new Location("aws", "111122223333", "eu-west-1", $"zone-{ZoneOf(index)}"),
                    Environments = ["production"],
                    Facts = [new Fact("cpu_percent", FactValue.Of((number + index) % 100), Seen)],
                },
            }
        );
    }

    private void AddData()
    {
        for (var index = 0; index < Subnets; index++)
        {
            var id = Id($"db-{index}");
            var volume = Id($"disk-{index}");
            Plain(
                $"db-{index}",
                index == 0 ? "database" : "database-replica",
                Needs(id, Subnet(index)),
                Needs(id, Id("firewall")),
                Needs(id, volume),
                Copy(
                    id,
                    index == 0 ? CopyRole.Primary : CopyRole.Replica,
                    $"zone-{ZoneOf(index)}",
                    TimeSpan.FromSeconds(1)
                )
            );
            Plain($"disk-{index}", "volume", new Relation.EncryptedBy(volume, Id("key")));
        }

        var snapshot = Id("snapshot");
        Plain(
            "snapshot",
            "snapshot",
            new Relation.EncryptedBy(snapshot, Id("key")),
            Copy(snapshot, CopyRole.Backup, "regional", TimeSpan.FromHours(6))
        );
        var bucket = Id("bucket");
        Plain(
            "bucket",
            "bucket",
            new Relation.EncryptedBy(bucket, Id("key")),
            new Relation.CopyOf(bucket, new AssetId(bucket.Value), CopyRole.Primary)
        );
        Plain("queue", "queue");
    }

    private Relation.CopyOf Copy(ResourceId holder, CopyRole role, string zone, TimeSpan age) =>
        new(holder, _data, role)
        {
            Domains = [new(Hazards.Volume, holder.Value), new(Hazards.Zone, zone)],
            RecoveryPoint = role == CopyRole.Primary ? null : new RecoveryPoint(age, Seen),
            RestoreTestedAt = role == CopyRole.Backup ? RandomEstate.Now - TimeSpan.FromDays(10) : null,
        };

    private void AddServices(ResourceId[] nextLayer)
    {
        Relation.Needs database = new(Id("api"), "database", [Id("db-0"), Id("db-1"), Id("db-2")]);
        AddService("web", Needs(Id("web"), Id("name")), Needs(Id("web"), Id("api")));
        AddService("api", [database, .. nextLayer.Skip(1).Distinct().Select(next => Needs(Id("api"), next))]);
        AddService(
            "jobs",
            [
                database with
                {
                    From = Id("jobs"),
                },
                Needs(Id("jobs"), Id("queue")),
                Needs(Id("jobs"), Id("bucket")),
                .. nextLayer.Take(1).Select(next => Needs(Id("jobs"), next)),
            ]
        );
    }

    private void AddService(string name, params Relation[] relations)
    {
        var record = Record(
            Id(name),
            "service",
            [new Relation.Needs(Id(name), "instances", InstancesOf(name), Needed), .. relations]
        );
        builder.Add(record with { Resource = record.Resource with { Tier = tier, Environments = ["production"] } });
    }

    private void AddGuards()
    {
        var alarm = Id("alarm");
        ResourceId[] guarded =
        [
            .. Services.Select(Id),
            .. Services.SelectMany(InstancesOf),
            Id("db-0"),
            Id("balancer"),
            Id("name"),
            Id("queue"),
            Id("bucket"),
        ];
        Plain("alarm", "alarm", [.. guarded.Select(each => new Relation.Guards(alarm, each, GuardKind.Monitor))]);
    }
}
