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
        var passing = effects.All(effect => effect.Duration is not null);
        return
        [
            .. created.Take(Limits.MaxExpectations).Select(id => new Expectation(id, Exists: true, 0, 0, true)),
            .. ids.Select(id =>
            {
                var (working, declared) = estate.CapacityOf(id);
                if (ended.Contains(id))
                {
                    return new Expectation(id, Exists: false, 0, 0, touched.Contains(id));
                }

                if (touched.Contains(id))
                {
                    return OfTarget(id, working, declared, [.. effects.Where(effect => effect.Target == id)]);
                }

                // What was away for a while works again when all is over.
                var after = passing ? working : impaired.GetValueOrDefault(id, working);
                return new Expectation(id, Exists: true, after, declared, IsTouched: false);
            }),
        ];
    }

    /// <summary>Of most changes the model knows no more than that their target is still there.</summary>
    private static Expectation OfTarget(ResourceId id, int working, int declared, IReadOnlyList<Effect> effects) =>
        effects switch
        {
            [Effect.Stop { Duration: null, Condition: null }] => new(id, Exists: true, 0, declared, IsTouched: true),
            [Effect.Start { Condition: null }] => new(id, Exists: true, declared, declared, IsTouched: true),
            [Effect.Read] => new(id, Exists: true, working, declared, IsTouched: false),
            _ => new(id, Exists: true, 0, 0, IsTouched: true),
        };

    private static IEnumerable<ResourceId> NeighboursOf(EstateSnapshot estate, ResourceId id) =>
        estate.Find(id) is >= 0 and var node ? estate.NeighboursOf(node).Select(estate.IdOf) : [];
}
