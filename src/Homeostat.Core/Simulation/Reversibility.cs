using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>
/// Whether there is a way back from each effect. A way back is real only if what it needs is itself alive afterwards:
/// two services that need each other to start cannot start each other again (the least fixpoint).
/// </summary>
internal sealed class Reversibility(WorldState world)
{
    private readonly Dictionary<int, int> _roots = [];
    private HashSet<int>? _restartable;
    private readonly List<ResourceId> _lookAt = [];
    private DateTimeOffset _now;

    private EstateSnapshot Estate => world.Estate;

    public void Clear()
    {
        _roots.Clear();
        _restartable = null;
    }

    public void Judge(
        IReadOnlyList<Effect> effects,
        DateTimeOffset now,
        List<Irreversibility> irreversible,
        List<WayBack> waysBack
    )
    {
        _now = now;
        for (var at = 0; at < effects.Count; at++)
        {
            var effect = effects[at];
            var node = Estate.Find(effect.Target);
            _lookAt.Clear();
            var (reason, by) = Judge(effect, node, effects);
            if (reason is not null)
            {
                irreversible.Add(new(effect, effect.Target, TierOf(effect, node), reason) { LookAt = [.. _lookAt] });
            }
            else if (by is not null)
            {
                waysBack.Add(new(effect, by));
            }
        }

        JudgeContents(effects, irreversible);
    }

    /// <summary>The most critical of the target and of the data that it loses, whoever holds that.</summary>
    private Tier TierOf(Effect effect, int node)
    {
        var tier = node < 0 ? Tier.Zero : Estate.Node(node).EffectiveTier;
        return
            effect is Effect.LoseData lose
            && Estate.Tables.AssetIds.Find(lose.Asset.Value) is >= 0 and var asset
            && Estate.Tables.Assets[asset].EffectiveTier < tier
            ? Estate.Tables.Assets[asset].EffectiveTier
            : tier;
    }

    private (string? Reason, string? By) Judge(Effect effect, int node, IReadOnlyList<Effect> effects)
    {
        if (effect.Undo is { } undo)
        {
            return StatedUndo.Judge(world, effect, undo, _now);
        }

        return effect switch
        {
            Effect.Destroy => FromDestroy(effect, node),
            Effect.Stop => FromStop(node),
            Effect.LoseData lose => FromLoss(lose, node),
            Effect.Expose => ("what has been read cannot be unread", null),
            Effect.Promote => FromPromotion(node),
            Effect.Unknown unknown => ($"nobody knows what it does: {unknown.What}", null),
            Effect.Delegate => (null, "remove the trigger"),
            Effect.DisableGuard => (null, "switch the guard on again"),
            Effect.Change { Impact: not ChangeImpact.Harmless } => (null, "set the old value again"),
            Effect.Detach => (null, "attach it again"),
            Effect.Grant grant => FromGrant(grant, effects),
            _ => (null, null),
        };
    }

    /// <summary>A grant can be revoked; what nobody knows, or what may do everything, may have used it by then.</summary>
    private (string? Reason, string? By) FromGrant(Effect.Grant grant, IReadOnlyList<Effect> effects) =>
        (Effect.Create.IsOneOf(effects, grant.Target), Estate.Contains(grant.Principal)) switch
        {
            (true, _) when grant.Privilege == Privilege.Administer => (
                $"nobody has looked at how far the new rights of {grant.Principal} reach",
                null
            ),
            (true, _) or (_, true) => (null, "revoke it"),
            _ => ($"nobody knows who {grant.Principal} is, and what it reads cannot be unread", null),
        };

    /// <summary>A copy that follows can be seeded again from its primary, if that is seen to be there; nothing else comes back.</summary>
    private (string? Reason, string? By) FromLoss(Effect.LoseData lose, int node)
    {
        if (lose is { OfCopyOnly: false, Extent.Rows: <= Limits.MaxLentRows })
        {
            // A number of rows that a person can mean is what a cone lends by number (Amounts.Rows, zero unless said), and refuses beyond it.
            return (null, null);
        }

        var asset = Estate.Tables.AssetIds.Find(lose.Asset.Value);
        if (!lose.OfCopyOnly || node < 0 || asset < 0)
        {
            return ("the data is gone", null);
        }

        var holdsOthers = false;
        foreach (var copy in Estate.Tables.CopiesOfHolder.Of(node))
        {
            holdsOthers |= Estate.Copy(copy).Asset != asset || Estate.Copy(copy).Role == CopyRole.Primary;
        }

        return holdsOthers || PrimaryOf(asset, besides: node) is not (>= 0 and var primary) || !CanSeed(primary)
                ? ("the data is gone", null)
            : IsSeen(primary) ? (null, $"seed it again from {Estate.IdOf(primary)}")
            : ($"nobody has looked lately at {Estate.IdOf(primary)}, from which it could be seeded again", null);
    }

    /// <summary>
    /// Nothing is lost by a promotion only where the old primary is seen not to write any more and everything it wrote
    /// is seen to have arrived.
    /// </summary>
    private (string? Reason, string? By) FromPromotion(int node)
    {
        if (node < 0)
        {
            return ("nobody has looked at what it is", null);
        }

        foreach (var at in Estate.Tables.CopiesOfHolder.Of(node))
        {
            ref readonly var copy = ref Estate.Copy(at);
            if (copy.Role == CopyRole.Primary)
            {
                continue;
            }

            if (PrimaryOf(copy.Asset, besides: node) is >= 0 and var primary)
            {
                if (Estate.Node(primary).State != RunState.Stopped)
                {
                    return ($"{Estate.IdOf(primary)} may go on writing: the two diverge from then on", null);
                }

                if (!IsSeen(primary))
                {
                    _lookAt.Add(Estate.IdOf(node));
                    return ($"nobody has looked lately whether {Estate.IdOf(primary)} still writes", null);
                }
            }

            if (!Estate.ProvenanceOf(copy.AgeSeen).IsFreshAt(_now, Estate.ShelfLives.ReplicationLag))
            {
                _lookAt.Add(Estate.IdOf(node));
                return ("nobody has looked lately at what has not arrived yet", null);
            }

            if (copy.AgeTicks != 0)
            {
                return ("what has not arrived yet is lost", null);
            }
        }

        return (null, "promote the old primary again when it has caught up");
    }

    /// <summary>Another living holder of the primary copy, as it was before the request; -1 = none.</summary>
    private int PrimaryOf(int asset, int besides)
    {
        foreach (var at in Estate.Tables.CopiesOfAsset.Of(asset))
        {
            ref readonly var copy = ref Estate.Copy(at);
            if (copy.Role == CopyRole.Primary && copy.Holder != besides && world.IsAlive(copy.Holder))
            {
                return copy.Holder;
            }
        }

        return -1;
    }

    private bool CanSeed(int primary) =>
        world.WorkingOf(primary) > 0
        && !Estate.Tables.CopiesOfHolder.Of(primary).ToArray().Any(copy => world.IsLost(copy, before: false));

    /// <summary>Whether its state is known; if not, looking at it would help.</summary>
    private bool IsSeen(int node)
    {
        var isSeen = Estate.Node(node).WorksUntil >= _now.ToUnixTimeSeconds();
        if (!isSeen)
        {
            _lookAt.Add(Estate.IdOf(node));
        }

        return isSeen;
    }

    private (string? Reason, string? By) FromDestroy(Effect effect, int node)
    {
        if (node < 0 || !Estate.Node(node).Is(NodeFlags.Seen))
        {
            return ("nobody has looked at what it is", null);
        }

        var traits = Estate.TraitsOf(node);
        if (traits.Stateful)
        {
            var article = "aeiou".Contains(traits.Kind.Name[0], StringComparison.Ordinal) ? "an" : "a";
            return ($"{article} {traits.Kind} holds what a new one would not have", null);
        }

        if (Estate.Node(node).Is(NodeFlags.HoldsCopies))
        {
            return ("it holds data that a new one would not have", null);
        }

        if (!Estate.Node(node).Is(NodeFlags.ConfigurationKnown))
        {
            return ("its whole configuration is not known, so it cannot be made again as it was", null);
        }

        return CanComeBack(node)
            ? (
                null,
                effect is Effect.Destroy { Recreated: true }
                    ? "it is made again"
                    : "make it again from its configuration"
            )
            : ("what it needs to work again would itself be down", null);
    }

    private (string? Reason, string? By) FromStop(int node)
    {
        if (node < 0 || !Estate.TraitsOf(node).OffersStop)
        {
            return ("its kind offers no stop that could be undone", null);
        }

        return CanComeBack(node) ? (null, "start it again") : ("what it needs to start would itself be down", null);
    }

    /// <summary>What ends with a container must be restorable too; a destruction of its own has been judged already.</summary>
    private void JudgeContents(IReadOnlyList<Effect> effects, List<Irreversibility> irreversible)
    {
        Dictionary<int, Effect>? effectOn = null;
        for (var at = 0; at < world.Nodes.Count; at++)
        {
            var state = world.Nodes.At(at);
            var node = world.Nodes.KeyAt(at);
            if (state.Alive || !state.AliveBefore || world.IsRebuildable(node))
            {
                continue;
            }

            effectOn ??= EffectsByNode(effects);
            if (effectOn.GetValueOrDefault(node) is not Effect.Destroy)
            {
                var effect = effectOn.GetValueOrDefault(RootOf(node)) ?? effects[0];
                irreversible.Add(
                    new(effect, Estate.IdOf(node), Estate.Node(node).EffectiveTier, $"{Estate.IdOf(node)} ends with it")
                );
            }
        }
    }

    /// <summary>For each target its destruction, or else the first thing that is done to it.</summary>
    private Dictionary<int, Effect> EffectsByNode(IReadOnlyList<Effect> effects)
    {
        var byNode = new Dictionary<int, Effect>(effects.Count);
        foreach (var effect in effects)
        {
            var node = Estate.Find(effect.Target);
            if (!byNode.TryAdd(node, effect) && effect is Effect.Destroy && byNode[node] is not Effect.Destroy)
            {
                byNode[node] = effect;
            }

            if (effect is Effect.Delegate hand)
            {
                byNode.TryAdd(Estate.Find(hand.Principal), hand);
            }
        }

        return byNode;
    }

    /// <summary>The first of the chain of losses that ended the node; each chain is walked once.</summary>
    private int RootOf(int node)
    {
        var chain = new List<int>();
        var root = node;
        while (
            !_roots.ContainsKey(root)
            && world.Nodes.Find(root) is >= 0 and var at
            && world.Nodes.At(at).Cause is >= 0 and var cause
            && chain.Count < world.Nodes.Count
        )
        {
            chain.Add(root);
            root = cause;
        }

        root = _roots.GetValueOrDefault(root, root);
        foreach (var link in chain)
        {
            _roots[link] = root;
        }

        return root;
    }

    private bool CanComeBack(int node) =>
        IsSupplied(node, restarted: null) || (_restartable ??= Restartable()).Contains(node);

    /// <summary>Everything that fell and can rise again, starting from what stayed up.</summary>
    private HashSet<int> Restartable()
    {
        var risen = new HashSet<int>();
        var search = new Queue<int>(Fallen());
        var queued = new HashSet<int>(search);
        while (search.TryDequeue(out var node))
        {
            queued.Remove(node);
            if (risen.Contains(node) || !IsSupplied(node, risen))
            {
                continue;
            }

            risen.Add(node);
            foreach (var group in Estate.Tables.MemberOf.Of(node))
            {
                var from = Estate.Group(group).From;
                if (HasFallen(from) && !risen.Contains(from) && queued.Add(from))
                {
                    search.Enqueue(from);
                }
            }
        }

        return risen;
    }

    private IEnumerable<int> Fallen() =>
        Enumerable.Range(0, world.Nodes.Count).Select(world.Nodes.KeyAt).Where(HasFallen);

    private bool HasFallen(int node) =>
        world.Nodes.Find(node) is >= 0 and var at
        && world.Nodes.At(at).Working < world.Nodes.At(at).Before
        && (world.Nodes.At(at).Alive || world.IsRebuildable(node));

    private bool IsSupplied(int node, HashSet<int>? restarted)
    {
        var row = Estate.Node(node);
        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            long supply = 0;
            foreach (var member in Estate.Tables.Members.Of(group))
            {
                supply +=
                    restarted is not null && restarted.Contains(member)
                        ? world.WorkingBefore(member)
                        : world.WorkingOf(member);
            }

            // It was no better supplied before: then that is not what keeps it down.
            if (supply < Math.Min(Estate.Group(group).K, world.SupplyOf(group, before: true)))
            {
                return false;
            }
        }

        return true;
    }
}
