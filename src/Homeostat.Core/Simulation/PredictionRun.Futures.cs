using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

internal sealed partial class PredictionRun
{
    /// <summary>Decisions of one moment need the same footprints: one computes them and the others wait, instead of all computing.</summary>
    private static readonly Lock Refreshing = new();

    private readonly List<Footprint> _footprints = [];
    private readonly HashSet<int> _isRelevant = [];
    private readonly List<TouchedSet> _touched = [];
    private readonly DisjointSets _meeting = new();
    private readonly Dictionary<long, int> _firstWith = [];
    private readonly List<int> _members = [];
    private PredictionRun? _alone;

    /// <summary>Adds the futures that touch what this request touches, and those that touch what they touch.</summary>
    private void AddRelevant(IReadOnlyList<CommittedFuture> futures)
    {
        for (var grew = futures.Count > 0; grew; )
        {
            grew = false;
            for (var at = 0; at < futures.Count; at++)
            {
                if (_footprints[at].Meets(_keys) && _isRelevant.Add(at))
                {
                    _relevant.Add(futures[at]);
                    _keys.UnionWith(_footprints[at].Keys);
                    grew = true;
                }
            }
        }
    }

    /// <summary>
    /// What each future touches in this very snapshot: what was known of it in another does not hold once a state, a
    /// member or the age of evidence has changed.
    /// </summary>
    private void RefreshFootprints(IReadOnlyList<CommittedFuture> futures)
    {
        _isRelevant.Clear();
        if (ReadFootprints(futures))
        {
            return;
        }

        lock (Refreshing)
        {
            if (!ReadFootprints(futures))
            {
                Refresh(futures);
            }
        }
    }

    /// <summary>Whether all are of this snapshot.</summary>
    private bool ReadFootprints(IReadOnlyList<CommittedFuture> futures)
    {
        _footprints.Clear();
        var areCurrent = true;
        for (var at = 0; at < futures.Count; at++)
        {
            // Another decision may be writing its own snapshot's at this moment: read once, keep what was read.
            var footprint = futures[at].Footprint;
            areCurrent &= footprint?.IsOf(_estate) == true;
            _footprints.Add(footprint ?? Footprint.Nothing);
        }

        return areCurrent;
    }

    /// <summary>
    /// What each touches by itself, and on top of those before it that touch the same: two that are harmless apart may bring
    /// down together what a third leans on. Futures that have no key in common do not interfere, so each group of those that
    /// have is run apart from the others; what a group touches together may join it to another, and then they run again.
    /// </summary>
    private void Refresh(IReadOnlyList<CommittedFuture> futures)
    {
        for (var at = 0; at < futures.Count; at++)
        {
            StartTouched(at);
            if (_footprints[at].IsOf(_estate))
            {
                _touched[at].UnionWith(_footprints[at].Keys);
            }
            else
            {
                NoteAlone(at, futures);
            }
        }

        _meeting.Start(futures.Count);
        while (Join(futures.Count))
        {
            foreach (var group in _meeting.TakeGrown())
            {
                NoteTogether(group, futures);
            }
        }

        for (var at = 0; at < futures.Count; at++)
        {
            if (!_footprints[at].IsOf(_estate) || _touched[at].Keys.Length > _footprints[at].Keys.Length)
            {
                _footprints[at] = futures[at].Footprint = Footprint.Of(_estate, _touched[at]);
            }
        }
    }

    private void StartTouched(int at)
    {
        if (at == _touched.Count)
        {
            _touched.Add(new TouchedSet());
        }

        _touched[at].Clear();
    }

    private void NoteAlone(int at, IReadOnlyList<CommittedFuture> futures)
    {
        _members.Clear();
        _members.Add(at);
        NoteTogether(_members, futures);
        _alone ??= new PredictionRun(_options);
        var alone = _alone.Predict(_estate, CommittedFutures.None, futures[at].Effects, _now).Footprint;
        _touched[at].UnionWith(alone.Keys);
    }

    /// <summary>Joins futures that have a key in common; false where none were joined that were apart.</summary>
    private bool Join(int count)
    {
        _firstWith.Clear();
        var joined = false;
        for (var at = 0; at < count; at++)
        {
            foreach (var key in _touched[at].Keys)
            {
                joined |= !_firstWith.TryAdd(key, at) && _meeting.Join(_firstWith[key], at);
            }
        }

        return joined;
    }

    /// <summary>What each touches on top of those before it, with every unknown at its best and at its worst.</summary>
    private void NoteTogether(IReadOnlyList<int> members, IReadOnlyList<CommittedFuture> futures)
    {
        foreach (var allBad in (bool[])[false, true])
        {
            _world.Start(_estate);
            _unknowns.All = allBad;
            ApplyUnknowns();
            for (var at = 0; at < members.Count; at++)
            {
                var effects = futures[members[at]].Effects;
                _world.MarkInaction();
                _runner.RunFuture(effects, _now);
                _changes.Clear();
                _reader.Read(_now, _options.StoppedStandby, _changes);
                NoteKeys(effects, _touched[members[at]]);
            }
        }

        _unknowns.Clear();
    }
}
