namespace Homeostat.Core.Estate;

/// <summary>Fills the columns that follow from the others: flags, working capacity, effective tiers, evidence, services of assets.</summary>
internal sealed class Derivation(EstateTables tables)
{
    private const int MaxServiceSearch = 100_000;

    private readonly NodeRow[] _nodes = tables.Nodes;
    private readonly GroupRow[] _groups = tables.Groups;
    private readonly Queue<int> _queue = new();
    private bool[] _queued = [];

    public void Run()
    {
        MarkGroups();
        MarkFlags();
        DeriveWorking();
        DeriveTiers();
        DeriveEvidence();
        DeriveServicesOfAssets();
    }

    private void MarkGroups()
    {
        for (var group = 0; group < _groups.Length; group++)
        {
            ref var from = ref _nodes[_groups[group].From];
            if (from.GroupCount++ == 0)
            {
                from.FirstGroup = group;
            }
        }
    }

    private void MarkFlags()
    {
        Mark(tables.Existences.Select(row => row.Parent), NodeFlags.HasContents);
        Mark(tables.Existences.Select(row => row.Content), NodeFlags.HasContainers);
        Mark(tables.Copies.Select(row => row.Holder), NodeFlags.HoldsCopies);
        Mark(tables.Standbys.SelectMany(row => row.Members), NodeFlags.IsStandby);
        Mark(tables.Standbys.Select(row => row.Service), NodeFlags.HasStandbys);
        Mark(tables.Guards.Select(row => row.Guard), NodeFlags.IsGuard);
        Mark(tables.Guards.Select(row => row.Guarded), NodeFlags.IsGuarded);
        Mark(tables.Grants.Select(row => row.Principal), NodeFlags.IsPrincipal);
        Mark(tables.Agreements.Keys.SelectMany(group => tables.Members.Of(group).ToArray()), NodeFlags.MustAgree);
    }

    private void Mark(IEnumerable<int> nodes, NodeFlags flag)
    {
        foreach (var node in nodes)
        {
            _nodes[node].Flags |= flag;
        }
    }

    /// <summary>The greatest fixpoint: everything starts whole, and only what lacks supply comes down.</summary>
    private void DeriveWorking()
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            _nodes[node].Working = _nodes[node].Potential;
        }

        var supplied = Array.ConvertAll(_nodes, node => node.Working);
        Start();
        for (var group = 0; group < _groups.Length; group++)
        {
            ref var row = ref _groups[group];
            foreach (var member in tables.Members.Of(group))
            {
                row.Supply += supplied[member];
            }

            if (tables.Agreements.Count > 0 && IsAtOdds(group))
            {
                row.Supply = GroupRow.Disagreeing;
            }

            LowerTo(ref row);
        }

        while (Next(out var node))
        {
            var lost = supplied[node] - _nodes[node].Working;
            supplied[node] = _nodes[node].Working;
            foreach (var group in tables.MemberOf.Of(node))
            {
                _groups[group].Supply -= lost;
                LowerTo(ref _groups[group]);
            }
        }
    }

    /// <summary>By the last known values, whatever their age.</summary>
    private bool IsAtOdds(int group) =>
        tables.Agreements.TryGetValue(group, out var asked)
        && GroupAgreement.Of(
            asked,
            tables.Members.Of(group).ToArray().Where(member => _nodes[member].Potential > 0),
            LastKnown
        ) == Truth.False;

    private FactValue? LastKnown(int node, string key)
    {
        foreach (var fact in tables.FactsOf.Of(node))
        {
            var row = tables.Facts[fact];
            if (tables.Strings[row.Key] == key)
            {
                return row.Text >= 0 ? FactValue.Of(tables.Strings[row.Text]) : FactValue.Of(row.Number);
            }
        }

        return null;
    }

    private void LowerTo(ref GroupRow group)
    {
        ref var from = ref _nodes[group.From];
        var allowed = Math.Min(from.Potential, group.Allows(from.Capacity, group.Supply));
        if (allowed < from.Working)
        {
            from.Working = allowed;
            Enqueue(group.From);
        }
    }

    /// <summary>Criticality flows from what needs to what is needed, and between the holders of one asset.</summary>
    private void DeriveTiers()
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            _nodes[node].EffectiveTier = (Tier)Math.Min(_nodes[node].OwnTier, (byte)4);
        }

        for (var asset = 0; asset < tables.Assets.Length; asset++)
        {
            tables.Assets[asset].EffectiveTier = (Tier)Math.Min(tables.Assets[asset].OwnTier, (byte)4);
        }

        Start();
        EnqueueAll(node => _nodes[node].EffectiveTier <= Tier.Three);
        for (var asset = 0; asset < tables.Assets.Length; asset++)
        {
            ShareTier(asset);
        }

        FlowTiers();

        // Nothing gave these a tier: nobody knows what hangs on them, so they count as the most critical.
        for (var node = 0; node < _nodes.Length; node++)
        {
            if (_nodes[node].EffectiveTier > Tier.Three)
            {
                Raise(node, Tier.Zero);
            }
        }

        for (var asset = 0; asset < tables.Assets.Length; asset++)
        {
            ref var row = ref tables.Assets[asset];
            row.EffectiveTier = row.EffectiveTier > Tier.Three ? Tier.Zero : row.EffectiveTier;
            ShareTier(asset);
        }

        FlowTiers();
    }

    private void FlowTiers()
    {
        while (Next(out var node))
        {
            var row = _nodes[node];
            for (var group = row.FirstGroup; group < row.FirstGroup + row.GroupCount; group++)
            {
                RaiseAll(tables.Members.Of(group), row.EffectiveTier);
            }

            foreach (var parent in tables.ParentsOf.Of(node))
            {
                Raise(tables.Existences[parent].Parent, row.EffectiveTier);
            }

            foreach (var standby in tables.StandbysOfService.Of(node))
            {
                RaiseAll(tables.Standbys[standby].Members, row.EffectiveTier);
            }

            foreach (var copy in tables.CopiesOfHolder.Of(node))
            {
                ref var asset = ref tables.Assets[tables.Copies[copy].Asset];
                if (
                    tables.Copies[copy].Role is CopyRole.Primary or CopyRole.Replica
                    && row.EffectiveTier < asset.EffectiveTier
                )
                {
                    asset.EffectiveTier = row.EffectiveTier;
                    ShareTier(tables.Copies[copy].Asset);
                }
            }
        }
    }

    private void ShareTier(int asset)
    {
        foreach (var copy in tables.CopiesOfAsset.Of(asset))
        {
            Raise(tables.Copies[copy].Holder, tables.Assets[asset].EffectiveTier);
        }
    }

    private void RaiseAll(ReadOnlySpan<int> nodes, Tier tier)
    {
        foreach (var node in nodes)
        {
            Raise(node, tier);
        }
    }

    private void Raise(int node, Tier tier)
    {
        if (tier < _nodes[node].EffectiveTier)
        {
            _nodes[node].EffectiveTier = tier;
            Enqueue(node);
        }
    }

    /// <summary>Until when the evidence counts that a resource, and everything it needs, works.</summary>
    private void DeriveEvidence()
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            _nodes[node].WorksUntil = EvidenceOf(
                tables.ShelfLives,
                tables.Provenances[_nodes[node].Existence],
                tables.Provenances[_nodes[node].StateSeen],
                _nodes[node].State
            );
            _nodes[node].SupportUntil = _nodes[node].WorksUntil;
        }

        foreach (ref readonly var group in _groups.AsSpan())
        {
            // That it needs them, and that they are its members, was seen at some time too.
            ref var from = ref _nodes[group.From];
            var seen = Until(tables.Provenances[group.Seen], tables.ShelfLives.Existence);
            from.SupportUntil = Math.Min(from.SupportUntil, seen);
        }

        Start();
        EnqueueAll(_ => true);
        while (Next(out var node))
        {
            foreach (var group in tables.MemberOf.Of(node))
            {
                ref var from = ref _nodes[_groups[group].From];
                if (_nodes[node].SupportUntil < from.SupportUntil)
                {
                    from.SupportUntil = _nodes[node].SupportUntil;
                    Enqueue(_groups[group].From);
                }
            }
        }
    }

    /// <summary>The same from a snapshot whose delta may have newer evidence.</summary>
    public static uint EvidenceOf(EstateSnapshot snapshot, in NodeRow row) =>
        EvidenceOf(
            snapshot.ShelfLives,
            snapshot.ProvenanceOf(row.Existence),
            snapshot.ProvenanceOf(row.StateSeen),
            row.State
        );

    /// <summary>Unix seconds until which it is known that the group has its members.</summary>
    public static uint EvidenceOf(EstateSnapshot snapshot, in GroupRow group) =>
        Until(snapshot.ProvenanceOf(group.Seen), snapshot.ShelfLives.Existence);

    /// <summary>Unix seconds until which it is known that the resource exists and is in its state; 0 = it is not known.</summary>
    private static uint EvidenceOf(ShelfLives shelfLives, Provenance existence, Provenance state, RunState run) =>
        run switch
        {
            RunState.Inherent => Until(existence, shelfLives.Existence),
            RunState.Unknown => 0,
            _ => Math.Min(Until(existence, shelfLives.Existence), Until(state, shelfLives.State)),
        };

    private static uint Until(Provenance seen, TimeSpan shelfLife)
    {
        if (seen.Declared)
        {
            return uint.MaxValue;
        }

        // The largest value is kept for what was declared: a time beyond all calendars must not look like it.
        var until = seen.ObservedAt is { } at ? at.ToUnixTimeSeconds() + (long)shelfLife.TotalSeconds : 0;
        return (uint)Math.Clamp(until, 0, uint.MaxValue - 1);
    }

    /// <summary>A service lives from the assets whose primary or replica it needs without another service between them.</summary>
    private void DeriveServicesOfAssets()
    {
        var pairs = new List<(int Asset, int Service)>();
        var seen = new HashSet<int>();
        foreach (
            var assetCopies in tables.Copies.Where(copy => copy.Role <= CopyRole.Replica).GroupBy(copy => copy.Asset)
        )
        {
            seen.Clear();
            var search = new Stack<int>(assetCopies.Select(copy => copy.Holder).Where(seen.Add));
            while (search.TryPop(out var node))
            {
                if (_nodes[node].Is(NodeFlags.IsService))
                {
                    pairs.Add((assetCopies.Key, node));
                    continue;
                }

                foreach (var group in tables.MemberOf.Of(node))
                {
                    if (seen.Count < MaxServiceSearch && seen.Add(_groups[group].From))
                    {
                        search.Push(_groups[group].From);
                    }
                }
            }
        }

        tables.ServicesOfAsset = SparseIndex.Of(pairs);
        tables.AssetsOfService = SparseIndex.Of([.. pairs.Select(pair => (pair.Service, pair.Asset))]);
        Mark(pairs.Select(pair => pair.Service), NodeFlags.HasData);
    }

    private void Start() => _queued = new bool[_nodes.Length];

    private void EnqueueAll(Func<int, bool> where)
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            if (where(node))
            {
                Enqueue(node);
            }
        }
    }

    private void Enqueue(int node)
    {
        if (!_queued[node])
        {
            _queued[node] = true;
            _queue.Enqueue(node);
        }
    }

    private bool Next(out int node)
    {
        var any = _queue.TryDequeue(out node);
        if (any)
        {
            _queued[node] = false;
        }

        return any;
    }
}
