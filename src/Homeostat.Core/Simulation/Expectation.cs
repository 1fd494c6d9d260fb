using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>What a prediction says of one resource once everything has happened.</summary>
/// <param name="Working">Units that work, of <paramref name="Declared"/>; both 0 where it is gone.</param>
/// <param name="IsTouched">The request names it; otherwise it is of the neighbourhood, or falls with what is named.</param>
public sealed record Expectation(ResourceId Id, bool Exists, int Working, int Declared, bool IsTouched);

/// <summary>Turns consequences into what should be seen afterwards.</summary>
public static class Expectations
{
    /// <summary>Of what is touched, impaired and ended, and of what directly needs or serves it, up to the limit.</summary>
    public static IReadOnlyList<Expectation> Of(Consequences consequences, IReadOnlyList<Effect> effects)
    {
        var estate = consequences.Estate;
        var touched = consequences.Touched.ToHashSet();
        var ended = consequences.Destroyed.ToHashSet();
        var impaired = consequences.ImpairedNodes.ToDictionary(node => estate.IdOf(node.Node), node => node.After);
        var ids = touched
            .Concat(ended)
            .Concat(impaired.Keys)
            .Concat(touched.SelectMany(id => NeighboursOf(estate, id)))
            .Distinct()
            .Where(estate.Contains)
            .Take(Limits.MaxExpectations);
        var created = effects
            .OfType<Effect.Create>()
            .Select(create => create.Target)
            .Distinct()
            .Where(id => !estate.Contains(id));
        return
        [
            .. created.Take(Limits.MaxExpectations).Select(id => new Expectation(id, Exists: true, 0, 0, true)),
            .. ids.Select(id =>
            {
                var (working, declared) = estate.CapacityOf(id);
                return ended.Contains(id)
                    ? new Expectation(id, Exists: false, 0, 0, touched.Contains(id))
                    : new Expectation(
                        id,
                        Exists: true,
                        impaired.GetValueOrDefault(id, working),
                        declared,
                        touched.Contains(id)
                    );
            }),
        ];
    }

    private static IEnumerable<ResourceId> NeighboursOf(EstateSnapshot estate, ResourceId id) =>
        estate.Find(id) is >= 0 and var node ? estate.NeighboursOf(node).Select(estate.IdOf) : [];
}
