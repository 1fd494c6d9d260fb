namespace Homeostat.Core.Estate;

internal record struct NodeState
{
    /// <summary>Units at the moment of comparison (doing nothing) and now.</summary>
    public int Before;
    public int Working;

    /// <summary>Units that the groups it is a member of have been told of.</summary>
    public int Supplied;

    /// <summary>Units it has when whole; an effect may lower them.</summary>
    public int Capacity;
    public int CapacityBefore;

    /// <summary>The resource whose loss brought it down; -1 = an effect did.</summary>
    public int Cause;
    public bool AliveBefore;
    public bool Alive;

    /// <summary>Stopped by its state or by an effect, not for want of something it needs.</summary>
    public bool Stopped;
    public bool StoppedBefore;
    public bool Queued;

    /// <summary>An effect of the request names it.</summary>
    public bool Targeted;

    /// <summary>And takes away from its own work, not only from that of others.</summary>
    public bool Hit;

    public bool IsGuard;

    /// <summary>It counts among those that lean on what is lost; for whoever describes this world.</summary>
    public bool Leans;

    public static NodeState Of(in NodeRow row) =>
        new()
        {
            Before = row.Working,
            Working = row.Working,
            Supplied = row.Working,
            Capacity = row.Capacity,
            CapacityBefore = row.Capacity,
            Alive = row.IsAlive,
            AliveBefore = row.IsAlive,
            Stopped = row.State == RunState.Stopped,
            StoppedBefore = row.State == RunState.Stopped,
            IsGuard = row.Is(NodeFlags.IsGuard),
            Cause = -1,
        };
}

internal record struct GroupState
{
    public int Before;
    public int Supply;
    public int Cause;

    /// <summary>Who needs it, and how many units.</summary>
    public int From;
    public int K;

    /// <summary>The position of <see cref="From"/> in this world's nodes, once it has been weighed; -1 = not yet.</summary>
    public int FromAt;

    public static GroupState Of(in GroupRow row) =>
        new()
        {
            Before = row.Supply,
            Supply = row.Supply,
            Cause = -1,
            From = row.From,
            K = row.K,
            FromAt = -1,
        };
}

internal record struct CopyState
{
    public bool LostBefore;
    public bool Lost;
    public int Cause;
}

/// <summary>
/// The estate in one world, as differences from the snapshot: an overlay, never a copy. Taking away spreads to the
/// greatest fixpoint; the result does not depend on the order, and cycles terminate because units only fall.
/// </summary>
internal sealed partial class WorldState
{
    private readonly SlotMap<NodeState> _nodes = new();
    private readonly SlotMap<GroupState> _groups = new();
    private readonly SlotMap<CopyState> _copies = new();
    private readonly SlotMap<bool> _disabledGuards = new();
    private readonly SlotMap<bool> _promoted = new();
    private readonly Stack<(int Node, int Cause)> _doomed = new();

    /// <summary>Positions in <see cref="_nodes"/> of what fell and has not told its groups yet.</summary>
    private readonly Queue<int> _queue = new();

    private EstateSnapshot _estate = EstateSnapshot.Empty;
    private readonly Dictionary<(int Node, string Key), FactValue> _facts = [];
    private int _guardsBefore;
    private int _promotedBefore;

    public SlotMap<NodeState> Nodes => _nodes;
    public SlotMap<GroupState> Groups => _groups;
    public SlotMap<CopyState> Copies => _copies;

    public EstateSnapshot Estate => _estate;

    public void Start(EstateSnapshot estate)
    {
        _estate = estate;
        _nodes.Clear();
        _groups.Clear();
        _copies.Clear();
        _disabledGuards.Clear();
        _promoted.Clear();
        _facts.Clear();
        _queue.Clear();
        StartJoins();
    }

    /// <summary>What is now is what would be without the request.</summary>
    public void MarkInaction()
    {
        for (var at = 0; at < _nodes.Count; at++)
        {
            ref var state = ref _nodes.At(at);
            (state.Before, state.AliveBefore, state.StoppedBefore) = (state.Working, state.Alive, state.Stopped);
            (state.CapacityBefore, state.Targeted, state.Hit) = (state.Capacity, false, false);
        }

        for (var at = 0; at < _groups.Count; at++)
        {
            _groups.At(at).Before = _groups.At(at).Supply;
        }

        for (var at = 0; at < _copies.Count; at++)
        {
            _copies.At(at).LostBefore = _copies.At(at).Lost;
        }

        _guardsBefore = _disabledGuards.Count;
        _promotedBefore = _promoted.Count;
        MarkJoins();
    }

    public void SetFact(int node, string key, FactValue value) => _facts[(node, key)] = value;

    public FactValue? ChangedFact(int node, string key) =>
        _facts.TryGetValue((node, key), out var value) ? value : null;

    public ref NodeState Node(int node) => ref _nodes.At(PositionOf(node));

    /// <summary>The node's state, without an entry for what nothing has touched.</summary>
    public NodeState Peek(int node) =>
        _nodes.Find(node) is >= 0 and var at ? _nodes.At(at) : NodeState.Of(_estate.Node(node));

    public GroupState PeekGroup(int group) =>
        _groups.Find(group) is >= 0 and var at ? _groups.At(at) : GroupState.Of(_estate.Group(group));

    /// <summary>The state of whoever needs the group.</summary>
    public NodeState PeekFrom(in GroupState group) => group.FromAt >= 0 ? _nodes.At(group.FromAt) : Peek(group.From);

    private int PositionOf(int node)
    {
        var at = _nodes.PositionOf(node, out var isNew);
        if (isNew)
        {
            _nodes.At(at) = NodeState.Of(_estate.Node(node));
        }

        return at;
    }

    public int WorkingOf(int node) =>
        _nodes.Find(node) is >= 0 and var at ? _nodes.At(at).Working : _estate.Node(node).Working;

    public int WorkingBefore(int node) =>
        _nodes.Find(node) is >= 0 and var at ? _nodes.At(at).Before : _estate.Node(node).Working;

    public bool IsAlive(int node) =>
        _nodes.Find(node) is >= 0 and var at ? _nodes.At(at).Alive : _estate.Node(node).IsAlive;

    public bool WasAlive(int node) =>
        _nodes.Find(node) is >= 0 and var at ? _nodes.At(at).AliveBefore : _estate.Node(node).IsAlive;

    public bool IsStopped(int node, bool before)
    {
        var at = _nodes.Find(node);
        return at < 0 ? _estate.Node(node).State == RunState.Stopped
            : before ? _nodes.At(at).StoppedBefore
            : _nodes.At(at).Stopped;
    }

    public int SupplyOf(int group, bool before)
    {
        var at = _groups.Find(group);
        return at < 0 ? _estate.Group(group).Supply
            : before ? _groups.At(at).Before
            : _groups.At(at).Supply;
    }

    public bool IsLost(int copy, bool before)
    {
        var at = _copies.Find(copy);
        return at >= 0 && (before ? _copies.At(at).LostBefore : _copies.At(at).Lost);
    }

    /// <summary>Whether the guard has been switched off: at first by the past, later also by the request.</summary>
    public bool IsDisabled(int guard, bool before) =>
        _disabledGuards.Find(guard) is >= 0 and var at && (!before || at < _guardsBefore);

    /// <summary>Whether it has become a primary, and so stands by for nobody any more.</summary>
    public bool IsPromoted(int node, bool before) =>
        _promoted.Find(node) is >= 0 and var at && (!before || at < _promotedBefore);

    public void Promote(int node)
    {
        Node(node);
        _promoted.Get(node, out _) = true;
    }

    /// <summary>The guards that were switched off by the request itself.</summary>
    public ReadOnlySpan<int> NewlyDisabled() => _disabledGuards.KeysFrom(_guardsBefore);

    public void Disable(int guard) => _disabledGuards.Get(guard, out _) = true;

    /// <summary>Takes units away; never gives any.</summary>
    public void Lower(int node, int to, int cause) => LowerAt(PositionOf(node), to, cause);

    private void LowerAt(int at, int to, int cause)
    {
        ref var state = ref _nodes.At(at);
        if (to >= state.Working)
        {
            return;
        }

        state.Working = to;
        state.Cause = cause;
        if (!state.Queued)
        {
            state.Queued = true;
            _queue.Enqueue(at);
        }
    }

    /// <summary>Takes supply away from a group without any member falling (a member that leaves).</summary>
    public void LowerSupply(int group, int by, int cause)
    {
        ref var state = ref Group(group);
        state.Supply -= by;
        state.Cause = cause;
        Weigh(ref state, cause);
    }

    /// <summary>Spreads what fell to everything that needs it, until nothing falls any more.</summary>
    public void Spread()
    {
        while (_queue.TryDequeue(out var at))
        {
            var node = _nodes.KeyAt(at);
            ref var state = ref _nodes.At(at);
            state.Queued = false;
            var lost = state.Supplied - state.Working;
            state.Supplied = state.Working;
            if (state.Working == 0)
            {
                LowerLeaning(node);
            }

            foreach (var group in _estate.Tables.MemberOf.Of(node))
            {
                if (IsDetached(group, node))
                {
                    continue;
                }

                ref var supply = ref Group(group);
                supply.Supply -= lost;
                supply.Cause = node;
                Weigh(ref supply, node);
            }
        }
    }

    public ref GroupState Group(int group)
    {
        ref var state = ref _groups.Get(group, out var isNew);
        if (isNew)
        {
            state = GroupState.Of(_estate.Group(group));
        }

        return ref state;
    }

    /// <summary>
    /// Takes stopped resources for running (the good end of an old "stopped"): everything that may rise with them is set
    /// to its most, and what lacks supply comes down again to the greatest fixpoint.
    /// </summary>
    public void Raise(int node)
    {
        var region = new List<int> { node };
        var seen = new HashSet<int> { node };
        Node(node).Stopped = false;
        for (var at = 0; at < region.Count; at++)
        {
            foreach (var group in _estate.Tables.MemberOf.Of(region[at]))
            {
                var from = _estate.Group(group).From;
                if (
                    WorkingOf(from) < CapacityOf(from)
                    && IsAlive(from)
                    && !IsStopped(from, before: false)
                    && seen.Add(from)
                )
                {
                    region.Add(from);
                }
            }
        }

        foreach (var raised in region)
        {
            ref var state = ref Node(raised);
            state.Working = state.Capacity;
            foreach (var group in _estate.Tables.MemberOf.Of(raised))
            {
                Group(group).Supply += state.Working - state.Supplied;
            }

            Node(raised).Supplied = state.Working;
        }

        foreach (var raised in region)
        {
            var row = _estate.Node(raised);
            for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
            {
                var state = PeekGroup(group);
                Weigh(ref state, -1);
            }
        }

        Spread();
    }

    private void Weigh(ref GroupState group, int cause)
    {
        if (group.Supply >= group.K)
        {
            return;
        }

        if (group.FromAt < 0)
        {
            group.FromAt = PositionOf(group.From);
        }

        LowerAt(group.FromAt, GroupRow.Allowed(_nodes.At(group.FromAt).Capacity, group.Supply, group.K), cause);
    }
}
