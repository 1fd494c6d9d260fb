using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>Three-valued truth of statements about facts: what is missing or past its shelf life is unknown.</summary>
public static class FactEvaluation
{
    /// <summary>Whether the predicate holds at this time. A key nobody reports and a resource nobody has seen are unknown.</summary>
    public static Truth Evaluate(this EstateSnapshot estate, Predicate predicate, DateTimeOffset now)
    {
        if (estate.FindFact(predicate.Subject, predicate.Key) is not { } fact)
        {
            return Truth.Unknown;
        }

        return !fact.Provenance.IsFreshAt(now, estate.ShelfLives.Of(fact.Class)) ? Truth.Unknown
            : !predicate.CanTell(fact.Value) ? Truth.Unknown
            : predicate.Holds(fact.Value) ? Truth.True
            : Truth.False;
    }

    /// <summary>The fact of that key, or null; <c>state</c> is the resource's run state.</summary>
    public static Fact? FindFact(this EstateSnapshot estate, ResourceId subject, string key)
    {
        var node = estate.Find(subject);
        if (node < 0 || !estate.Node(node).Is(NodeFlags.Seen))
        {
            return null;
        }

        foreach (var fact in estate.FactsOf(node))
        {
            if (fact.Key == key)
            {
                return fact;
            }
        }

        var row = estate.Node(node);
        return key == "state" && row.State is (RunState.Running or RunState.Stopped)
            ? new Fact(
                key,
                FactValue.Of(row.State == RunState.Running ? "running" : "stopped"),
                estate.ProvenanceOf(row.StateSeen),
                EvidenceClass.State
            )
            : null;
    }
}
