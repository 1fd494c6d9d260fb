using System.Runtime.InteropServices;

namespace Homeostat.Core.Estate;

/// <summary>Relations as they come, before they are sorted into rows.</summary>
internal sealed class RelationRows
{
    private readonly List<Need> _needs = [];
    private readonly Dictionary<(int From, int Name), Agreement[]> _agreements = [];
    private readonly Dictionary<(int Service, string Name), int> _standbyAt = [];
    private readonly HashSet<(int Guard, int Guarded, GuardKind Kind)> _guards = [];

    public List<ExistenceRow> Existences { get; } = [];
    public List<CopyRow> Copies { get; } = [];
    public List<FailureDomain[]> Domains { get; } = [];
    public List<StandbyRow> Standbys { get; } = [];
    public List<GuardRow> Guards { get; } = [];
    public List<GrantRow> Grants { get; } = [];

    /// <summary>Several records may name members of one standby of the same service: it is one way back, and needs them all.</summary>
    public void AddStandby(StandbyRow row)
    {
        if (_standbyAt.TryGetValue((row.Service, row.Name), out var at))
        {
            Standbys[at] = Standbys[at] with { Members = [.. Standbys[at].Members.Union(row.Members)] };
            return;
        }

        _standbyAt.Add((row.Service, row.Name), Standbys.Count);
        Standbys.Add(row);
    }

    /// <summary>The same guard twice is one guard.</summary>
    public void AddGuard(GuardRow row)
    {
        if (_guards.Add((row.Guard, row.Guarded, row.Kind)))
        {
            Guards.Add(row);
        }
    }

    public void AddNeed(int from, int name, int member, int k, int seen) =>
        _needs.Add(new(from, name, member, k, seen));

    /// <summary>Several records may ask agreement of one group: it must meet all of them.</summary>
    public void AddAgreements(int from, int name, IReadOnlyList<Agreement> agreements)
    {
        if (agreements.Count > 0)
        {
            _agreements[(from, name)] = [.. _agreements.GetValueOrDefault((from, name), []).Union(agreements)];
        }
    }

    /// <summary>Domains that the source stated, or -1: then they are derived from the holder.</summary>
    public int DomainsOf(IReadOnlyList<FailureDomain>? stated)
    {
        if (stated is null)
        {
            return -1;
        }

        Domains.Add([.. stated]);
        return Domains.Count - 1;
    }

    /// <summary>
    /// Groups in the order of their resource. Several records may add members to one group of the same name: they are
    /// united, and the largest k holds.
    /// </summary>
    public GroupTables Groups()
    {
        var needs = CollectionsMarshal.AsSpan(_needs);
        needs.Sort();
        var rows = new List<GroupRow>(needs.Length);
        var memberGroups = new List<int>(needs.Length);
        var members = new List<int>(needs.Length);
        for (var i = 0; i < needs.Length; i++)
        {
            ref readonly var need = ref needs[i];
            var isNewGroup = i == 0 || needs[i - 1].From != need.From || needs[i - 1].Name != need.Name;
            if (isNewGroup)
            {
                rows.Add(
                    new GroupRow
                    {
                        From = need.From,
                        Name = need.Name,
                        K = need.K,
                        Seen = need.Seen,
                    }
                );
            }

            ref var row = ref CollectionsMarshal.AsSpan(rows)[^1];
            row.K = Math.Max(row.K, need.K);
            if (isNewGroup || needs[i - 1].Member != need.Member)
            {
                memberGroups.Add(rows.Count - 1);
                members.Add(need.Member);
            }
        }

        _needs.Clear();
        return new GroupTables([.. rows], [.. memberGroups], [.. members], AgreementsOf(rows));
    }

    private Dictionary<int, Agreement[]> AgreementsOf(List<GroupRow> rows)
    {
        var agreements = new Dictionary<int, Agreement[]>(_agreements.Count);
        for (var group = 0; _agreements.Count > 0 && group < rows.Count; group++)
        {
            if (_agreements.TryGetValue((rows[group].From, rows[group].Name), out var asked))
            {
                agreements.Add(group, asked);
            }
        }

        return agreements;
    }

    private readonly record struct Need(int From, int Name, int Member, int K, int Seen) : IComparable<Need>
    {
        public int CompareTo(Need other)
        {
            var byFrom = From.CompareTo(other.From);
            if (byFrom != 0)
            {
                return byFrom;
            }

            var byName = Name.CompareTo(other.Name);
            return byName != 0 ? byName : Member.CompareTo(other.Member);
        }
    }
}

/// <summary>Groups, their members, and what some of them must agree on.</summary>
internal sealed record GroupTables(
    GroupRow[] Rows,
    int[] MemberGroups,
    int[] Members,
    IReadOnlyDictionary<int, Agreement[]> Agreements
);
