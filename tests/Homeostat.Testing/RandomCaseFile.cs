using Homeostat.Core.Actions;
using Homeostat.Core.Critics;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Homeostasis;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;

namespace Homeostat.Testing;

/// <summary>A random request on a small random estate, with whatever may be missing of either missing.</summary>
public sealed class RandomCaseFile
{
    private const int Size = 12;

    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly Judge Judge = new(StressTable.Default, new CriticPanel([]));
    private static readonly string[] Kinds = ["service", "database", "compute-instance", "alarm", "network", "novelty"];

    private readonly Random _random;
    private readonly EstateSnapshot _estate;
    private readonly ActionRequest _request;
    private readonly bool _hasLooked;

    public RandomCaseFile(int seed)
    {
        _random = new Random(seed);
        _estate = RandomEstate();
        Effects = [.. Enumerable.Range(0, _random.Next(6)).Select(_ => RandomEffect())];
        _request = RandomRequest();
        _hasLooked = Chance(0.3);
    }

    public IReadOnlyList<Effect> Effects { get; }

    /// <summary>The file of the request with so many of its effects.</summary>
    public CaseFile Of(int effects)
    {
        var balance = new LeaseBalance([RandomLease()], 0.1, 9, 9, 9);
        var request = _request with { Effects = [.. Effects.Take(effects)] };
        return Judge.Review(request, balance, _estate, CommittedFutures.None, Now, _hasLooked).File!;
    }

    private EstateSnapshot RandomEstate()
    {
        var builder = new EstateBuilder(ShelfLives.Default);
        for (var at = 0; at < Size; at++)
        {
            var id = Id(at);
            List<Relation> relations = [];
            if (Chance(0.5))
            {
                relations.Add(new Relation.Needs(id, "g", [AnyId(), AnyId()]));
            }

            if (Chance(0.3))
            {
                relations.Add(new Relation.Contains(AnyId(), id));
            }

            if (Chance(0.3))
            {
                relations.Add(new Relation.CopyOf(id, new("data"), (CopyRole)_random.Next(4)));
            }

            builder.Add(new EstateChange.Upsert(RandomResource(id), relations));
        }

        return builder.Build();
    }

    private Resource RandomResource(ResourceId id) =>
        new()
        {
            Id = id,
            Kind = new(Kinds[_random.Next(Kinds.Length)]),
            Tier = Chance(0.5) ? (Tier)_random.Next(4) : null,
            Environments = Chance(0.2) ? [] : [Chance(0.5) ? "test" : "prod"],
            State = (RunState)_random.Next(4),
            Existence = RandomProvenance(),
            ConfigurationKnown = Chance(0.5),
            Facts = Chance(0.5) ? [new Fact("load", RandomValue(), RandomProvenance())] : [],
        };

    private Effect RandomEffect() =>
        _random.Next(9) switch
        {
            0 => new Effect.Destroy(AnyId()),
            1 => new Effect.Stop(AnyId()),
            2 => new Effect.Destroy(AnyId()) { Condition = RandomPredicate() },
            3 => new Effect.LoseData(AnyId(), new(Chance(0.7) ? "data" : "other"), new Extent(Chance(0.5) ? 5 : null)),
            4 => new Effect.Unknown(AnyId(), "something"),
            5 => new Effect.Read(AnyId(), ""),
            6 => new Effect.Detach(AnyId(), Chance(0.5) ? AnyId() : null),
            7 => new Effect.Create(AnyId(), new("database")) { Environments = Chance(0.5) ? ["test"] : [] },
            _ => new Effect.Change(AnyId(), "load", RandomValue(), (ChangeImpact)_random.Next(4)),
        };

    private ActionRequest RandomRequest() =>
        new()
        {
            Id = new("request"),
            Agent = new("agent"),
            Lease = new("lease"),
            Operation = "test",
            Effects = Effects,
            Premises = Chance(0.5) ? [RandomPredicate()] : [],
            Goal = Chance(0.7) ? new Goal("clean up") { Removes = [AnyId(), AnyId()], Changes = [AnyId()] } : null,
            Intent = Chance(0.7) ? RandomIntent() : null,
            Confidence = Chance(0.5) ? _random.NextDouble() : null,
        };

    private Intent RandomIntent() =>
        new()
        {
            Operations = Chance(0.5) ? Operations.Destroy | Operations.Stop | Operations.Change : null,
            Count = Chance(0.5) ? _random.Next(4) : null,
            Environments =
                Chance(0.3) ? ["test"]
                : Chance(0.1) ? []
                : null,
            Targets = Chance(0.3) ? [.. Enumerable.Range(0, Size - 2).Select(Id)] : null,
        };

    private static Lease RandomLease() =>
        new()
        {
            Id = new("lease"),
            Agent = new("agent"),
            Cone = new LightCone { Operations = Operations.Basic },
            Purpose = "test",
            IssuedAt = Now.AddMinutes(-5),
            ExpiresAt = Now.AddMinutes(5),
        };

    private Predicate RandomPredicate() =>
        new(AnyId(), Chance(0.8) ? "load" : "state", (Comparison)_random.Next(6), RandomValue());

    private FactValue RandomValue() =>
        _random.Next(4) switch
        {
            0 => FactValue.Of("text"),
            1 => FactValue.Of(double.NaN),
            2 => default,
            _ => FactValue.Of(_random.Next(10)),
        };

    private Provenance RandomProvenance() =>
        _random.Next(5) switch
        {
            0 => Provenance.Overlay,
            1 => new("test", null),
            2 => new("test", Now.AddDays(_random.Next(-60, 2))),
            _ => new("test", Now),
        };

    /// <summary>One in a few names something that no record describes.</summary>
    private ResourceId AnyId() => Id(_random.Next(Size + 2));

    private static ResourceId Id(int at) => new($"r{at}");

    private bool Chance(double probability) => _random.NextDouble() < probability;
}
