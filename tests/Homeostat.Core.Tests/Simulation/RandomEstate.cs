using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>How a random estate is made.</summary>
/// <param name="Size">Resources.</param>
/// <param name="StaleShare">Share of the evidence, 0 to 1, that is past its shelf life or of unknown time.</param>
/// <param name="CriticalShare">Share of the tiers that are 0 or 1.</param>
internal sealed record EstateShape(int Size, double StaleShare = 0, double CriticalShare = 0.5);

/// <summary>
/// A random estate as records: layered needs with cycles, k-of-n groups, capacities, containment, encryption, copies,
/// standbys, guards, grants. No outage is tolerated. The same seed makes the same estate.
/// </summary>
internal sealed class RandomEstate
{
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] MiddleKinds =
    [
        "compute-instance",
        "container-service",
        "load-balancer",
        "database",
        "cache",
        "bucket",
    ];

    private static readonly string[] BottomKinds = ["subnet", "volume", "key", "host", "identity", "snapshot"];

    private const int Parts = 9;

    private readonly Random _random;
    private readonly EstateShape _shape;

    public RandomEstate(int seed, EstateShape shape)
    {
        (_random, _shape) = (new Random(seed), shape);
        for (var at = 0; at < shape.Size; at++)
        {
            Resources.Add(RandomResource(at));
        }

        AddNeeds();
        AddExistences();
        AddData();
        AddGuardsAndGrants();
    }

    public List<Resource> Resources { get; } = [];

    public List<Relation> Relations { get; } = [];

    public List<DataAsset> Assets { get; } = [];

    public EstateSnapshot Build() => Build(Resources, Relations, Assets);

    public static EstateSnapshot Build(
        IEnumerable<Resource> resources,
        IEnumerable<Relation> relations,
        IEnumerable<DataAsset> assets
    )
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        foreach (var asset in assets)
        {
            builder.Add(new EstateChange.Asset(asset));
        }

        var carried = relations.ToLookup(CarrierOf);
        foreach (var resource in resources)
        {
            builder.Add(new EstateChange.Upsert(resource, [.. carried[resource.Id]]));
        }

        return builder.Build();
    }

    private static ResourceId CarrierOf(Relation relation) =>
        relation switch
        {
            Relation.Needs needs => needs.From,
            Relation.Contains contains => contains.Content,
            Relation.EncryptedBy encrypted => encrypted.Content,
            Relation.CopyOf copy => copy.Holder,
            Relation.StandbyFor standby => standby.Service,
            Relation.Guards guards => guards.Guard,
            Relation.Grants grants => grants.Principal,
            _ => throw new InvalidOperationException("a relation that no record carries"),
        };

    private Resource RandomResource(int at)
    {
        var layer = at * 3 / _shape.Size;
        var kind =
            layer == 0 ? "service"
            : Chance(0.04) ? "alarm"
            : layer == 1 ? Pick(MiddleKinds)
            : Pick(BottomKinds);
        var offersStop = KindTable.Of(new(kind)).OffersStop;
        return new Resource
        {
            Id = Id(at),
            Kind = new(kind),
            Location = new("test", Pick("a1", "a2"), Pick("r1", "r2"), Pick("z1", "z2", "z3", null)),
            Environments = [Pick("prod", "test")],
            Tier = !Chance(layer == 0 ? _shape.CriticalShare / 8 : 0.7) ? RandomTier() : null,
            State =
                !offersStop ? RunState.Inherent
                : Chance(0.02) ? RunState.Stopped
                : RunState.Running,
            Existence = Seen(EvidenceClass.Existence),
            StateSeen = Seen(EvidenceClass.State),
            Capacity = Chance(0.7) ? 1 : 1 + _random.Next(10),
            ConfigurationKnown = Chance(0.7),
            RebuildTime = Chance(0.5) ? TimeSpan.FromSeconds(1 + _random.Next(300)) : null,
            ExposureLimit = Chance(0.2) ? 1 + _random.Next(3) : null,
            Facts = Chance(0.3)
                ? [new Fact("cpu_percent", FactValue.Of(_random.Next(100)), Seen(EvidenceClass.Metric))]
                : [],
        };
    }

    private void AddNeeds()
    {
        for (var at = 0; at < _shape.Size; at++)
        {
            for (var group = 0; group < _random.Next(at * 3 / _shape.Size == 2 ? 2 : 3); group++)
            {
                var members = Enumerable.Range(0, 1 + _random.Next(5)).Select(_ => Below(at)).Distinct().ToArray();
                var units = members.Sum(member => Resources[int.Parse(member.Value[1..])].Capacity);
                var k = 1 + _random.Next(Chance(0.3) ? units : Math.Max(1, units / 2));
                Relations.Add(
                    new Relation.Needs(Id(at), $"g{group}", members, k) { Seen = Seen(EvidenceClass.Existence) }
                );
            }
        }
    }

    /// <summary>Usually something below it in its own part of the estate; sometimes anything, so that there are cycles.</summary>
    private ResourceId Below(int at)
    {
        if (Chance(0.04))
        {
            return Id(_random.Next(_shape.Size));
        }

        var part = at % Parts;
        return Id(Math.Min(_shape.Size - 1, (_random.Next(at, _shape.Size) / Parts * Parts) + part));
    }

    private void AddExistences()
    {
        for (var at = 0; at < _shape.Size; at++)
        {
            if (Chance(0.15))
            {
                Relations.Add(new Relation.Contains(Id(_random.Next(_shape.Size)), Id(at)));
            }

            if (Chance(0.05) && Keys() is { Length: > 0 } keys)
            {
                Relations.Add(new Relation.EncryptedBy(Id(at), keys[_random.Next(keys.Length)]));
            }
        }
    }

    private ResourceId[] Keys() =>
        [.. Resources.Where(resource => resource.Kind.Name == "key").Select(resource => resource.Id)];

    private void AddData()
    {
        var holders = Resources.Where(resource => KindTable.Of(resource.Kind).Stateful).ToArray();
        for (var asset = 0; asset < _shape.Size / 12 && holders.Length > 0; asset++)
        {
            var declared = new DataAsset(new($"d{asset}"))
            {
                Tier = Chance(0.7) ? RandomTier() : null,
                MinDurability = Chance(0.2) ? 1 + _random.Next(3) : null,
                Hazards = Pick(Hazards.Volume | Hazards.Zone, Hazards.Volume, Hazards.Region | Hazards.Volume),
            };
            Assets.Add(declared);
            var count = 1 + _random.Next(5);
            foreach (var holder in Enumerable.Range(0, count).Select(_ => Pick(holders)).Distinct())
            {
                Relations.Add(RandomCopy(holder.Id, declared.Id));
            }
        }

        foreach (var service in Resources.Where(resource => resource.Kind.Name == "service").ToArray())
        {
            for (var standby = 0; standby < _random.Next(3); standby++)
            {
                var members = Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => Pick(Resources).Id).Distinct();
                Relations.Add(new Relation.StandbyFor($"s{standby}", [.. members], service.Id));
            }
        }
    }

    private Relation.CopyOf RandomCopy(ResourceId holder, AssetId asset)
    {
        var role = (CopyRole)_random.Next(4);
        var age = role == CopyRole.Backup ? TimeSpan.FromHours(_random.Next(30)) : TimeSpan.FromSeconds(5);
        var seen = Seen(role == CopyRole.Backup ? EvidenceClass.BackupAge : EvidenceClass.ReplicationLag);
        return new Relation.CopyOf(holder, asset, role)
        {
            Domains = Chance(0.2)
                ? [new(Hazards.Volume, $"v{_random.Next(20)}"), new(Hazards.Zone, Pick("z1", "z2"))]
                : null,
            RecoveryPoint = role == CopyRole.Primary ? null : new RecoveryPoint(age, seen),
            RestoreTestedAt = Chance(0.5) ? Now.AddDays(-_random.Next(_shape.StaleShare > 0 ? 200 : 85)) : null,
        };
    }

    private void AddGuardsAndGrants()
    {
        foreach (var guard in Resources.Where(resource => resource.Kind.Name == "alarm").ToArray())
        {
            for (var guarded = 0; guarded < 1 + _random.Next(3); guarded++)
            {
                Relations.Add(new Relation.Guards(guard.Id, Pick(Resources).Id, GuardKind.Monitor));
            }
        }

        foreach (var principal in Resources.Where(resource => resource.Kind.Name == "identity").ToArray())
        {
            for (var target = 0; target < _random.Next(3); target++)
            {
                Relations.Add(new Relation.Grants(principal.Id, Pick(Resources).Id, (Privilege)_random.Next(4)));
            }
        }
    }

    /// <summary>Evidence that counts, or (as the shape says) evidence that is too old or of unknown time.</summary>
    private Provenance Seen(EvidenceClass evidence)
    {
        var life = ShelfLives.Default.Of(evidence);
        return _random.NextDouble() >= _shape.StaleShare ? new("test", Now - (life * 0.9 * _random.NextDouble()))
            : Chance(0.2) ? new("test", null)
            : new("test", Now - (life * (1.1 + (20 * _random.NextDouble()))));
    }

    private Tier RandomTier() =>
        (Tier)(_random.NextDouble() < _shape.CriticalShare ? _random.Next(2) : 2 + _random.Next(2));

    private static ResourceId Id(int at) => new($"r{at}");

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(params IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
