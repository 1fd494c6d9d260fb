using Homeostat.Core.Estate;

namespace Homeostat.Core.Simulation;

internal sealed partial class VariableReader
{
    private readonly HashSet<int> _noted = [];
    private readonly HashSet<int> _weakened = [];
    private readonly Stack<int> _waiting = [];

    /// <summary>The other members may not work, or not be members any more; each is an unknown of its own.</summary>
    private void NoteUnknownSupport(int group)
    {
        var row = Estate.Group(group);
        if (Estate.Node(row.From).WorksUntil < _nowSeconds)
        {
            unknowns.IsBad(UnknownKind.Works, row.From);
        }

        if (!Estate.IsKnown(row.Seen, _now))
        {
            unknowns.IsBad(UnknownKind.Group, group);
        }

        foreach (var member in Estate.Tables.Members.Of(group))
        {
            if (Estate.Node(member).SupportUntil < _nowSeconds)
            {
                NoteUnknownIn(member);
            }
        }
    }

    private void NoteUnknownIn(int member)
    {
        if (_noted.Contains(member))
        {
            return;
        }

        var seen = new HashSet<int> { member };
        var search = new Stack<int>([member]);
        while (search.TryPop(out var node))
        {
            var row = Estate.Node(node);
            if (row.WorksUntil < _nowSeconds)
            {
                unknowns.IsBad(UnknownKind.Works, node);
            }

            for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
            {
                if (!Estate.IsKnown(Estate.Group(group).Seen, _now))
                {
                    unknowns.IsBad(UnknownKind.Group, group);
                }

                foreach (var next in Estate.Tables.Members.Of(group))
                {
                    if (Estate.Node(next).SupportUntil >= _nowSeconds || _noted.Contains(next) || !seen.Add(next))
                    {
                        continue;
                    }

                    if (seen.Count > Limits.MaxStaleSearch)
                    {
                        // Too wide to tell apart: whether the member works at all is one unknown.
                        unknowns.IsBad(UnknownKind.Works, member);
                        return;
                    }

                    search.Push(next);
                }
            }
        }

        // Everything under these has been noted: another search need not look there again.
        _noted.UnionWith(seen);
    }

    /// <summary>
    /// What does not work and loses some of what it would need to work again, and every service that waits for it in vain.
    /// </summary>
    private void ReadWeakened(int node, List<VariableChange> changes)
    {
        Push(node);
        while (_waiting.TryPop(out var next))
        {
            var row = Estate.Node(next);
            if (row.Is(NodeFlags.IsService))
            {
                changes.Add(WeakenedService(next, row.EffectiveTier));
            }

            foreach (var group in Estate.Tables.MemberOf.Of(next))
            {
                Push(Estate.Group(group).From);
            }
        }

        void Push(int candidate)
        {
            if (world.WorkingBefore(candidate) == 0 && world.WasAlive(candidate) && _weakened.Add(candidate))
            {
                _waiting.Push(candidate);
            }
        }
    }

    private static VariableChange WeakenedService(int service, Tier tier) =>
        new()
        {
            Kind = VariableKind.Availability,
            Subject = service,
            Tier = tier,
            SupportBefore = 1,
            SupportAfter = 0,
            Cause = -1,
        };
}
