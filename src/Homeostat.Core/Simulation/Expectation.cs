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
        var passing = effects.All(effect => effect.Duration is not null);
        var rows = new List<Expectation>();
        foreach (var id in Created(estate, effects))
        {
            rows.Add(new Expectation(id, Exists: true, 0, 0, IsTouched: true));
        }

        foreach (var id in Seen(consequences, touched))
        {
            var (working, declared) = estate.CapacityOf(id);
            rows.Add(
                ended.Contains(id) ? new Expectation(id, Exists: false, 0, 0, touched.Contains(id))
                : touched.Contains(id)
                    ? OfTarget(id, working, declared, [.. effects.Where(effect => effect.Target == id)])
                // What was away for a while works again when all is over.
                : new Expectation(
                    id,
                    Exists: true,
                    passing ? working : impaired.GetValueOrDefault(id, working),
                    declared,
                    IsTouched: false
                )
            );
        }

        return rows;
    }

    private static IEnumerable<ResourceId> Created(EstateSnapshot estate, IReadOnlyList<Effect> effects) =>
        effects
            .OfType<Effect.Create>()
            .Select(create => create.Target)
            .Distinct()
            .Where(id => !estate.Contains(id))
            .Take(Limits.MaxExpectations);

    /// <summary>What the estate has of it, each once. Every permitted write asks for it: one list, and no chain of queries.</summary>
    private static List<ResourceId> Seen(Consequences consequences, HashSet<ResourceId> touched)
    {
        var estate = consequences.Estate;
        var (ids, known) = (new List<ResourceId>(), new HashSet<ResourceId>());
        AddAll(touched);
        AddAll(consequences.Destroyed);
        AddAll(consequences.Impaired);
        foreach (var id in touched)
        {
            if (estate.Find(id) is >= 0 and var node)
            {
                AddAll(estate.NeighboursOf(node).Select(estate.IdOf));
            }
        }

        return ids;

        void AddAll(IEnumerable<ResourceId> more)
        {
            foreach (var id in more)
            {
                if (ids.Count < Limits.MaxExpectations && known.Add(id) && estate.Contains(id))
                {
                    ids.Add(id);
                }
            }
        }
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
}
