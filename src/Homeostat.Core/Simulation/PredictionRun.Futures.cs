namespace Homeostat.Core.Simulation;

internal sealed partial class PredictionRun
{
    private readonly List<Footprint> _footprints = [];
    private readonly HashSet<int> _isRelevant = [];
    private PredictionRun? _alone;

    /// <summary>Adds the futures that touch what this request touches, and those that touch what they touch.</summary>
    private void AddRelevant(CommittedFutures futures)
    {
        for (var grew = futures.All.Count > 0; grew; )
        {
            grew = false;
            for (var at = 0; at < futures.All.Count; at++)
            {
                if (!_isRelevant.Contains(at) && _footprints[at].Meets(_keys))
                {
                    _isRelevant.Add(at);
                    _relevant.Add(futures.All[at]);
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
    private void RefreshFootprints(CommittedFutures futures)
    {
        _footprints.Clear();
        _isRelevant.Clear();
        var areCurrent = true;
        foreach (var future in futures.All)
        {
            // Another decision may be writing its own snapshot's at this moment: read once, keep what was read.
            var footprint = future.Footprint;
            areCurrent &= footprint?.IsOf(_estate) == true;
            _footprints.Add(footprint ?? Footprint.Nothing);
        }

        if (areCurrent)
        {
            return;
        }

        var together = KeysTogether(futures);
        for (var at = 0; at < futures.All.Count; at++)
        {
            if (!_footprints[at].IsOf(_estate))
            {
                _alone ??= new PredictionRun(_options);
                var alone = _alone.Predict(_estate, CommittedFutures.None, futures.All[at].Effects, _now).Footprint;
                together[at].UnionWith(alone.Keys);
                _footprints[at] = futures.All[at].Footprint = Footprint.Of(_estate, together[at]);
            }
        }
    }

    /// <summary>
    /// What each touches on top of those before it, with every unknown at its best and at its worst: two that are harmless
    /// apart may bring down together what a third leans on.
    /// </summary>
    private TouchedSet[] KeysTogether(CommittedFutures futures)
    {
        var keys = futures.All.Select(_ => new TouchedSet()).ToArray();
        foreach (var allBad in (bool[])[false, true])
        {
            _world.Start(_estate);
            _unknowns.All = allBad;
            ApplyUnknowns();
            for (var at = 0; at < keys.Length; at++)
            {
                _world.MarkInaction();
                _runner.RunFuture(futures.All[at].Effects, _now);
                _changes.Clear();
                _reader.Read(_now, _options.StoppedStandby, _changes);
                NoteKeys(futures.All[at].Effects, keys[at]);
            }
        }

        _unknowns.Clear();
        return keys;
    }
}
