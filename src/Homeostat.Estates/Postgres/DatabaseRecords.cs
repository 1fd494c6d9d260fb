using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>Makes records of what one database said: of all of it, or of what was asked for.</summary>
internal sealed class DatabaseRecords(PostgresOptions options, DatabaseRows rows, WriteTrail writes)
{
    private static readonly Dictionary<string, string> RelationKinds = new()
    {
        ["r"] = "table",
        ["p"] = "table",
        ["f"] = "foreign-table",
        ["v"] = "view",
        ["m"] = "materialized-view",
        ["S"] = "sequence",
        ["i"] = "index",
        ["I"] = "index",
    };

    private static readonly Dictionary<string, string> ObjectKinds = new()
    {
        ["schema"] = "database-schema",
        ["function"] = "routine",
        ["rule"] = "rewrite-rule",
        ["event-trigger"] = "trigger",
        ["operator-family"] = "operator-class",
        ["text-search-configuration"] = "text-search",
        ["text-search-dictionary"] = "text-search",
        ["text-search-parser"] = "text-search",
        ["text-search-template"] = "text-search",
    };

    private readonly PostgresNames _names = new(options.Cluster, rows.Database);
    private readonly Dictionary<ResourceId, Draft> _drafts = [];
    private readonly HashSet<RelationName> _sequences =
    [
        .. rows.Relations.Where(row => row.Kind == "S").Select(row => row.Name),
    ];
    private readonly HashSet<(RelationName, RelationName)> _parents =
    [
        .. rows.Inheritance.Select(row => (row.Child, row.Parent)),
    ];

    public IEnumerable<EstateChange.Upsert> Make()
    {
        rows.Relations.ForEach(AddRelation);
        rows.Objects.ForEach(AddObject);
        rows.Inheritance.ForEach(row => Find(row.Child)?.IsIn(IdOf(row.Parent)));
        rows.Dependencies.ForEach(AddDependency);
        rows.Grants.ForEach(row => Find(row.Target)?.GrantedTo(_names.Role(row.Role), (Privilege)row.Privilege));
        rows.SchemaGrants.ForEach(row =>
            _drafts
                .GetValueOrDefault(_names.Object(row.Target.Schema, [row.Target.Name]))
                ?.GrantedTo(_names.Role(row.Role), (Privilege)row.Privilege)
        );
        rows.Subscribed.ForEach(AddUpstream);
        return _drafts.Values.Select(draft => draft.Finish(options.Location));
    }

    private ResourceId IdOf(RelationName name) => _names.Relation(name.Schema, name.Name);

    private Draft? Find(RelationName name) => _drafts.GetValueOrDefault(IdOf(name));

    private void AddRelation(RelationRow row)
    {
        var draft = new Draft(IdOf(row.Name), RelationKinds[row.Kind], rows.Moment.Seen);
        _drafts[draft.Id] = draft;
        if (row.IndexOf is { } table)
        {
            draft.IsIn(_names.Relation(row.Name.Schema, table));
            return;
        }

        draft.IsIn(_names.Object("schema", [row.Name.Schema]));
        draft.Needs(_names.Database);
        draft.GrantedTo(_names.Role(row.Owner), Privilege.Administer);
        if (row.Kind is "r" or "p" or "m")
        {
            draft.Add(new Relation.CopyOf(draft.Id, _names.Asset(row.Name.Schema, row.Name.Name), CopyRole.Primary));
            AddFacts(draft, row);
        }
    }

    /// <summary>Estimates carry the time at which the server made them; one that it never made is no fact.</summary>
    private void AddFacts(Draft draft, RelationRow row)
    {
        if (row.Kind != "p" && row.CountedAt is { } counted && row.Rows >= 0)
        {
            draft.Says("rows", row.Rows, rows.Moment.At(counted));
            draft.Says("size_bytes", row.Bytes, rows.Moment.At(counted));
        }

        if (row.Writes is { } written)
        {
            draft.Says("written_rows_total", written, rows.Moment.Seen);
            if (writes.LastWrite(draft.Id, written, rows.Moment.SentAt) is { } at)
            {
                draft.Says("last_write_unix_seconds", at.ToUnixTimeSeconds(), rows.Moment.Seen);
            }
        }
    }

    private void AddObject(ObjectRow row)
    {
        var id = _names.Object(row.Kind, row.Names);
        if (!_drafts.TryGetValue(id, out var draft))
        {
            draft = new Draft(id, ObjectKinds.GetValueOrDefault(row.Kind, row.Kind), rows.Moment.Seen);
            draft.IsIn(
                row.Names.Count switch
                {
                    2 => _names.Object("schema", [row.Names[0]]),
                    3 => _names.Relation(row.Names[0], row.Names[1]),
                    _ => _names.Database,
                }
            );
            _drafts[id] = draft;
        }

        if (row.Owner is { } owner)
        {
            draft.GrantedTo(_names.Role(owner), Privilege.Administer);
        }

        if (row.Detail is { } detail)
        {
            draft.Says("definition", detail);
        }
    }

    private void AddDependency(DependencyRow row)
    {
        var owner =
            row.OwnerKind == DependencyRow.OfRelation
                ? Find(row.Owner)
                : _drafts.GetValueOrDefault(_names.Object(row.OwnerKind, [row.Owner.Schema, row.Owner.Name]));
        if (owner is null)
        {
            return;
        }

        var on = row.Kind switch
        {
            "relation" => _names.Relation(row.Schema!, row.Name),
            "extension" => _names.Object("extension", [row.Name]),
            _ => _names.Object(row.Kind, row.Schema is { } schema ? [schema, row.Name] : [row.Name]),
        };
        if (row.DependencyType == "e" || IsOwnedSequence(row))
        {
            owner.IsIn(on);
        }
        else if (row.DependencyType == "n" && !IsParent(row))
        {
            owner.Needs(on);
        }
    }

    /// <summary>A column's sequence ends with its table; a partition has its parent from the list of parents.</summary>
    private bool IsOwnedSequence(DependencyRow row) =>
        row is { OwnerKind: "relation", DependencyType: "a" or "i", Kind: "relation" }
        && _sequences.Contains(row.Owner);

    private bool IsParent(DependencyRow row) =>
        row is { OwnerKind: "relation", Kind: "relation" }
        && _parents.Contains((row.Owner, new RelationName(row.Schema!, row.Name)));

    /// <summary>The subscriber's table is a copy of the publisher's; only an overlay or the options can say which that is.</summary>
    private void AddUpstream(SubscribedRow row)
    {
        if (Find(row.Table) is { } table && options.Upstreams.TryGetValue(row.Subscription, out var upstream))
        {
            var asset = new PostgresNames(upstream.Cluster, upstream.Database).Asset(row.Table.Schema, row.Table.Name);
            var latest = rows.Moment.Ours(row.LatestAt);
            table.Add(
                new Relation.CopyOf(table.Id, asset, CopyRole.Standby)
                {
                    // While a table is copied for the first time it is not whole, however fresh its newest row is.
                    RecoveryPoint =
                        latest is { } at && row.State is "r" or "s"
                            ? new RecoveryPoint(rows.Moment.SentAt - at, rows.Moment.Seen)
                            : null,
                }
            );
        }
    }
}
