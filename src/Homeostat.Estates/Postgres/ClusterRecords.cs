using Homeostat.Core.Estate;

namespace Homeostat.Estates.Postgres;

/// <summary>Makes records of what all databases share, and of the databases themselves.</summary>
/// <param name="unreadable">Databases that exist and whose content could not be read.</param>
internal sealed class ClusterRecords(
    PostgresOptions options,
    ClusterRows rows,
    IReadOnlySet<string> unreadable,
    IReadOnlyCollection<StandbyView> standbys
)
{
    private readonly PostgresNames _names = new(options.Cluster, "");
    private readonly List<Draft> _drafts = [];

    /// <param name="assets">The data of every table, which a standby holds as the primary does.</param>
    public IEnumerable<EstateChange.Upsert> Make(IReadOnlyCollection<AssetId> assets)
    {
        AddCluster();
        AddDatabases();
        AddRoles();
        AddStandbys(assets);
        AddSlots();
        AddArchiver();
        foreach (var (name, owner) in rows.Tablespaces)
        {
            var draft = Shared("tablespace", name, "tablespace", RunState.Inherent);
            draft.GrantedTo(_names.Role(owner), Privilege.Administer);
        }

        return _drafts.Select(draft => draft.Finish(options.Location));
    }

    private void AddCluster()
    {
        var draft = Begin(_names.Cluster, "database-cluster", RunState.Running);
        draft.Says("version", rows.Server.Version);
        draft.Says("max_connections", rows.Server.MaxConnections, rows.Moment.Seen);
        draft.Says("connections", rows.Databases.Sum(database => database.Connections), rows.Moment.Seen);
        foreach (var role in rows.Roles.Where(role => role.IsSuperuser))
        {
            draft.GrantedTo(_names.Role(role.Name), Privilege.Administer);
        }
    }

    private void AddDatabases()
    {
        foreach (var row in rows.Databases)
        {
            var grants = rows.DatabaseGrants.Where(grant => grant.Database == row.Name);
            var state = unreadable.Contains(row.Name) ? RunState.Unknown : RunState.Running;
            _drafts.Add(Database(_names, row, grants, state, rows.Moment.Seen, rows.Moment.Seen));
        }
    }

    /// <param name="counted">When its connections were counted and its size was measured.</param>
    public static Draft Database(
        PostgresNames names,
        DatabaseRow row,
        IEnumerable<(string Database, string Role, int Privilege)> grants,
        RunState state,
        Provenance seen,
        Provenance counted
    )
    {
        var id = names.OtherDatabase(row.Name);
        var draft = new Draft(id, "database", seen) { State = state };
        draft.IsIn(names.Cluster);
        draft.Needs(names.Cluster);
        draft.Add(new Relation.CopyOf(id, names.DatabaseAsset(row.Name), CopyRole.Primary));
        draft.GrantedTo(names.Role(row.Owner), Privilege.Administer);
        draft.Says("connections", row.Connections, counted);
        if (row.Bytes is { } bytes)
        {
            draft.Says("size_bytes", bytes, counted);
        }

        foreach (var grant in grants)
        {
            draft.GrantedTo(names.Role(grant.Role), (Privilege)grant.Privilege);
        }

        return draft;
    }

    /// <summary>Whoever is a member of a role can do what it can.</summary>
    private void AddRoles()
    {
        var members = rows.Memberships.ToLookup(pair => pair.Role, pair => pair.Member, StringComparer.Ordinal);
        Shared("role", "public", "identity", RunState.Inherent);
        foreach (var role in rows.Roles)
        {
            var draft = Shared("role", role.Name, "identity", RunState.Inherent);
            draft.Says("can_login", role.CanLogin ? 1 : 0, rows.Moment.Seen);
            draft.Says("superuser", role.IsSuperuser ? 1 : 0, rows.Moment.Seen);
            draft.Says("creates_roles", role.CanCreateRoles ? 1 : 0, rows.Moment.Seen);
            draft.Says("replicates", role.CanReplicate ? 1 : 0, rows.Moment.Seen);
            foreach (var member in members[role.Name])
            {
                draft.GrantedTo(_names.Role(member), Privilege.Administer);
            }
        }
    }

    /// <summary>
    /// One that follows no more is not gone: it has what it had, and grows older, until it is forgotten.
    /// </summary>
    private void AddStandbys(IReadOnlyCollection<AssetId> assets)
    {
        foreach (var standby in standbys)
        {
            var id = _names.Shared("standby", standby.Name);
            var seen = standby.Follows ? rows.Moment.Seen : rows.Moment.Seen with { ObservedAt = standby.SeenAt };
            var draft = new Draft(id, "database-replica", seen)
            {
                State = standby.Follows ? RunState.Running : RunState.Unknown,
            };
            _drafts.Add(draft);
            draft.Says("sync_state", standby.SyncState);
            var point = standby.ContentAt is { } content
                ? new RecoveryPoint(Positive(rows.Moment.SentAt - content), rows.Moment.Seen)
                : (RecoveryPoint?)null;
            foreach (var asset in assets.Concat(rows.Databases.Select(row => _names.DatabaseAsset(row.Name))))
            {
                draft.Add(new Relation.CopyOf(id, asset, CopyRole.Standby) { RecoveryPoint = point });
            }
        }
    }

    private void AddSlots()
    {
        foreach (var slot in rows.Slots)
        {
            var draft = Shared("replication-slot", slot.Name, "replication-slot", RunState.Inherent);
            draft.Says("type", slot.Type);
            draft.Says("active", slot.IsActive ? 1 : 0, rows.Moment.Seen);
            if (slot.KeptBytes is { } bytes)
            {
                draft.Says("kept_bytes", bytes, rows.Moment.Seen);
            }

            if (slot.Database is { } database)
            {
                draft.IsIn(_names.OtherDatabase(database));
            }
        }
    }

    /// <summary>Archiving guards while it works: something was archived lately, and nothing failed since.</summary>
    private void AddArchiver()
    {
        if (rows.Server.ArchiveMode is "off" || rows.Archiver is not { } archiver)
        {
            return;
        }

        var last = rows.Moment.Ours(archiver.ArchivedAt);
        var works =
            last is { } at
            && rows.Moment.SentAt - at <= PostgresLimits.ArchiveRecent
            && (archiver.FailedAt is null || archiver.FailedAt <= archiver.ArchivedAt);
        var draft = Shared("archiver", "wal", "backup-plan", works ? RunState.Running : RunState.Stopped);
        draft.Says("archived_total", archiver.Archived, rows.Moment.Seen);
        draft.Says("failed_total", archiver.Failed, rows.Moment.Seen);
        if (works)
        {
            draft.Add(new Relation.Guards(draft.Id, _names.Cluster, GuardKind.BackupPlan));
        }
    }

    private Draft Shared(string kind, string name, string resourceKind, RunState state)
    {
        var draft = Begin(_names.Shared(kind, name), resourceKind, state);
        draft.IsIn(_names.Cluster);
        return draft;
    }

    private Draft Begin(ResourceId id, string kind, RunState state)
    {
        var draft = new Draft(id, kind, rows.Moment.Seen) { State = state };
        _drafts.Add(draft);
        return draft;
    }

    private static TimeSpan Positive(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;
}
