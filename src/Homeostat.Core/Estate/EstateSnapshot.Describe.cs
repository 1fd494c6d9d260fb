namespace Homeostat.Core.Estate;

public sealed partial class EstateSnapshot
{
    /// <summary>Every resource that a record describes.</summary>
    public IEnumerable<ResourceId> Resources =>
        Enumerable.Range(0, Count).Where(node => Node(node).Is(NodeFlags.Seen) && Node(node).IsAlive).Select(IdOf);

    /// <summary>Every data asset.</summary>
    public IEnumerable<AssetId> Assets => Enumerable.Range(0, Tables.Assets.Length).Select(AssetIdOf);

    /// <summary>What is known of a resource, or null where no record describes it.</summary>
    public Resource? Describe(ResourceId id)
    {
        var at = Find(id);
        if (at < 0 || !Node(at).Is(NodeFlags.Seen) || !Node(at).IsAlive)
        {
            return null;
        }

        var row = Node(at);
        var detail = Tables.Details[at];
        return new Resource
        {
            Id = id,
            Kind = Tables.Kinds[row.Kind],
            Location = Tables.Locations[detail.Location],
            Environments = Tables.Environments[detail.Environments],
            Tier = row.OwnTier == NodeRow.NoTier ? null : (Tier)row.OwnTier,
            Owner = detail.Owner < 0 ? null : Tables.Strings[detail.Owner],
            Labels = LabelsOf(at),
            State = row.State,
            Existence = ProvenanceOf(row.Existence),
            StateSeen = ProvenanceOf(row.StateSeen),
            Capacity = row.Capacity,
            ConfigurationKnown = row.Is(NodeFlags.ConfigurationKnown),
            RebuildTime = detail.RebuildSeconds < 0 ? null : TimeSpan.FromSeconds(detail.RebuildSeconds),
            OutageTolerance = TimeSpan.FromSeconds(detail.ToleranceSeconds),
            ExposureLimit = detail.ExposureLimit < 0 ? null : detail.ExposureLimit,
            Facts = FactsOf(at),
        };
    }

    /// <summary>When and by whom its existence was seen, or null where no record describes it.</summary>
    internal Provenance? ExistenceOf(ResourceId id) =>
        Find(id) is >= 0 and var at && Node(at).Is(NodeFlags.Seen) && Node(at).IsAlive
            ? ProvenanceOf(Node(at).Existence)
            : null;

    /// <summary>The most critical of its own tier and of everything that transitively needs it; tier 0 of what nobody has seen.</summary>
    public Tier EffectiveTierOf(ResourceId id) => Find(id) is >= 0 and var node ? Node(node).EffectiveTier : Tier.Zero;

    /// <summary>Units that work by the last known states, of those declared.</summary>
    public (int Working, int Declared) CapacityOf(ResourceId id) =>
        Find(id) is >= 0 and var node ? (Node(node).Working, Node(node).Capacity) : (0, 0);

    /// <summary>The relations in which the resource stands, in both directions.</summary>
    public IReadOnlyList<Relation> RelationsOf(ResourceId id)
    {
        var node = Find(id);
        if (node < 0)
        {
            return [];
        }

        var relations = new List<Relation>();
        for (var group = Node(node).FirstGroup; group < Node(node).FirstGroup + Node(node).GroupCount; group++)
        {
            relations.Add(NeedsOf(group));
        }

        foreach (var group in Tables.MemberOf.Of(node))
        {
            relations.Add(NeedsOf(group));
        }

        AddExistences(node, relations);
        AddRest(node, relations);
        return relations;
    }

    /// <summary>The labels of a resource; empty where it has none.</summary>
    internal Dictionary<string, string> LabelsOf(int node)
    {
        var pairs = Tables.LabelsOf.Of(node);
        var labels = new Dictionary<string, string>(pairs.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i < pairs.Length; i += 2)
        {
            labels[Tables.Strings[pairs[i]]] = Tables.Strings[pairs[i + 1]];
        }

        return labels;
    }

    private Relation.Needs NeedsOf(int group)
    {
        var row = Group(group);
        ResourceId[] members = [.. Tables.Members.Of(group).ToArray().Select(IdOf)];
        return new Relation.Needs(IdOf(row.From), Tables.Strings[row.Name], members, row.K)
        {
            Seen = ProvenanceOf(row.Seen),
            Agree = Tables.Agreements.GetValueOrDefault(group, []),
        };
    }

    private void AddExistences(int node, List<Relation> relations)
    {
        foreach (var at in (int[])[.. Tables.ContentsOf.Of(node), .. Tables.ParentsOf.Of(node)])
        {
            var row = Tables.Existences[at];
            var seen = ProvenanceOf(row.Seen);
            relations.Add(
                row.ByKey
                    ? new Relation.EncryptedBy(IdOf(row.Content), IdOf(row.Parent)) { Seen = seen }
                    : new Relation.Contains(IdOf(row.Parent), IdOf(row.Content)) { Seen = seen }
            );
        }
    }

    private void AddRest(int node, List<Relation> relations)
    {
        foreach (var copy in Tables.CopiesOfHolder.Of(node))
        {
            relations.Add(CopyOf(copy));
        }

        foreach (var at in (int[])[.. Tables.StandbysOfService.Of(node), .. Tables.StandbysOfMember.Of(node)])
        {
            var row = Tables.Standbys[at];
            relations.Add(
                new Relation.StandbyFor(row.Name, [.. row.Members.Select(IdOf)], IdOf(row.Service))
                {
                    Seen = ProvenanceOf(row.Seen),
                }
            );
        }

        foreach (var at in (int[])[.. Tables.GuardsOfGuard.Of(node), .. Tables.GuardsOfGuarded.Of(node)])
        {
            var row = Tables.Guards[at];
            relations.Add(
                new Relation.Guards(IdOf(row.Guard), IdOf(row.Guarded), row.Kind) { Seen = ProvenanceOf(row.Seen) }
            );
        }

        foreach (var at in (int[])[.. Tables.GrantsOfPrincipal.Of(node), .. Tables.GrantsOnTarget.Of(node)])
        {
            var row = Tables.Grants[at];
            relations.Add(
                new Relation.Grants(IdOf(row.Principal), IdOf(row.Target), row.Privilege)
                {
                    Seen = ProvenanceOf(row.Seen),
                }
            );
        }
    }

    private Relation.CopyOf CopyOf(int copy)
    {
        var row = Copy(copy);
        return new Relation.CopyOf(IdOf(row.Holder), AssetIdOf(row.Asset), row.Role)
        {
            Seen = ProvenanceOf(row.Seen),
            Domains = row.Domains < 0 ? null : Tables.Domains[row.Domains],
            RecoveryPoint =
                row.AgeTicks < 0
                    ? null
                    : new RecoveryPoint(TimeSpan.FromTicks(row.AgeTicks), ProvenanceOf(row.AgeSeen)),
            RestoreTestedAt =
                row.RestoreTestedTicks == 0 ? null : new DateTimeOffset(row.RestoreTestedTicks, TimeSpan.Zero),
        };
    }
}
