using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Tests.Simulation;

/// <summary>Random effects on a random estate.</summary>
internal sealed class RandomRequest(int seed, RandomEstate estate)
{
    private readonly Random _random = new(seed);

    /// <summary>Destructive effects without time or condition; each differs from the others.</summary>
    public Effect[] Destructive(int count) => [.. Enumerable.Range(0, count).Select(_ => DestructiveOne()).Distinct()];

    /// <summary>Effects that only give.</summary>
    public Effect[] Constructive(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => ConstructiveOne()).Distinct()];

    /// <summary>Stops and destructions only, of kinds that offer them: what is often permitted.</summary>
    public Effect[] Ordinary(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => AnyResource())
                .Distinct()
                .Select(
                    Effect (resource) =>
                        KindTable.Of(resource.Kind).OffersStop
                            ? new Effect.Stop(resource.Id)
                            : new Effect.Destroy(resource.Id)
                ),
        ];

    public Goal Goal(IEnumerable<Effect> effects) =>
        new("as asked")
        {
            Removes = [.. effects.Select(effect => effect.Target).Where(_ => _random.Next(4) > 0).Distinct()],
        };

    private Effect DestructiveOne()
    {
        var target = AnyResource().Id;
        return _random.Next(13) switch
        {
            0 or 1 or 2 => new Effect.Stop(target),
            3 or 4 => new Effect.Destroy(target),
            5 => new Effect.Destroy(target) { Recreated = true },
            6 => DetachOne(),
            7 => LoseOne(),
            8 => new Effect.DisableGuard(GuardOr(target)),
            9 => new Effect.Expose(target, "others", Privilege.Read) { Principals = 1 + _random.Next(3) },
            10 => new Effect.Grant(target, AnyResource().Id, Privilege.Write),
            11 => PromoteOne(target),
            _ => new Effect.Change(target, "capacity", FactValue.Of(_random.Next(4)), ChangeImpact.Capacity),
        };
    }

    private Effect ConstructiveOne()
    {
        var target = AnyResource().Id;
        return _random.Next(6) switch
        {
            0 => new Effect.Start(target),
            1 => new Effect.Create(new($"new{_random.Next(9)}"), new("compute-instance")),
            2 => new Effect.Attach(target, AnyResource().Id),
            3 => new Effect.Revoke(target, AnyResource().Id),
            4 => new Effect.Read(target, "public"),
            _ => new Effect.Change(target, "description", FactValue.Of("x"), ChangeImpact.Harmless),
        };
    }

    private Effect PromoteOne(ResourceId otherwise)
    {
        Relation.CopyOf[] followers =
        [
            .. estate
                .Relations.OfType<Relation.CopyOf>()
                .Where(copy => copy.Role is CopyRole.Replica or CopyRole.Standby),
        ];
        return followers.Length == 0 ? new Effect.Stop(otherwise) : new Effect.Promote(Pick(followers).Holder);
    }

    private Effect.Detach DetachOne()
    {
        var relations = estate.Relations.Where(relation =>
            relation is Relation.Needs or Relation.StandbyFor or Relation.Guards
        );
        return Pick(relations.ToArray()) switch
        {
            Relation.Needs needs => new(Pick(needs.Members), needs.From),
            Relation.StandbyFor standby => new(Pick(standby.Members), standby.Service),
            Relation.Guards guards => new(guards.Guard, guards.Guarded),
            _ => throw new InvalidOperationException("no relation to detach"),
        };
    }

    private Effect LoseOne()
    {
        var copies = estate.Relations.OfType<Relation.CopyOf>().ToArray();
        if (copies.Length == 0)
        {
            return new Effect.Stop(AnyResource().Id);
        }

        var copy = Pick(copies);
        return new Effect.LoseData(copy.Holder, copy.Asset, Extent.Everything) { OfCopyOnly = _random.Next(2) == 0 };
    }

    private ResourceId GuardOr(ResourceId other)
    {
        var guards = estate.Relations.OfType<Relation.Guards>().ToArray();
        return guards.Length == 0 ? other : Pick(guards).Guard;
    }

    private Resource AnyResource() => Pick(estate.Resources);

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
