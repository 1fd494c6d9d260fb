using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

internal sealed partial class PredictionRun
{
    private const int MaxPaths = 64;
    private const int MaxPathLength = 64;
    private const int MaxImpairments = 1000;

    private readonly List<ImpairedNode> _impaired = [];
    private readonly List<int> _destroyed = [];
    private readonly List<int> _guards = [];
    private readonly HashSet<int> _leaning = [];
    private readonly List<int> _copies = [];
    private readonly List<Irreversibility> _irreversible = [];
    private readonly List<WayBack> _waysBack = [];

    private enum KeyKind : long
    {
        Node = 1L << 40,
        Group = 2L << 40,
        Asset = 3L << 40,
    }

    private WorldOutcome Outcome(int subset, bool isBound)
    {
        var changes = _changes.ToArray();
        var paths = new int[Math.Min(changes.Length, MaxPaths)][];
        for (var at = 0; at < paths.Length; at++)
        {
            paths[at] = PathTo(changes[at].Cause);
        }

        return new WorldOutcome(subset, isBound, changes, paths);
    }

    /// <summary>From the touched resource to this one, both included; empty for -1.</summary>
    private int[] PathTo(int node)
    {
        if (node < 0)
        {
            return [];
        }

        var length = 1;
        for (var at = node; CauseOf(at) is >= 0 and var cause && length < MaxPathLength; at = cause)
        {
            length++;
        }

        var path = new int[length];
        for (var at = length - 1; at >= 0; at--)
        {
            path[at] = node;
            node = CauseOf(node);
        }

        return path;
    }

    private int CauseOf(int node) => _world.Nodes.Find(node) is >= 0 and var at ? _world.Nodes.At(at).Cause : -1;

    /// <summary>What is read from the world as it is known, while it is there.</summary>
    private Known Describe()
    {
        _impaired.Clear();
        _destroyed.Clear();
        _guards.Clear();
        for (var at = 0; at < _world.Nodes.Count; at++)
        {
            ref readonly var state = ref _world.Nodes.At(at);
            var node = _world.Nodes.KeyAt(at);
            if (!state.Alive && state.AliveBefore)
            {
                _destroyed.Add(node);
            }
            else if (state.Working < state.Before && !state.Hit)
            {
                _impaired.Add(new(node, state.Before, state.Working, state.Cause));
            }

            if (state.Working < state.Before && _estate.Node(node).Is(NodeFlags.IsGuard))
            {
                _guards.Add(node);
            }
        }

        _guards.AddRange(_world.NewlyDisabled());
        foreach (var row in _world.NewlyDetachedGuards())
        {
            _guards.Add(_estate.Tables.Guards[row].Guard);
        }

        _irreversible.Clear();
        _waysBack.Clear();
        _reversibility.Judge(_effects, _now, _irreversible, _waysBack);
        return new Known(
            [.. _impaired],
            [.. _destroyed],
            Leaning(),
            LostCopies(),
            _guards.Count == 0 ? [] : [.. _guards.Distinct()],
            [.. _irreversible],
            [.. _waysBack],
            OldestEvidence()
        );
    }

    /// <summary>The impaired, and what is also named by an effect: that somebody touches it does not free it of its needs.</summary>
    private int[] Leaning()
    {
        _leaning.Clear();
        foreach (var impaired in _impaired)
        {
            _leaning.Add(impaired.Node);
        }

        for (var at = 0; at < _world.Groups.Count; at++)
        {
            var state = _world.Groups.At(at);
            var row = _estate.Group(_world.Groups.KeyAt(at));
            if (state.Supply < state.Before && state.Supply < row.K && _world.WorkingBefore(row.From) > 0)
            {
                _leaning.Add(row.From);
            }
        }

        return _leaning.Count == 0 ? [] : [.. _leaning];
    }

    private int[] LostCopies()
    {
        _copies.Clear();
        for (var at = 0; at < _world.Copies.Count; at++)
        {
            if (_world.Copies.At(at) is { Lost: true, LostBefore: false })
            {
                _copies.Add(_world.Copies.KeyAt(at));
            }
        }

        return [.. _copies];
    }

    /// <summary>The oldest evidence among what was touched or brought down; null when its time is unknown.</summary>
    private TimeSpan? OldestEvidence()
    {
        TimeSpan? oldest = TimeSpan.Zero;
        for (var at = 0; at < Math.Min(_world.Nodes.Count, MaxImpairments) && oldest is not null; at++)
        {
            var row = _estate.Node(_world.Nodes.KeyAt(at));
            oldest = Older(
                Older(oldest, row.Existence),
                row.State == RunState.Inherent ? row.Existence : row.StateSeen
            );
        }

        return oldest;
    }

    private TimeSpan? Older(TimeSpan? oldest, int provenance) =>
        _estate.ProvenanceOf(provenance).AgeAt(_now) is not { } age ? null
        : age > oldest ? age
        : oldest;

    private Consequences Assemble(Known known, IReadOnlyList<WorldOutcome> outcomes) =>
        new()
        {
            Estate = _estate,
            Effects = _effects,
            Outcomes = outcomes,
            ImpairedNodes = known.Impaired,
            DestroyedNodes = known.Destroyed,
            LeaningNodes = known.Leaning,
            LostCopies = known.LostCopies,
            GuardNodes = known.Guards,
            Footprint = new Footprint(_estate, [.. _keys]),
            Touched = Touched(),
            Irreversible = known.Irreversible,
            WaysBack = known.WaysBack,
            Exposures = Exposures(),
            Unseen = Unseen(),
            Unregulated = Unregulated(),
            UnsettledBy = Unsettled(),
            OldestEvidence = known.OldestEvidence,
            Considered = _relevant.Count == 0 ? [] : [.. _relevant.Select(future => future.Permit)],
        };

    private ResourceId[] Touched()
    {
        if (_effects.Count == 1)
        {
            return [_effects[0].Target];
        }

        return [.. _effects.Select(effect => effect.Target).Distinct()];
    }

    private ExposureGain[] Exposures()
    {
        List<ExposureGain>? gains = null;
        for (var at = 0; at < _effects.Count; at++)
        {
            var effect = _effects[at];
            var node = _estate.Find(effect.Target);
            var tier = node < 0 ? Tier.Zero : _estate.Node(node).EffectiveTier;
            switch (effect)
            {
                case Effect.Expose expose:
                    (gains ??= []).Add(new(expose.Target, expose.To, expose.What, expose.Principals, tier));
                    break;
                case Effect.Grant grant:
                    (gains ??= []).Add(new(grant.Target, grant.Principal.Value, grant.Privilege, 1, tier));
                    break;
            }
        }

        return gains?.ToArray() ?? [];
    }

    private ResourceId[] Unseen()
    {
        List<ResourceId>? unseen = null;
        for (var at = 0; at < _effects.Count; at++)
        {
            var effect = _effects[at];
            if (effect is not Effect.Create && !_estate.Contains(effect.Target) && !IsPartOfCreation(effect))
            {
                (unseen ??= []).Add(effect.Target);
            }

            // What it does to another, or through another, is as unknown as that other.
            ResourceId? other = effect switch
            {
                Effect.Detach detach => detach.From,
                Effect.Delegate hand => hand.Principal,
                _ => null,
            };
            if (other is { } id && !_estate.Contains(id))
            {
                (unseen ??= []).Add(id);
            }
        }

        return unseen?.ToArray() ?? [];
    }

    /// <summary>Rights on something that this very request makes: they are judged as what is new, not as what was never seen.</summary>
    private bool IsPartOfCreation(Effect effect) =>
        effect is Effect.Grant && Effect.Create.IsOneOf(_effects, effect.Target);

    private (Effect, string)[] Unregulated()
    {
        List<(Effect, string)>? missing = null;
        for (var at = 0; at < _effects.Count; at++)
        {
            var effect = _effects[at];
            var node = _estate.Find(effect.Target);
            var traits =
                effect is Effect.Create create ? KindTable.Of(create.Kind)
                : node < 0 ? null
                : _estate.TraitsOf(node);
            if (effect is Effect.Unknown unknown)
            {
                (missing ??= []).Add((effect, unknown.What));
            }
            else if (effect is Effect.Delegate hand && GrantsOf(hand.Principal) > Limits.MaxDelegatedTargets)
            {
                (missing ??= []).Add((effect, $"{hand.Principal} may do more than can be followed"));
            }
            else if (traits is not null && !traits.Operations.HasFlag(effect.Operation))
            {
                (missing ??= []).Add(
                    (effect, $"the model has no transition for {effect.Operation} of a {traits.Kind}")
                );
            }
        }

        return missing?.ToArray() ?? [];
    }

    private int GrantsOf(ResourceId principal) =>
        _estate.Find(principal) is >= 0 and var node ? _estate.Tables.GrantsOfPrincipal.Of(node).Length : 0;

    private ResourceId[] Unsettled() =>
        _unknowns.Count == 0
            ? []
            :
            [
                .. Enumerable
                    .Range(0, _unknowns.Count)
                    .Select(at => _unknowns[at])
                    .SelectMany(SubjectsOf)
                    .Distinct()
                    .Take(MaxImpairments),
            ];

    private IEnumerable<ResourceId> SubjectsOf(Unknown unknown) =>
        unknown.Kind switch
        {
            UnknownKind.Works => [_estate.IdOf(unknown.Index)],
            UnknownKind.Group => [_estate.IdOf(_estate.Group(unknown.Index).From)],
            UnknownKind.Standby => [_estate.IdOf(_estate.Tables.Standbys[unknown.Index].Service)],
            UnknownKind.Copy or UnknownKind.Restore => [_estate.IdOf(_estate.Copy(unknown.Index).Holder)],
            UnknownKind.Agreement => _estate.Tables.Members.Of(unknown.Index).ToArray().Select(_estate.IdOf),
            UnknownKind.Condition => [_effects[unknown.Index].Condition!.Subject],
            _ => [],
        };

    /// <summary>What this run touched, for finding others that touch the same.</summary>
    private void NoteKeys(IReadOnlyList<Effect> effects)
    {
        for (var at = 0; at < _world.Nodes.Count; at++)
        {
            ref readonly var state = ref _world.Nodes.At(at);
            if (state.Targeted || state.Working < state.Before || state.Alive != state.AliveBefore)
            {
                _keys.Add((long)KeyKind.Node | (uint)_world.Nodes.KeyAt(at));
            }
        }

        for (var at = 0; at < _world.Groups.Count; at++)
        {
            if (_world.Groups.At(at).Supply < _world.Groups.At(at).Before)
            {
                _keys.Add((long)KeyKind.Group | (uint)_world.Groups.KeyAt(at));
            }
        }

        foreach (var change in _changes)
        {
            var kind = change.Kind switch
            {
                VariableKind.Durability => KeyKind.Asset,
                VariableKind.Headroom => KeyKind.Group,
                _ => KeyKind.Node,
            };
            _keys.Add((long)kind | (uint)change.Subject);
        }

        for (var at = 0; at < effects.Count; at++)
        {
            var effect = effects[at];
            if (effect is Effect.Attach attach && _estate.Find(attach.To) is >= 0 and var to)
            {
                _keys.Add((long)KeyKind.Node | (uint)to);
            }

            foreach (var need in effect.Undo?.Needs ?? [])
            {
                if (_estate.Find(need) is >= 0 and var needed)
                {
                    _keys.Add((long)KeyKind.Node | (uint)needed);
                }
            }
        }
    }

    private sealed record Known(
        ImpairedNode[] Impaired,
        int[] Destroyed,
        int[] Leaning,
        int[] LostCopies,
        int[] Guards,
        Irreversibility[] Irreversible,
        WayBack[] WaysBack,
        TimeSpan? OldestEvidence
    );
}
