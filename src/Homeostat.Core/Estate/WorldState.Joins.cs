using System.Runtime.InteropServices;

namespace Homeostat.Core.Estate;

/// <summary>What effects do to the relations themselves: members that leave, needs that are new, and capacity.</summary>
internal sealed partial class WorldState
{
    private readonly HashSet<(int Group, int Node)> _detached = [];
    private readonly SlotMap<bool> _detachedStandbys = new();
    private readonly SlotMap<bool> _detachedGuards = new();
    private readonly Dictionary<int, List<int>> _leaning = [];
    private int _standbysBefore;
    private int _guardRowsBefore;

    private void StartJoins()
    {
        _detached.Clear();
        _detachedStandbys.Clear();
        _detachedGuards.Clear();
        _leaning.Clear();
    }

    private void MarkJoins() => (_standbysBefore, _guardRowsBefore) = (_detachedStandbys.Count, _detachedGuards.Count);

    /// <summary>The node no longer serves the other: as a member of its groups, as its standby, as its guard.</summary>
    public void Detach(int node, int from)
    {
        var row = _estate.Node(from);
        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            if (_estate.Tables.Members.Of(group).Contains(node) && _detached.Add((group, node)))
            {
                // What its groups have been told of leaves them now; what it still loses is no loss of theirs.
                LowerSupply(group, Node(node).Supplied, node);
            }
        }

        foreach (var standby in _estate.Tables.StandbysOfMember.Of(node))
        {
            if (_estate.Tables.Standbys[standby].Service == from)
            {
                _detachedStandbys.Get(standby, out _) = true;
            }
        }

        foreach (var guard in _estate.Tables.GuardsOfGuard.Of(node))
        {
            if (_estate.Tables.Guards[guard].Guarded == from)
            {
                _detachedGuards.Get(guard, out _) = true;
            }
        }
    }

    /// <summary>Whether the standby has lost a member that no longer stands by for this service.</summary>
    public bool IsStandbyDetached(int standby, bool before) =>
        _detachedStandbys.Find(standby) is >= 0 and var at && (!before || at < _standbysBefore);

    public bool IsGuardDetached(int guardRow, bool before) =>
        _detachedGuards.Find(guardRow) is >= 0 and var at && (!before || at < _guardRowsBefore);

    /// <summary>The standbys that the request itself broke up.</summary>
    public IEnumerable<int> NewlyDetachedStandbys() =>
        Enumerable.Range(_standbysBefore, _detachedStandbys.Count - _standbysBefore).Select(_detachedStandbys.KeyAt);

    public IEnumerable<int> NewlyDetachedGuards() =>
        Enumerable.Range(_guardRowsBefore, _detachedGuards.Count - _guardRowsBefore).Select(_detachedGuards.KeyAt);

    /// <summary>From now on the node does not work without the other (-1 = something that nobody has seen).</summary>
    public void Lean(int node, int on)
    {
        if (on < 0 || WorkingOf(on) == 0)
        {
            Lower(node, 0, on);
        }

        if (on >= 0)
        {
            ref var leaning = ref CollectionsMarshal.GetValueRefOrAddDefault(_leaning, on, out _);
            (leaning ??= []).Add(node);
        }
    }

    private void LowerLeaning(int on)
    {
        if (_leaning.Count > 0 && _leaning.TryGetValue(on, out var leaning))
        {
            foreach (var node in leaning)
            {
                Lower(node, 0, on);
            }
        }
    }

    private bool IsDetached(int group, int node) => _detached.Count > 0 && _detached.Contains((group, node));

    public int CapacityOf(int node) =>
        _nodes.Find(node) is >= 0 and var at ? _nodes.At(at).Capacity : _estate.Node(node).Capacity;

    public int CapacityBefore(int node) =>
        _nodes.Find(node) is >= 0 and var at ? _nodes.At(at).CapacityBefore : _estate.Node(node).Capacity;

    /// <summary>The node has at most so many units from now on, and its groups allow the same share of fewer.</summary>
    public void LowerCapacity(int node, int units)
    {
        ref var state = ref Node(node);
        state.Capacity = Math.Min(state.Capacity, units);
        var (capacity, row) = (state.Capacity, _estate.Node(node));
        Lower(node, capacity, -1);
        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            Lower(node, _estate.Group(group).Allows(capacity, SupplyOf(group, before: false)), -1);
        }
    }

    /// <summary>Whether a new one would be as good: nothing in it is lost with it, and its whole configuration is known.</summary>
    public bool IsRebuildable(int node) =>
        !_estate.TraitsOf(node).Stateful
        && _estate.Node(node).Is(NodeFlags.ConfigurationKnown)
        && !_estate.Node(node).Is(NodeFlags.HoldsCopies);
}
