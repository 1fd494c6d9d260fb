namespace Homeostat.Core.Estate;

/// <summary>
/// Makes the next snapshot from one whose arrays stay as they are: new values stand in a delta in front of them, and what
/// follows from them is brought up to date in their neighbourhood only.
/// </summary>
internal sealed class DeltaWriter(EstateSnapshot before)
{
    /// <summary>Resources whose support is dated again; beyond it the old, earlier date stays, which only widens uncertainty.</summary>
    private const int MaxRedated = 100_000;

    private readonly EstateDelta _delta = new(before.Delta);
    private readonly EstateTables _tables = before.Tables;
    private readonly Dictionary<Provenance, int> _provenances = [];
    private int _newlyStrained;

    public EstateSnapshot Write(IReadOnlyList<EstateChange.Upsert> changes)
    {
        var world = new WorldState();
        world.Start(before);
        foreach (var change in changes)
        {
            Write(change, world);
        }

        world.Spread();
        KeepWorking(world);
        Redate(changes);
        _delta.StrainedServices = before.StrainedServices + _newlyStrained;
        return new EstateSnapshot(_tables, before.Version + 1, _delta);
    }

    private void Write(EstateChange.Upsert change, WorldState world)
    {
        var node = before.Find(change.Resource.Id);
        ref var row = ref _delta.Nodes.Edit(_tables.Nodes, node);
        var wasStopped = row.State == RunState.Stopped;
        row.State = change.Resource.State;
        row.Existence = Intern(change.Resource.Existence);
        row.StateSeen = Intern(change.Resource.StateSeen ?? change.Resource.Existence);
        _delta.Facts[node] = [.. change.Resource.Facts];
        if (row.State == RunState.Stopped && !wasStopped)
        {
            world.Stop(node, -1);
        }
        else if (row.State != RunState.Stopped && wasStopped)
        {
            world.Raise(node);
        }

        foreach (var relation in change.Relations)
        {
            Write(relation, change.Resource.Existence);
        }
    }

    private void Write(Relation relation, Provenance recordSeen)
    {
        var seen = Intern(relation.Seen ?? recordSeen);
        switch (relation)
        {
            case Relation.Needs needs:
                WriteSeen(needs, seen);
                break;
            case Relation.CopyOf copy:
                WriteCopy(copy, seen);
                break;
        }
    }

    private void WriteSeen(Relation.Needs needs, int seen)
    {
        var from = before.Node(before.Find(needs.From));
        for (var group = from.FirstGroup; group < from.FirstGroup + from.GroupCount; group++)
        {
            if (_tables.Strings[_tables.Groups[group].Name] == needs.Group)
            {
                _delta.Groups.Edit(_tables.Groups, group).Seen = seen;
            }
        }
    }

    private void WriteCopy(Relation.CopyOf copy, int seen)
    {
        foreach (var at in _tables.CopiesOfHolder.Of(before.Find(copy.Holder)))
        {
            if (_tables.AssetIds[_tables.Copies[at].Asset] != copy.Asset.Value || _tables.Copies[at].Role != copy.Role)
            {
                continue;
            }

            ref var row = ref _delta.Copies.Edit(_tables.Copies, at);
            row.Seen = seen;
            row.AgeTicks = copy.RecoveryPoint?.Age.Ticks ?? -1;
            row.AgeSeen = Intern(copy.RecoveryPoint?.Provenance ?? default);
            row.RestoreTestedTicks = copy.RestoreTestedAt?.UtcTicks ?? 0;
        }
    }

    private void KeepWorking(WorldState world)
    {
        for (var at = 0; at < world.Nodes.Count; at++)
        {
            ref var row = ref _delta.Nodes.Edit(_tables.Nodes, world.Nodes.KeyAt(at));
            var wasStrained = row.Working < row.Capacity;
            row.Working = world.Nodes.At(at).Working;
            if (row.Is(NodeFlags.IsService))
            {
                _newlyStrained += (row.Working < row.Capacity ? 1 : 0) - (wasStrained ? 1 : 0);
            }
        }

        for (var at = 0; at < world.Groups.Count; at++)
        {
            _delta.Groups.Edit(_tables.Groups, world.Groups.KeyAt(at)).Supply = world.Groups.At(at).Supply;
        }
    }

    /// <summary>Newer evidence of one resource is newer evidence of the support of all that need it.</summary>
    private void Redate(IReadOnlyList<EstateChange.Upsert> changes)
    {
        var snapshot = new EstateSnapshot(_tables, before.Version + 1, _delta);
        var search = new Queue<int>();
        foreach (var change in changes)
        {
            var node = before.Find(change.Resource.Id);
            ref var row = ref _delta.Nodes.Edit(_tables.Nodes, node);
            row.WorksUntil = Derivation.EvidenceOf(snapshot, row);
            search.Enqueue(node);
            foreach (var needs in change.Relations.OfType<Relation.Needs>())
            {
                search.Enqueue(before.Find(needs.From));
            }
        }

        for (var dated = 0; dated < MaxRedated && search.TryDequeue(out var node); dated++)
        {
            var until = SupportOf(snapshot, node);
            ref var row = ref _delta.Nodes.Edit(_tables.Nodes, node);
            if (until == row.SupportUntil)
            {
                continue;
            }

            row.SupportUntil = until;
            foreach (var group in _tables.MemberOf.Of(node))
            {
                search.Enqueue(_tables.Groups[group].From);
            }
        }
    }

    private uint SupportOf(EstateSnapshot snapshot, int node)
    {
        var row = snapshot.Node(node);
        var until = row.WorksUntil;
        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            until = Math.Min(until, Derivation.EvidenceOf(snapshot, snapshot.Group(group)));
            foreach (var member in _tables.Members.Of(group))
            {
                until = Math.Min(until, snapshot.Node(member).SupportUntil);
            }
        }

        return until;
    }

    private int Intern(Provenance provenance)
    {
        if (!_provenances.TryGetValue(provenance, out var index))
        {
            index = _tables.Provenances.Length + _delta.Provenances.Count;
            _delta.Provenances.Add(provenance);
            _provenances.Add(provenance, index);
        }

        return index;
    }
}
