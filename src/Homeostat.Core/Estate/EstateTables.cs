namespace Homeostat.Core.Estate;

/// <summary>The arrays of a snapshot: filled once by <see cref="EstateBuilder"/>, then never written again.</summary>
internal sealed record EstateTables
{
    public required IdTable Ids { get; init; }
    public required NodeRow[] Nodes { get; init; }
    public required NodeDetail[] Details { get; init; }

    /// <summary>Sorted by <see cref="GroupRow.From"/>.</summary>
    public required GroupRow[] Groups { get; init; }

    /// <summary>Group to members.</summary>
    public required Adjacency Members { get; init; }

    /// <summary>Resource to the groups that it is a member of.</summary>
    public required Adjacency MemberOf { get; init; }

    /// <summary>What the members of a group must have in common; most groups have no row.</summary>
    public required IReadOnlyDictionary<int, Agreement[]> Agreements { get; init; }

    public required ExistenceRow[] Existences { get; init; }

    /// <summary>Parent to existence rows, and content to existence rows.</summary>
    public required SparseIndex ContentsOf { get; init; }
    public required SparseIndex ParentsOf { get; init; }

    public required IdTable AssetIds { get; init; }
    public required AssetRow[] Assets { get; init; }
    public required CopyRow[] Copies { get; init; }
    public required FailureDomain[][] Domains { get; init; }

    public required SparseIndex CopiesOfAsset { get; init; }
    public required SparseIndex CopiesOfHolder { get; init; }

    /// <summary>Service to the assets it lives from, and back; see <see cref="Derivation"/>.</summary>
    public required SparseIndex AssetsOfService { get; set; }
    public required SparseIndex ServicesOfAsset { get; set; }

    public required StandbyRow[] Standbys { get; init; }
    public required SparseIndex StandbysOfService { get; init; }
    public required SparseIndex StandbysOfMember { get; init; }

    public required GuardRow[] Guards { get; init; }
    public required SparseIndex GuardsOfGuard { get; init; }
    public required SparseIndex GuardsOfGuarded { get; init; }

    public required GrantRow[] Grants { get; init; }
    public required SparseIndex GrantsOfPrincipal { get; init; }
    public required SparseIndex GrantsOnTarget { get; init; }

    public required Adjacency FactsOf { get; init; }
    public required FactRow[] Facts { get; init; }

    /// <summary>By resource, what is known of it instead of its <see cref="Facts"/>; null where those still hold, and for all at first.</summary>
    public Fact[]?[] LaterFacts { get; init; } = [];

    /// <summary>Resource to pairs of (key, value) in <see cref="Strings"/>.</summary>
    public required Adjacency LabelsOf { get; init; }

    public required IdTable Strings { get; init; }
    public required ResourceKind[] Kinds { get; init; }
    public required KindTraits[] Traits { get; init; }
    public required Location[] Locations { get; init; }
    public required string[][] Environments { get; init; }
    public required Provenance[] Provenances
    {
        get;
        init
        {
            field = value;
            LatestEvidence = value.Max(seen => seen.ObservedAt) ?? DateTimeOffset.MinValue;
        }
    }

    /// <summary>How many of the <see cref="Provenances"/> came since the arrays were built from records; nothing may refer to them any more.</summary>
    public int LaterEvidence { get; init; }

    /// <summary>When anything in these arrays was last seen.</summary>
    public DateTimeOffset LatestEvidence { get; private init; }

    /// <summary>How long each class of evidence counts; the derived columns rest on it.</summary>
    public required ShelfLives ShelfLives { get; init; }

    /// <summary>The same with what has changed since written into it; what did not change is shared.</summary>
    public EstateTables With(EstateDelta delta)
    {
        var later = new Fact[]?[Nodes.Length];
        LaterFacts.CopyTo(later, 0);
        foreach (var (node, facts) in delta.Facts)
        {
            later[node] = facts;
        }

        return this with
        {
            Nodes = delta.Nodes.Over(Nodes),
            Groups = delta.Groups.Over(Groups),
            Copies = delta.Copies.Over(Copies),
            LaterFacts = later,
            Provenances = [.. Provenances, .. delta.Provenances],
            LaterEvidence = LaterEvidence + delta.Provenances.Count,
        };
    }
}
