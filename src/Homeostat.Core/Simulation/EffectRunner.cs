using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>Does to a world what effects say. Giving earns no credit here: it counts when it has been observed.</summary>
internal sealed class EffectRunner(WorldState world, UnknownSet unknowns)
{
    private readonly Agreements _agreements = new(world, unknowns);

    /// <summary>Runs the effects of a request; <paramref name="lastingOnly"/> leaves out what passes.</summary>
    public void Run(IReadOnlyList<Effect> effects, bool lastingOnly, DateTimeOffset now)
    {
        for (var at = 0; at < effects.Count; at++)
        {
            var effect = effects[at];
            if (Happens(effect, at, now))
            {
                Run(effect, at, lastingOnly && effect.Duration is not null);
            }
        }

        _agreements.Reconcile(effects, now);
        world.Spread();
    }

    /// <summary>Runs effects that were permitted and not yet seen; what helps is left out.</summary>
    public void RunFuture(IReadOnlyList<Effect> effects, DateTimeOffset now)
    {
        foreach (var effect in effects)
        {
            // Its condition and its impact are not ours to look up: a future may do all that it can.
            Run(effect, at: -1, isOver: false);
        }

        _agreements.Reconcile(effects, now);
        world.Spread();
    }

    private bool Happens(Effect effect, int at, DateTimeOffset now) =>
        effect.Condition is null
        || world.Estate.Evaluate(effect.Condition, now) switch
        {
            Truth.True => true,
            Truth.False => false,
            _ => unknowns.IsBad(UnknownKind.Condition, at),
        };

    private void Run(Effect effect, int at, bool isOver)
    {
        var node = world.Estate.Find(effect.Target);
        if (node < 0)
        {
            // What a new thing will do, it does to what is there.
            if (effect is Effect.Delegate made)
            {
                Delegate(made, at);
            }

            return;
        }

        ref var state = ref world.Node(node);
        state.Targeted = true;
        state.Hit |= effect is Effect.Destroy or Effect.Stop or Effect.Unknown or Effect.Change { IsDestructive: true };
        switch (effect)
        {
            case Effect.Destroy destroy:
                Destroy(node, destroy, isOver);
                break;
            case Effect.Stop when !isOver:
                world.Stop(node, -1);
                break;
            case Effect.Change change when !isOver:
                Change(node, change, at);
                break;
            case Effect.Detach { From: { } from }:
                Leave(node, from);
                break;
            case Effect.Attach { TargetNeedsIt: true } attach:
                world.Lean(node, world.Estate.Find(attach.To));
                break;
            case Effect.Expose expose:
                world.Expose(node, expose.To, expose.What, expose.Principals);
                break;
            case Effect.Grant grant:
                var principals = world.PrincipalsIn(world.Estate.Find(grant.Principal));
                world.Expose(node, grant.Principal.Value, grant.Privilege, principals);
                break;
            case Effect.Promote:
                Promote(node);
                break;
            case Effect.LoseData lose:
                Lose(node, lose);
                break;
            case Effect.DisableGuard:
                world.Disable(node);
                break;
            case Effect.Delegate hand:
                Delegate(hand, at);
                break;
            case Effect.Unknown when IsBad(UnknownKind.Impact, at):
                world.Destroy(node, -1);
                break;
        }
    }

    /// <summary>Its asset is from now on what it holds itself; what followed the old primary does not follow it.</summary>
    private void Promote(int node)
    {
        world.Promote(node);
        var tables = world.Estate.Tables;
        foreach (var own in tables.CopiesOfHolder.Of(node))
        {
            foreach (var other in tables.CopiesOfAsset.Of(tables.Copies[own].Asset))
            {
                if (tables.Copies[other].Holder != node && tables.Copies[other].Role != CopyRole.Backup)
                {
                    world.LoseCopy(other, node);
                }
            }
        }
    }

    private bool IsBad(UnknownKind kind, int at) => at < 0 || unknowns.IsBad(kind, at);

    private void Destroy(int node, Effect.Destroy destroy, bool isOver)
    {
        if (!destroy.Recreated || !world.IsRebuildable(node))
        {
            world.Destroy(node, -1);
            return;
        }

        // What it contained ended with the old one, however soon there is a new one.
        world.DestroyContents(node);
        if (!isOver)
        {
            world.Stop(node, -1);
        }
    }

    private void Change(int node, Effect.Change change, int at)
    {
        if (world.Estate.Node(node).Is(NodeFlags.MustAgree))
        {
            world.SetFact(node, change.Key, change.Value);
        }

        switch (change.Impact)
        {
            case ChangeImpact.Restart:
                world.Lower(node, 0, -1);
                break;
            case ChangeImpact.Capacity when change.Value.Number is >= 0 and <= Limits.MaxCapacity and var units:
                world.LowerCapacity(node, (int)units);
                break;
            case ChangeImpact.Capacity or ChangeImpact.Unknown when IsBad(UnknownKind.Impact, at):
                world.Lower(node, 0, -1);
                break;
        }
    }

    private void Leave(int node, ResourceId from)
    {
        if (world.Estate.Find(from) is >= 0 and var other)
        {
            world.Detach(node, other);
        }
    }

    private void Lose(int node, Effect.LoseData lose)
    {
        if (lose.Extent.Rows is not null)
        {
            return;
        }

        var tables = world.Estate.Tables;
        var asset = tables.AssetIds.Find(lose.Asset.Value);
        foreach (var copy in asset < 0 ? [] : tables.CopiesOfAsset.Of(asset))
        {
            // A physical loss takes this holder's copy; a logical one reaches whatever follows, and only what is frozen
            // survives it.
            if (lose.OfCopyOnly ? tables.Copies[copy].Holder == node : tables.Copies[copy].Role != CopyRole.Backup)
            {
                world.LoseCopy(copy, node);
            }
        }
    }

    /// <summary>Judged as everything that the principal may do: in some world it destroys what it may delete.</summary>
    private void Delegate(Effect.Delegate hand, int at)
    {
        var principal = world.Estate.Find(hand.Principal);
        if (principal < 0 || !IsBad(UnknownKind.Impact, at))
        {
            return;
        }

        foreach (var grant in world.Estate.Tables.GrantsOfPrincipal.Of(principal))
        {
            if (world.Estate.Tables.Grants[grant].Privilege >= Privilege.Delete)
            {
                world.Destroy(world.Estate.Tables.Grants[grant].Target, principal);
            }
        }
    }
}
