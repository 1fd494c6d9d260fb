using System.Runtime.InteropServices;

namespace Homeostat.Core.Estate;

/// <summary>What effects do to the relations themselves: members that leave, needs that are new, capacity and reach.</summary>
internal sealed partial class WorldState
{
    private readonly HashSet<(int Group, int Node)> _detached = [];
    private readonly SlotMap<bool> _detachedStandbys = new();
    private readonly SlotMap<bool> _detachedGuards = new();
    private readonly Dictionary<int, List<int>> _leaning = [];
    private readonly Dictionary<int, Dictionary<(string By, Privilege What), Reach>> _reach = [];
    private int _standbysBefore;
    private int _guardRowsBefore;

    /// <summary>How many principals came to reach a resource under one name.</summary>
    [StructLayout(LayoutKind.Auto)]
    private record struct Reach(int Before, int Now);

    private void StartJoins()
    {
        _detached.Clear();
        _detachedStandbys.Clear();
        _detachedGuards.Clear();
        _leaning.Clear();
        _reach.Clear();
    }

    private void MarkJoins()
    {
        (_standbysBefore, _guardRowsBefore) = (_detachedStandbys.Count, _detachedGuards.Count);
        foreach (var reaches in _reach.Values)
        {
            foreach (var (key, reach) in reaches)
            {
                reaches[key] = reach with { Before = reach.Now };
            }
        }
    }

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
    public ReadOnlySpan<int> NewlyDetachedStandbys() => _detachedStandbys.KeysFrom(_standbysBefore);

    public ReadOnlySpan<int> NewlyDetachedGuards() => _detachedGuards.KeysFrom(_guardRowsBefore);

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

    /// <summary>So many principals come to reach the node under this name; the same name again is the same principals.</summary>
    public void Expose(int node, string by, Privilege what, int principals)
    {
        ref var reaches = ref CollectionsMarshal.GetValueRefOrAddDefault(_reach, node, out _);
        reaches ??= [];
        ref var reach = ref CollectionsMarshal.GetValueRefOrAddDefault(reaches, (by, what), out _);
        reach.Now = Math.Max(reach.Now, principals);
    }

    public bool HasReaches => _reach.Count > 0;

    /// <summary>How many a principal stands for: a group for its members, anybody else for itself.</summary>
    public int PrincipalsIn(int principal) =>
        principal < 0 ? 1 : Math.Max(1, _estate.Tables.ContentsOf.Of(principal).Length);

    /// <summary>Resources that the request exposes to more principals, or to more of what they may do.</summary>
    public IEnumerable<int> Exposed() =>
        _reach.Where(row => row.Value.Values.Any(reach => reach.Now > reach.Before)).Select(row => row.Key);

    /// <summary>
    /// How far the node is open, directly and through what contains it. Each name counts with the most that it may do:
    /// its principals once for reading, twice for writing, three times for deleting, four times for administering.
    /// </summary>
    public (long Before, long Now) ExposureOf(int node)
    {
        var extents = new Dictionary<string, (long Before, long Now)>(StringComparer.Ordinal);
        var seen = new HashSet<int> { node };
        var search = new Stack<int>([node]);
        while (search.TryPop(out var at))
        {
            foreach (var row in _estate.Tables.GrantsOnTarget.Of(at))
            {
                var grant = _estate.Tables.Grants[row];
                long extent = PrincipalsIn(grant.Principal) * StepOf(grant.Privilege);
                Widen(_estate.IdOf(grant.Principal).Value, extent, extent);
            }

            foreach (var (key, reach) in _reach.GetValueOrDefault(at) ?? [])
            {
                Widen(key.By, reach.Before * StepOf(key.What), reach.Now * StepOf(key.What));
            }

            foreach (var row in _estate.Tables.ParentsOf.Of(at))
            {
                if (!_estate.Tables.Existences[row].ByKey && seen.Add(_estate.Tables.Existences[row].Parent))
                {
                    search.Push(_estate.Tables.Existences[row].Parent);
                }
            }
        }

        return (extents.Values.Sum(extent => extent.Before), extents.Values.Sum(extent => extent.Now));

        void Widen(string by, long before, long now)
        {
            var known = extents.GetValueOrDefault(by);
            extents[by] = (Math.Max(known.Before, before), Math.Max(known.Now, now));
        }
    }

    private static long StepOf(Privilege privilege) => (int)privilege + 1;

    /// <summary>Whether a new one would be as good: nothing in it is lost with it, and its whole configuration is known.</summary>
    public bool IsRebuildable(int node) =>
        !_estate.TraitsOf(node).Stateful
        && _estate.Node(node).Is(NodeFlags.ConfigurationKnown)
        && !_estate.Node(node).Is(NodeFlags.HoldsCopies);
}
