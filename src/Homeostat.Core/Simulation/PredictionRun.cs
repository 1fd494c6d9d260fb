using Homeostat.Core.Actions;
using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>The working memory of one prediction; used again by the next.</summary>
internal sealed partial class PredictionRun
{
    private readonly SimulationOptions _options;
    private readonly WorldState _world = new();
    private readonly UnknownSet _unknowns = new();
    private readonly EffectRunner _runner;
    private readonly VariableReader _reader;
    private readonly Reversibility _reversibility;
    private readonly List<VariableChange> _changes = [];
    private readonly List<VariableChange> _settled = [];
    private readonly Dictionary<(VariableKind Kind, int Subject), double> _settledAt = [];
    private readonly List<CommittedFuture> _relevant = [];
    private readonly TouchedSet _keys = new();

    private EstateSnapshot _estate = EstateSnapshot.Empty;
    private IReadOnlyList<Effect> _effects = [];
    private DateTimeOffset _now;
    private bool _anyPassing;

    public PredictionRun(SimulationOptions options)
    {
        _options = options;
        _runner = new EffectRunner(_world, _unknowns);
        _reader = new VariableReader(_world, _unknowns);
        _reversibility = new Reversibility(_world);
    }

    public Consequences Predict(
        EstateSnapshot estate,
        CommittedFutures futures,
        IReadOnlyList<Effect> effects,
        DateTimeOffset now
    )
    {
        (_estate, _effects, _now) = (estate, Durations.Of(estate, effects), now);
        _anyPassing = false;
        for (var at = 0; at < _effects.Count; at++)
        {
            _anyPassing |= _effects[at].Duration is not null;
        }

        _unknowns.Clear();
        _relevant.Clear();
        _keys.Clear();
        _reversibility.Clear();

        var others = futures.In(estate);
        RefreshFootprints(others);

        // 1. As the estate is known, with nothing that others may still do.
        RunWorld(subset: 0, futuresAreOurs: false, unknownsAreOurs: false);
        var asKnown = Outcome(subset: 0, isBound: false);
        NoteKeys(_effects, _keys);

        // 2. What is described: the same, but what the request leaves open turns out badly.
        var known = DescribeAtWorst();

        // 3. What else matters: unknowns met in the worst world, and futures that touch the same things.
        Explore(others);

        // 4. Every subset of those futures, in every world that the unknowns allow.
        return Assemble(_relevant.Count == 0 ? known : WithFutures(known), RunAll(others, asKnown));
    }

    private Known DescribeAtWorst()
    {
        if (!_unknowns.HasRequestUnknowns)
        {
            return Describe();
        }

        _unknowns.RequestIsBad = true;
        RunWorld(subset: 0, futuresAreOurs: false, unknownsAreOurs: false);
        NoteKeys(_effects, _keys);
        var known = Describe();
        _unknowns.RequestIsBad = false;
        return known;
    }

    /// <summary>
    /// A way back must hold whatever others still do, and who leans on what is lost, or guards it, may do so only because
    /// others take the rest away: all that is judged again after all of it.
    /// </summary>
    private Known WithFutures(Known known)
    {
        _unknowns.RequestIsBad = true;
        RunWorld(int.MaxValue, futuresAreOurs: false, unknownsAreOurs: false);
        _reversibility.Clear();
        var after = Describe();
        var later = after.Irreversible.ExceptBy(
            known.Irreversible.Select(loss => (loss.Effect, loss.Subject)),
            loss => (loss.Effect, loss.Subject)
        );
        _unknowns.RequestIsBad = false;
        Irreversibility[] irreversible = [.. known.Irreversible, .. later];
        var lost = irreversible.Select(loss => loss.Effect).ToHashSet();
        return known with
        {
            Irreversible = irreversible,
            Leaning = [.. known.Leaning.Union(after.Leaning)],
            Guards = [.. known.Guards.Union(after.Guards)],
            WaysBack = [.. known.WaysBack.Where(way => !lost.Contains(way.Effect))],
        };
    }

    /// <summary>Widens the set of unknowns and of relevant futures until neither grows.</summary>
    private void Explore(IReadOnlyList<CommittedFuture> futures)
    {
        while (true)
        {
            var unknowns = _unknowns.Count;
            var relevant = _relevant.Count;
            AddRelevant(futures);
            if (unknowns > 0 || _relevant.Count > 0)
            {
                _unknowns.All = true;
                RunWorld(int.MaxValue, futuresAreOurs: false, unknownsAreOurs: false);
                NoteKeys(_effects, _keys);
                _unknowns.All = null;
            }

            if (_unknowns.Count == unknowns && _relevant.Count == relevant)
            {
                return;
            }
        }
    }

    /// <summary>Worlds may show unknowns and futures that no world before them showed: then all are run again.</summary>
    private List<WorldOutcome> RunAll(IReadOnlyList<CommittedFuture> futures, WorldOutcome asKnown)
    {
        if (_unknowns.Count == 0 && _relevant.Count == 0)
        {
            return [asKnown];
        }

        while (true)
        {
            var (unknowns, relevant) = (_unknowns.Count, _relevant.Count);
            var outcomes = RunAll();
            AddRelevant(futures);
            if (_unknowns.Count == unknowns && _relevant.Count == relevant)
            {
                return outcomes;
            }
        }
    }

    private List<WorldOutcome> RunAll()
    {
        var outcomes = new List<WorldOutcome>();
        var enumerate = _relevant.Count <= Limits.MaxEnumeratedFutures;
        var subsets = enumerate ? 1 << _relevant.Count : 1;
        for (var subset = 0; subset < subsets; subset++)
        {
            RunWorlds(subset, futuresAreOurs: false, outcomes);
        }

        if (!enumerate)
        {
            // Too many to try each subset: all of them together, and a bound that charges them to this request.
            RunWorlds(int.MaxValue, futuresAreOurs: false, outcomes);
            RunWorlds(int.MaxValue, futuresAreOurs: true, outcomes);
        }

        return outcomes;
    }

    private void RunWorlds(int subset, bool futuresAreOurs, List<WorldOutcome> outcomes)
    {
        var judgedAs = futuresAreOurs ? -1 : subset;
        var budget = Limits.MaxEnumeratedUnknowns - Math.Min(_relevant.Count, Limits.MaxEnumeratedFutures);
        var unknowns = _unknowns.Count;
        if (unknowns <= Math.Max(1, budget))
        {
            for (var world = 0UL; world < 1UL << unknowns; world++)
            {
                _unknowns.World = world;
                RunWorld(subset, futuresAreOurs, unknownsAreOurs: false);
                NoteKeys(_effects, _keys);
                outcomes.Add(Outcome(judgedAs, isBound: false));
            }

            return;
        }

        foreach (var allBad in (bool[])[false, true])
        {
            _unknowns.All = allBad;
            RunWorld(subset, futuresAreOurs, unknownsAreOurs: false);
            outcomes.Add(Outcome(judgedAs, isBound: false));
        }

        // Doing nothing with every unknown at its best, against acting with every unknown at its worst.
        RunWorld(subset, futuresAreOurs, unknownsAreOurs: true);
        NoteKeys(_effects, _keys);
        outcomes.Add(Outcome(judgedAs, isBound: true));
        _unknowns.All = null;
    }

    private void RunWorld(int subset, bool futuresAreOurs, bool unknownsAreOurs)
    {
        if (_anyPassing)
        {
            RunOnce(subset, futuresAreOurs, unknownsAreOurs, lastingOnly: true);
            _settled.Clear();
            _settled.AddRange(_changes);
        }

        RunOnce(subset, futuresAreOurs, unknownsAreOurs, lastingOnly: false);
        if (_anyPassing)
        {
            MarkSettled();
        }
    }

    private void RunOnce(int subset, bool futuresAreOurs, bool unknownsAreOurs, bool lastingOnly)
    {
        _world.Start(_estate);
        var before = _unknowns.All;
        _unknowns.All = unknownsAreOurs ? false : before;
        ApplyUnknowns();
        if (!futuresAreOurs)
        {
            RunFutures(subset);
        }

        _world.MarkInaction();
        if (unknownsAreOurs)
        {
            _unknowns.All = true;
            ApplyUnknowns();
        }

        if (futuresAreOurs)
        {
            RunFutures(subset);
        }

        _runner.Run(_effects, lastingOnly, _now);
        _changes.Clear();
        _unknowns.AreOurs = unknownsAreOurs;
        _reader.Read(_now, _options.StoppedStandby, _changes);
        _unknowns.AreOurs = false;
        _unknowns.All = before;
    }

    private void RunFutures(int subset)
    {
        for (var at = 0; at < _relevant.Count; at++)
        {
            if (subset == int.MaxValue || ((subset >> Math.Min(at, 30)) & 1) != 0)
            {
                _runner.RunFuture(_relevant[at].Effects, _now);
            }
        }
    }

    /// <summary>Makes the past of this world: what nobody knows turns out as the world says.</summary>
    private void ApplyUnknowns()
    {
        for (var at = 0; at < _unknowns.Count; at++)
        {
            var unknown = _unknowns[at];
            var isBad = _unknowns.IsBad(at);
            switch (unknown.Kind)
            {
                case UnknownKind.Works when isBad:
                    Fail(unknown.Index);
                    break;
                case UnknownKind.Works
                    when _world.IsStopped(unknown.Index, before: false) && _estate.Node(unknown.Index).IsAlive:
                    _world.Raise(unknown.Index);
                    break;
                case UnknownKind.Group when isBad:
                    var spare = _world.SupplyOf(unknown.Index, before: false) - _estate.Group(unknown.Index).K;
                    _world.LowerSupply(unknown.Index, Math.Max(0, spare), -1);
                    break;
            }
        }

        _world.Spread();
    }

    private void Fail(int node)
    {
        // Where even its existence is past its shelf life it may be gone, with the copies it held.
        if (!_estate.IsKnown(_estate.Node(node).Existence, _now))
        {
            _world.LoseCopiesOf(node, node);
        }

        _world.Stop(node, -1);
    }

    private void MarkSettled()
    {
        _settledAt.Clear();
        foreach (var settled in _settled)
        {
            _settledAt[(settled.Kind, settled.Subject)] = settled.After;
        }

        for (var at = 0; at < _changes.Count; at++)
        {
            var change = _changes[at];
            var after = _settledAt.GetValueOrDefault((change.Kind, change.Subject), change.Before);
            _changes[at] = change with { Settled = after };
        }
    }
}
