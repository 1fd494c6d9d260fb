using System.Runtime.InteropServices;
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
    private readonly List<int> _leaning = [];
    private readonly List<int> _path = [];
    private readonly HashSet<int> _named = [];
    private readonly List<int> _copies = [];
    private readonly List<Irreversibility> _irreversible = [];
    private readonly List<WayBack> _waysBack = [];

    private WorldOutcome Outcome(int subset, bool isBound)
    {
        var changes = _changes.ToArray();
        return new WorldOutcome(subset, isBound, changes, PathsTo(changes));
    }

    /// <summary>From the touched resource to the cause of each change, both included; empty where it has none.</summary>
    private ChangePaths PathsTo(VariableChange[] changes)
    {
        var count = Math.Min(changes.Length, MaxPaths);
        _path.Clear();
        CollectionsMarshal.SetCount(_path, count);
        for (var at = 0; at < count; at++)
        {
            var start = _path.Count;
            for (var node = changes[at].Cause; node >= 0 && _path.Count - start < MaxPathLength; node = CauseOf(node))
            {
                _path.Add(node);
            }

            _path.Reverse(start, _path.Count - start);
            _path[at] = _path.Count - count;
        }

        return new ChangePaths(count, count == 0 ? [] : [.. _path]);
    }

    private int CauseOf(int node) => _world.Nodes.Find(node) is >= 0 and var at ? _world.Nodes.At(at).Cause : -1;

    /// <summary>What is read from the world as it is known, while it is there.</summary>
    private Known Describe()
    {
        _impaired.Clear();
        _destroyed.Clear();
        _guards.Clear();
        _leaning.Clear();
        for (var at = 0; at < _world.Nodes.Count; at++)
        {
            ref var state = ref _world.Nodes.At(at);
            var node = _world.Nodes.KeyAt(at);
            var fell = state.Working < state.Before;
            state.Leans = false;
            if (!state.Alive && state.AliveBefore)
            {
                _destroyed.Add(node);
            }
            else if (fell && !state.Hit)
            {
                _impaired.Add(new(node, state.Before, state.Working, state.Cause));
                _leaning.Add(node);
                state.Leans = true;
            }

            if (fell && state.IsGuard)
            {
                _guards.Add(node);
            }
        }

        AddLeaning();
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
            [.. _leaning],
            LostCopies(),
            _guards.Count == 0 ? [] : [.. _guards.Distinct()],
            [.. _irreversible],
            [.. _waysBack],
            OldestEvidence()
        );
    }

    /// <summary>The impaired, and what is also named by an effect: that somebody touches it does not free it of its needs.</summary>
    private void AddLeaning()
    {
        for (var at = 0; at < _world.Groups.Count; at++)
        {
            ref readonly var state = ref _world.Groups.At(at);
            if (state.Supply >= state.Before || state.Supply >= state.K)
            {
                continue;
            }

            ref var from = ref state.FromAt >= 0 ? ref _world.Nodes.At(state.FromAt) : ref _world.Node(state.From);
            if (from.Before > 0 && !from.Leans)
            {
                from.Leans = true;
                _leaning.Add(state.From);
            }
        }
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
            ref readonly var row = ref _estate.Node(_world.Nodes.KeyAt(at));
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
            EndedNodes = Ended(known.Destroyed),
            LeaningNodes = known.Leaning,
            LostCopies = known.LostCopies,
            GuardNodes = known.Guards,
            Footprint = Footprint.Of(_estate, _keys),
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

    /// <summary>What ends and is not named by any effect.</summary>
    private int[] Ended(int[] destroyed)
    {
        if (destroyed.Length == 0)
        {
            return [];
        }

        _named.Clear();
        for (var at = 0; at < _effects.Count; at++)
        {
            _named.Add(_estate.Find(_effects[at].Target));
        }

        return Array.FindAll(destroyed, node => !_named.Contains(node));
    }

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

    /// <summary>
    /// Rights on something that this very request makes, or that it runs as somebody: they are judged as what is new, not
    /// as what was never seen. What it may do as whom it runs is judged all the same, and that one must be in the model.
    /// </summary>
    private bool IsPartOfCreation(Effect effect) =>
        effect is Effect.Grant or Effect.Delegate && Effect.Create.IsOneOf(_effects, effect.Target);

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
    private void NoteKeys(IReadOnlyList<Effect> effects, TouchedSet keys)
    {
        keys.StartRun();
        for (var at = 0; at < _world.Nodes.Count; at++)
        {
            ref readonly var state = ref _world.Nodes.At(at);
            if (state.Targeted || state.Working < state.Before || state.Alive != state.AliveBefore)
            {
                keys.Add(KeyKind.Node, _world.Nodes.KeyAt(at));
            }
        }

        for (var at = 0; at < _world.Groups.Count; at++)
        {
            ref readonly var state = ref _world.Groups.At(at);
            if (state.Supply < state.Before)
            {
                keys.Add(KeyKind.Group, _world.Groups.KeyAt(at));
            }
        }

        foreach (ref readonly var change in CollectionsMarshal.AsSpan(_changes))
        {
            // Groups that lost headroom lost supply: they have been noted.
            if (change.Kind != VariableKind.Headroom)
            {
                var kind = change.Kind == VariableKind.Durability ? KeyKind.Asset : KeyKind.Node;
                keys.Add(kind, change.Subject);
            }
        }

        for (var at = 0; at < effects.Count; at++)
        {
            var effect = effects[at];
            if (effect is Effect.Attach attach && _estate.Find(attach.To) is >= 0 and var to)
            {
                keys.Add(KeyKind.Node, to);
            }

            foreach (var need in effect.Undo?.Needs ?? [])
            {
                if (_estate.Find(need) is >= 0 and var needed)
                {
                    keys.Add(KeyKind.Node, needed);
                }
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Known(
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
