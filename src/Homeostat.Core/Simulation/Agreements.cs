using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>Takes the supply of a group away whose members an effect has set at odds.</summary>
internal sealed class Agreements(WorldState world, UnknownSet unknowns)
{
    private readonly HashSet<int> _groups = [];

    /// <summary>Looks again at the groups of every member of which a fact was changed.</summary>
    public void Reconcile(IReadOnlyList<Effect> effects, DateTimeOffset now)
    {
        if (world.Estate.Tables.Agreements.Count == 0)
        {
            return;
        }

        _groups.Clear();
        for (var at = 0; at < effects.Count; at++)
        {
            if (effects[at] is Effect.Change && world.Estate.Find(effects[at].Target) is >= 0 and var node)
            {
                Reconcile(node, now);
            }
        }
    }

    private void Reconcile(int node, DateTimeOffset now)
    {
        foreach (var group in world.Estate.Tables.MemberOf.Of(node))
        {
            if (
                world.Estate.Tables.Agreements.TryGetValue(group, out var asked)
                && _groups.Add(group)
                && IsAtOdds(group, asked, now)
            )
            {
                var supply = world.SupplyOf(group, before: false);
                world.LowerSupply(group, Math.Max(0, supply - GroupRow.Disagreeing), node);
            }
        }
    }

    private bool IsAtOdds(int group, Agreement[] asked, DateTimeOffset now)
    {
        var working = world.Estate.Tables.Members.Of(group).ToArray().Where(member => world.WorkingOf(member) > 0);
        return GroupAgreement.Of(asked, working, (member, key) => ValueOf(member, key, now)) switch
        {
            Truth.False => true,
            Truth.Unknown => unknowns.IsBad(UnknownKind.Agreement, group),
            _ => false,
        };
    }

    /// <summary>What an effect made of it, or what a source says that is not past its shelf life.</summary>
    private FactValue? ValueOf(int member, string key, DateTimeOffset now)
    {
        if (world.ChangedFact(member, key) is { } changed)
        {
            return changed;
        }

        var shelfLives = world.Estate.ShelfLives;
        foreach (var fact in world.Estate.FactsOf(member))
        {
            if (fact.Key == key)
            {
                return fact.Provenance.IsFreshAt(now, shelfLives.Of(fact.Class)) ? fact.Value : null;
            }
        }

        return null;
    }
}
