namespace Homeostat.Core.Estate;

/// <summary>Turns records into a snapshot's arrays, one record at a time and in any order.</summary>
public sealed class EstateBuilder(ShelfLives shelfLives)
{
    private readonly IdTable _ids = new();
    private readonly IdTable _assetIds = new();
    private readonly IdTable _strings = new();
    private readonly Interner<ResourceKind> _kinds = new();
    private readonly Interner<Location> _locations = new();
    private readonly Interner<string> _environmentKeys = new();
    private readonly List<string[]> _environments = [];
    private readonly Interner<Provenance> _provenances = new();
    private readonly List<NodeRow> _nodes = [];
    private readonly List<NodeDetail> _details = [];
    private readonly List<AssetRow> _assets = [];
    private readonly RelationRows _relations = new();
    private readonly List<int> _factNodes = [];
    private readonly List<FactRow> _facts = [];
    private readonly List<int> _labelNodes = [];
    private readonly List<int> _labels = [];
    private readonly List<EstateChange.Remove> _gone = [];

    /// <exception cref="EstateSourceException">The record contradicts an earlier one or exceeds a limit.</exception>
    public EstateBuilder Add(EstateChange change)
    {
        switch (change)
        {
            case EstateChange.Upsert upsert:
                Add(upsert.Resource);
                foreach (var relation in upsert.Relations)
                {
                    Add(relation, upsert.Resource.Existence);
                }

                break;
            case EstateChange.Asset asset:
                Add(asset.Declared);
                break;
            case EstateChange.Remove remove:
                _gone.Add(remove);
                break;
        }

        return this;
    }

    /// <summary>The snapshot of everything that was added.</summary>
    public EstateSnapshot Build(long version = 1)
    {
        _ids.Trim();
        _strings.Trim();
        _assetIds.Trim();
        MarkGone();
        var nodes = _nodes.ToArray();
        var groups = _relations.Groups();
        var members = Adjacency.Of(groups.Rows.Length, groups.MemberGroups, groups.Members);
        var kinds = _kinds.ToArray();
        var tables = new EstateTables
        {
            Ids = _ids,
            Nodes = nodes,
            Details = [.. _details],
            Groups = groups.Rows,
            Members = members,
            MemberOf = Adjacency.Of(nodes.Length, groups.Members, groups.MemberGroups),
            Agreements = groups.Agreements,
            Existences = [.. _relations.Existences],
            ContentsOf = Index(_relations.Existences, row => row.Parent),
            ParentsOf = Index(_relations.Existences, row => row.Content),
            AssetIds = _assetIds,
            Assets = [.. _assets],
            Copies = [.. _relations.Copies],
            Domains = [.. _relations.Domains],
            CopiesOfAsset = Index(_relations.Copies, row => row.Asset),
            CopiesOfHolder = Index(_relations.Copies, row => row.Holder),
            AssetsOfService = SparseIndex.Of([]),
            ServicesOfAsset = SparseIndex.Of([]),
            Standbys = [.. _relations.Standbys],
            StandbysOfService = Index(_relations.Standbys, row => row.Service),
            StandbysOfMember = SparseIndex.Of([.. MembersOfStandbys()]),
            Guards = [.. _relations.Guards],
            GuardsOfGuard = Index(_relations.Guards, row => row.Guard),
            GuardsOfGuarded = Index(_relations.Guards, row => row.Guarded),
            Grants = [.. _relations.Grants],
            GrantsOfPrincipal = Index(_relations.Grants, row => row.Principal),
            GrantsOnTarget = Index(_relations.Grants, row => row.Target),
            FactsOf = Adjacency.Of(nodes.Length, [.. _factNodes], [.. Enumerable.Range(0, _facts.Count)]),
            Facts = [.. _facts],
            LabelsOf = Adjacency.Of(nodes.Length, [.. _labelNodes], [.. _labels]),
            Strings = _strings,
            Kinds = kinds,
            Traits = Array.ConvertAll(kinds, KindTable.Of),
            Locations = _locations.ToArray(),
            Environments = [.. _environments],
            Provenances = _provenances.ToArray(),
            ShelfLives = shelfLives,
        };
        new Derivation(tables).Run();
        return new EstateSnapshot(tables, version);
    }

    /// <summary>What was looked for and not found does not work, whoever still refers to it; what nobody refers to leaves no row.</summary>
    private void MarkGone()
    {
        foreach (var removed in _gone)
        {
            var node = _ids.Find(removed.Id.Value);
            if (node >= 0 && !_nodes[node].Is(NodeFlags.Seen))
            {
                var seen = _provenances.Intern(removed.Seen);
                _nodes[node] = _nodes[node] with
                {
                    Flags = NodeFlags.Seen | NodeFlags.Gone,
                    Existence = seen,
                    StateSeen = seen,
                    State = RunState.Inherent,
                };
            }
        }
    }

    private static SparseIndex Index<T>(List<T> rows, Func<T, int> key) =>
        SparseIndex.Of([.. rows.Select((row, at) => (key(row), at))]);

    private IEnumerable<(int Member, int Standby)> MembersOfStandbys() =>
        _relations.Standbys.SelectMany((row, at) => row.Members.Select(member => (member, at)));

    private int Node(ResourceId id)
    {
        var node = _ids.Intern(id.Value);
        if (node == _nodes.Count)
        {
            if (node >= Limits.MaxResources)
            {
                throw new EstateSourceException($"the estate has more than {Limits.MaxResources} resources");
            }

            // Only referred to so far: until a record describes it, it is unknown and counts as in use.
            var unseen = _provenances.Intern(default);
            _nodes.Add(
                new NodeRow
                {
                    Capacity = 1,
                    OwnTier = NodeRow.NoTier,
                    Existence = unseen,
                    StateSeen = unseen,
                    Kind = _kinds.Intern(default),
                }
            );
            _details.Add(
                new NodeDetail
                {
                    Location = _locations.Intern(Location.Nowhere),
                    Environments = EnvironmentSet([]),
                    Owner = -1,
                    RebuildSeconds = -1,
                    ExposureLimit = -1,
                }
            );
        }

        return node;
    }

    private void Add(Resource resource)
    {
        var node = Node(resource.Id);
        if (_nodes[node].Is(NodeFlags.Seen))
        {
            throw new EstateSourceException($"two records describe {resource.Id}: give each resource one id");
        }

        if (resource.Capacity is < 1 or > Limits.MaxCapacity)
        {
            throw new EstateSourceException(
                $"{resource.Id}: capacity {resource.Capacity} is not within 1 to {Limits.MaxCapacity}"
            );
        }

        _nodes[node] = NodeOf(resource);
        _details[node] = new NodeDetail
        {
            Location = _locations.Intern(resource.Location),
            Environments = EnvironmentSet(resource.Environments),
            Owner = resource.Owner is { } owner ? _strings.Intern(owner) : -1,
            RebuildSeconds = resource.RebuildTime is { } rebuild ? Seconds(rebuild) : -1,
            ToleranceSeconds = Seconds(resource.OutageTolerance),
            ExposureLimit = resource.ExposureLimit ?? -1,
        };
        AddFacts(node, resource);
    }

    private NodeRow NodeOf(Resource resource) =>
        new()
        {
            Capacity = resource.Capacity,
            Existence = _provenances.Intern(resource.Existence),
            StateSeen = _provenances.Intern(resource.StateSeen ?? resource.Existence),
            Kind = _kinds.Intern(resource.Kind),
            State = resource.State,
            OwnTier = resource.Tier is { } tier ? (byte)tier : NodeRow.NoTier,
            Flags =
                NodeFlags.Seen
                | (resource.ConfigurationKnown ? NodeFlags.ConfigurationKnown : NodeFlags.None)
                | (resource.Kind.Name == "service" ? NodeFlags.IsService : NodeFlags.None),
        };

    private void AddFacts(int node, Resource resource)
    {
        foreach (var fact in resource.Facts)
        {
            _factNodes.Add(node);
            _facts.Add(
                new FactRow
                {
                    Key = _strings.Intern(fact.Key),
                    Number = fact.Value.Number ?? double.NaN,
                    Text = fact.Value.Text is { } text ? _strings.Intern(text) : -1,
                    Seen = _provenances.Intern(fact.Provenance),
                    Class = fact.Class,
                }
            );
        }

        foreach (var (key, value) in resource.Labels)
        {
            _labelNodes.AddRange([node, node]);
            _labels.AddRange([_strings.Intern(key), _strings.Intern(value)]);
        }
    }

    private void Add(DataAsset asset)
    {
        if (asset.MinDurability is < 1 or > Limits.MaxDurability)
        {
            throw new EstateSourceException(
                $"{asset.Id} asks for a durability of {asset.MinDurability}: it is 1 to {Limits.MaxDurability}"
            );
        }

        _assets[Asset(asset.Id)] = new AssetRow
        {
            OwnTier = asset.Tier is { } tier ? (byte)tier : NodeRow.NoTier,
            MinDurability = asset.MinDurability ?? 0,
            Hazards = asset.Hazards,
            RecoveryPointLimitTicks = asset.RecoveryPointLimit.Ticks,
        };
    }

    private int Asset(AssetId id)
    {
        var asset = _assetIds.Intern(id.Value);
        if (asset == _assets.Count)
        {
            _assets.Add(default);
            Add(new DataAsset(id));
        }

        return asset;
    }

    private void Add(Relation relation, Provenance recordSeen)
    {
        var seen = _provenances.Intern(relation.Seen ?? recordSeen);
        switch (relation)
        {
            case Relation.Needs needs:
                AddNeeds(needs, seen);
                break;
            case Relation.Contains contains:
                _relations.Existences.Add(new(Node(contains.Container), Node(contains.Content), ByKey: false, seen));
                break;
            case Relation.EncryptedBy encrypted:
                _relations.Existences.Add(new(Node(encrypted.Key), Node(encrypted.Content), ByKey: true, seen));
                break;
            case Relation.CopyOf copy:
                AddCopy(copy, seen);
                break;
            case Relation.StandbyFor standby:
                AddStandby(standby, seen);
                break;
            case Relation.Guards guards:
                _relations.AddGuard(new(Node(guards.Guard), Node(guards.Guarded), guards.Kind, seen));
                break;
            case Relation.Grants grants:
                _relations.Grants.Add(new(Node(grants.Principal), Node(grants.Target), grants.Privilege, seen));
                break;
        }
    }

    private void AddNeeds(Relation.Needs needs, int seen)
    {
        if (needs.K is < 1 or > Limits.MaxCapacity)
        {
            throw new EstateSourceException(
                $"{needs.From} needs {needs.K} of {needs.Group}: k is 1 to {Limits.MaxCapacity}"
            );
        }

        if (needs.Members.Count == 0)
        {
            throw new EstateSourceException($"{needs.From} needs {needs.Group}, a group without members");
        }

        var from = Node(needs.From);
        var name = _strings.Intern(needs.Group);
        foreach (var member in needs.Members)
        {
            _relations.AddNeed(from, name, Node(member), needs.K, seen);
        }

        _relations.AddAgreements(from, name, needs.Agree);
    }

    private void AddStandby(Relation.StandbyFor standby, int seen)
    {
        if (standby.Members.Count == 0)
        {
            throw new EstateSourceException($"{standby.Name} stands by for {standby.Service} and has no members");
        }

        _relations.AddStandby(
            new(standby.Name, Node(standby.Service), [.. standby.Members.Distinct().Select(Node)], seen)
        );
    }

    private void AddCopy(Relation.CopyOf copy, int seen) =>
        _relations.Copies.Add(
            new CopyRow
            {
                Asset = Asset(copy.Asset),
                Holder = Node(copy.Holder),
                Role = copy.Role,
                Domains = _relations.DomainsOf(copy.Domains),
                AgeTicks = copy.RecoveryPoint?.Age.Ticks ?? -1,
                AgeSeen = _provenances.Intern(copy.RecoveryPoint?.Provenance ?? default),
                RestoreTestedTicks = copy.RestoreTestedAt?.UtcTicks ?? 0,
                Seen = seen,
            }
        );

    private int EnvironmentSet(IReadOnlyList<string> names)
    {
        string[] sorted = [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var index = _environmentKeys.Intern(string.Join('\n', sorted));
        if (index == _environments.Count)
        {
            _environments.Add(sorted);
        }

        return index;
    }

    private static int Seconds(TimeSpan span) => (int)Math.Clamp(Math.Ceiling(span.TotalSeconds), 0, int.MaxValue);
}
