using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

/// <summary>Reads from a world which essential variables the request changes, and which unknowns they rest on.</summary>
internal sealed partial class VariableReader(WorldState world, UnknownSet unknowns)
{
    private readonly Durability _hittingSet = new();
    private readonly SlotMap<int> _assets = new();
    private readonly SlotMap<int> _services = new();
    private readonly SlotMap<int> _guarded = new();
    private double _stoppedStandby;
    private DateTimeOffset _now;
    private uint _nowSeconds;

    private EstateSnapshot Estate => world.Estate;

    /// <summary>Appends every variable that differs from doing nothing.</summary>
    public void Read(DateTimeOffset now, double stoppedStandby, List<VariableChange> changes)
    {
        _stoppedStandby = stoppedStandby;
        _now = now;
        // Evidence from the future proves nothing: then every piece counts as past its shelf life.
        _nowSeconds =
            Estate.LatestEvidence > now + ShelfLives.ClockTolerance
                ? uint.MaxValue
                : (uint)Math.Max(0, now.ToUnixTimeSeconds());
        _assets.Clear();
        _services.Clear();
        _guarded.Clear();
        _noted.Clear();
        _weakened.Clear();
        ReadNodes(changes);
        ReadGroups(changes);
        ReadCopies();
        NoteDetached();
        for (var at = 0; at < _assets.Count; at++)
        {
            ReadDurability(_assets.KeyAt(at), _assets.At(at), changes);
        }

        for (var at = 0; at < _services.Count; at++)
        {
            ReadRecoverability(_services.KeyAt(at), _services.At(at), changes);
        }

        foreach (var guard in world.NewlyDisabled())
        {
            NoteGuarded(guard);
        }

        for (var at = 0; at < _guarded.Count; at++)
        {
            ReadGuards(_guarded.KeyAt(at), _guarded.At(at), changes);
        }

        ReadExposures(changes);
    }

    private void NoteDetached()
    {
        foreach (var standby in world.NewlyDetachedStandbys())
        {
            _services.Get(Estate.Tables.Standbys[standby].Service, out _) = -1;
        }

        foreach (var row in world.NewlyDetachedGuards())
        {
            _guarded.Get(Estate.Tables.Guards[row].Guarded, out _) = Estate.Tables.Guards[row].Guard;
        }
    }

    private void ReadNodes(List<VariableChange> changes)
    {
        for (var at = 0; at < world.Nodes.Count; at++)
        {
            var node = world.Nodes.KeyAt(at);
            ref readonly var state = ref world.Nodes.At(at);
            ref readonly var row = ref Estate.Node(node);
            var fell = state.Working < state.Before;
            if ((state.Targeted || fell || state.Alive != state.AliveBefore) && row.WorksUntil < _nowSeconds)
            {
                unknowns.IsBad(UnknownKind.Works, node);
            }

            if (fell && row.Is(NodeFlags.IsService))
            {
                changes.Add(Availability(node, state, row));
                if (row.SupportUntil < _nowSeconds)
                {
                    // It may have been down already, for want of anything that it needs.
                    NoteUnknownIn(node);
                }
            }

            var changed =
                fell
                || state.Alive != state.AliveBefore
                || state.Stopped != state.StoppedBefore
                || state.Capacity != state.CapacityBefore
                || world.IsPromoted(node, before: false);
            if (changed && row.Is(NodeFlags.IsStandby))
            {
                NoteStandby(node);
            }

            if (changed && row.Is(NodeFlags.IsGuard))
            {
                NoteGuarded(node);
            }
        }
    }

    private void NoteStandby(int member)
    {
        if (Estate.Node(member).Is(NodeFlags.IsStandby))
        {
            foreach (var standby in Estate.Tables.StandbysOfMember.Of(member))
            {
                _services.Get(Estate.Tables.Standbys[standby].Service, out _) = member;
            }
        }
    }

    private VariableChange Availability(int node, in NodeState state, in NodeRow row)
    {
        var (before, after) = Support(row);
        return new()
        {
            Kind = VariableKind.Availability,
            Subject = node,
            Tier = row.EffectiveTier,
            Before = (double)state.Before / row.Capacity,
            After = (double)state.Working / row.Capacity,
            Settled = (double)state.Working / row.Capacity,
            SupportBefore = before,
            SupportAfter = after,
            Cause = state.Cause,
            RestsOnStaleRelation = RestsOnStale(node),
        };
    }

    /// <summary>Units that its groups are supplied with, at most what they need.</summary>
    private (int Before, int After) Support(in NodeRow row)
    {
        var (before, after) = (0, 0);
        for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
        {
            var state = world.PeekGroup(group);
            before += Math.Clamp(state.Before, 0, state.K);
            after += Math.Clamp(state.Supply, 0, state.K);
        }

        return (before, after);
    }

    /// <summary>Whether the relation that brought it down was seen too long ago to be sure that it still holds.</summary>
    private bool RestsOnStale(int node)
    {
        if (Estate.Node(node).SupportUntil >= _nowSeconds)
        {
            return false;
        }

        // Any stale group of the resource, or of what brought it down, may be the one that no longer holds.
        for (var depth = 0; node >= 0 && depth < Limits.MaxStaleSearch; depth++)
        {
            var row = Estate.Node(node);
            for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
            {
                if (world.Groups.Find(group) >= 0 && !Estate.IsKnown(Estate.Group(group).Seen, _now))
                {
                    return true;
                }
            }

            var at = world.Nodes.Find(node);
            node = at < 0 ? -1 : world.Nodes.At(at).Cause;
        }

        return false;
    }

    private void ReadGroups(List<VariableChange> changes)
    {
        for (var at = 0; at < world.Groups.Count; at++)
        {
            ref readonly var state = ref world.Groups.At(at);
            if (state.Supply >= state.Before)
            {
                continue;
            }

            var group = world.Groups.KeyAt(at);
            ref readonly var from = ref Estate.Node(state.From);
            var user = world.PeekFrom(state);
            if (from.SupportUntil < _nowSeconds)
            {
                NoteUnknownSupport(group);
            }

            if (user.StoppedBefore)
            {
                // A standby that waits stopped is as good as what it needs to start.
                NoteStandby(state.From);
            }

            if (user is { Before: 0, AliveBefore: true } && state.Supply < Math.Min(state.Before, state.K))
            {
                ReadWeakened(state.From, changes);
            }

            var spare = state.Before - state.K;
            if (spare > 0 && user.AliveBefore)
            {
                changes.Add(Headroom(group, from.EffectiveTier, spare, state));
            }
        }
    }

    private static VariableChange Headroom(int group, Tier tier, int spare, in GroupState state)
    {
        var left = Math.Max(0, state.Supply - state.K);
        return new()
        {
            Kind = VariableKind.Headroom,
            Subject = group,
            Tier = tier,
            Before = spare,
            After = left,
            Settled = left,
            SupportBefore = spare,
            SupportAfter = left,
            Cause = state.Cause,
        };
    }

    private void NoteGuarded(int guard)
    {
        foreach (var at in Estate.Tables.GuardsOfGuard.Of(guard))
        {
            _guarded.Get(Estate.Tables.Guards[at].Guarded, out _) = guard;
        }
    }

    private void ReadGuards(int guarded, int cause, List<VariableChange> changes)
    {
        var guards = Estate.Tables.GuardsOfGuarded.Of(guarded);
        int before = 0,
            after = 0;
        foreach (var at in guards)
        {
            var guard = Estate.Tables.Guards[at].Guard;
            before += world.WorkingBefore(guard) > 0 && !IsOff(at, guard, before: true) ? 1 : 0;
            after += world.WorkingOf(guard) > 0 && !IsOff(at, guard, before: false) ? 1 : 0;
        }

        if (after < before)
        {
            changes.Add(
                new()
                {
                    Kind = VariableKind.GuardIntegrity,
                    Subject = guarded,
                    Tier = Estate.Node(guarded).EffectiveTier,
                    Before = (double)before / guards.Length,
                    After = (double)after / guards.Length,
                    Settled = (double)after / guards.Length,
                    SupportBefore = before,
                    SupportAfter = after,
                    Cause = cause,
                }
            );
        }
    }

    private bool IsOff(int row, int guard, bool before) =>
        world.IsDisabled(guard, before) || world.IsGuardDetached(row, before);
}
