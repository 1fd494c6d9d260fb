using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>
/// Collects the relations of a whole file and hands each resource the ones that its record carries: a need stands with
/// the one that needs, even where only the other names it.
/// </summary>
internal sealed class Links(IReadOnlyList<ResourceId> ids)
{
    private readonly record struct Need(int From, string Group, int Member, bool Each, int Order);

    private readonly List<Need> _needs = [];
    private readonly Dictionary<int, List<Relation>> _others = [];

    /// <summary>Needs collected so far.</summary>
    public int NeedCount => _needs.Count;

    /// <summary><paramref name="from"/> cannot work without <paramref name="member"/>.</summary>
    public void NeedsEach(int from, string group, int member) =>
        _needs.Add(new Need(from, group, member, Each: true, _needs.Count));

    /// <summary><paramref name="from"/> works while any member of the group does.</summary>
    public void NeedsAny(int from, string group, int member) =>
        _needs.Add(new Need(from, group, member, Each: false, _needs.Count));

    public void Add(int carrier, Relation relation)
    {
        if (!_others.TryGetValue(carrier, out var relations))
        {
            _others[carrier] = relations = [];
        }

        if (!relations.Contains(relation))
        {
            relations.Add(relation);
        }
    }

    /// <summary>The relations by the index of the resource that carries them.</summary>
    public IReadOnlyList<Relation>[] ByCarrier()
    {
        var all = new List<Relation>?[ids.Count];
        AddNeeds(all);
        foreach (var (carrier, relations) in _others)
        {
            (all[carrier] ??= []).AddRange(relations);
        }

        return [.. all.Select(relations => (IReadOnlyList<Relation>?)relations ?? [])];
    }

    private void AddNeeds(List<Relation>?[] all)
    {
        _needs.Sort(
            static (a, b) =>
                a.From != b.From ? a.From.CompareTo(b.From)
                : string.CompareOrdinal(a.Group, b.Group) is var group and not 0 ? group
                : a.Order.CompareTo(b.Order)
        );
        var first = new Dictionary<int, Need>();
        for (var start = 0; start < _needs.Count; )
        {
            var end = start;
            while (end < _needs.Count && _needs[end].From == _needs[start].From)
            {
                end++;
            }

            first.Clear();
            AddNeedsOf(all[_needs[start].From] ??= [], start, end, first);
            start = end;
        }
    }

    private void AddNeedsOf(List<Relation> relations, int start, int end, Dictionary<int, Need> first)
    {
        var from = ids[_needs[start].From];
        for (var i = start; i < end; i++)
        {
            var need = _needs[i];
            if (need.Each && (!first.TryGetValue(need.Member, out var known) || need.Order < known.Order))
            {
                first[need.Member] = need;
            }
        }

        var sizes = first.Values.CountBy(need => need.Group).ToDictionary();
        foreach (var need in first.Values)
        {
            var group = sizes[need.Group] > 1 ? $"{need.Group}: {ids[need.Member]}" : need.Group;
            relations.Add(new Relation.Needs(from, group, [ids[need.Member]]));
        }

        for (var i = start; i < end; )
        {
            var next = i + 1;
            while (next < end && _needs[next].Group == _needs[i].Group)
            {
                next++;
            }

            AddAny(relations, from, i, next);
            i = next;
        }
    }

    private void AddAny(List<Relation> relations, ResourceId from, int start, int end)
    {
        List<ResourceId>? members = null;
        var seen = new HashSet<int>();
        for (var i = start; i < end; i++)
        {
            if (!_needs[i].Each && seen.Add(_needs[i].Member))
            {
                (members ??= []).Add(ids[_needs[i].Member]);
            }
        }

        if (members is not null)
        {
            relations.Add(new Relation.Needs(from, _needs[start].Group, members));
        }
    }
}
