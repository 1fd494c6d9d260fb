namespace Homeostat.Estates.Postgres;

/// <summary>What is asked of the cluster, in whichever database the connection stands.</summary>
internal static class ClusterQueries
{
    /// <summary>Moment, version, whether it is a standby, archiving, the look's rights, the position in the log, its most connections.</summary>
    public const string Server = """
        select (extract(epoch from clock_timestamp()) * 1000000)::int8, current_setting('server_version'),
               current_setting('server_version_num')::int4, pg_is_in_recovery(), current_setting('archive_mode'),
               pg_has_role(current_user, 'pg_read_all_stats', 'usage'),
               case when pg_is_in_recovery() then 0 else (pg_current_wal_lsn() - '0/0'::pg_lsn)::int8 end,
               current_setting('max_connections')::int4
        """;

    /// <summary>Connections of others: what the look itself needs is no use of the database.</summary>
    public const string Databases = """
        select d.datname::text, pg_get_userbyid(d.datdba)::text, d.datistemplate, d.datallowconn,
               has_database_privilege(d.oid, 'CONNECT'),
               case when has_database_privilege(d.oid, 'CONNECT') or pg_has_role(current_user, 'pg_read_all_stats', 'usage')
                    then pg_database_size(d.oid) end,
               coalesce(a.connections, 0)
        from pg_database d left join (
            select datid, count(*) as connections from pg_stat_activity
            where backend_type = 'client backend' and usename is distinct from current_user group by datid) a on a.datid = d.oid
        """;

    public static readonly string DatabaseGrants = GrantsOf("");

    public static readonly string OwnGrants = GrantsOf("and d.datname = current_database()");

    private static string GrantsOf(string filter) =>
        $"""
            select d.datname::text, coalesce(r.rolname, 'public')::text, max({PrivilegeOf("g")})
            from pg_database d cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) g
            left join pg_roles r on r.oid = g.grantee where (g.grantee = 0 or r.oid is not null) {filter}
            group by 1, 2
            """;

    public const string Roles =
        "select rolname::text, rolsuper, rolcanlogin, rolcreaterole, rolreplication from pg_roles";

    public const string Memberships = """
        select r.rolname::text, m.rolname::text from pg_auth_members a
        join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member group by 1, 2
        """;

    /// <summary>Who follows the log as a whole and replays it; a backup being taken and a mere receiver of the log do not.</summary>
    public const string Standbys = """
        select coalesce(r.application_name, ''), coalesce(host(r.client_addr), r.client_hostname, 'local'), r.state, r.sync_state,
               (r.replay_lsn - '0/0'::pg_lsn)::int8, (extract(epoch from r.replay_lag) * 1000000)::int8
        from pg_stat_replication r left join pg_replication_slots s on s.active_pid = r.pid
        where s.slot_type is distinct from 'logical' and r.state <> 'backup' and r.replay_lsn is not null
        """;

    /// <summary>A slot, and how many bytes of the log it keeps.</summary>
    public const string Slots = """
        select slot_name::text, slot_type, database::text, active,
               case when pg_is_in_recovery() then null else (pg_current_wal_lsn() - restart_lsn)::int8 end
        from pg_replication_slots where not temporary
        """;

    public const string Archiver = """
        select archived_count, (extract(epoch from last_archived_time) * 1000000)::int8, failed_count,
               (extract(epoch from last_failed_time) * 1000000)::int8 from pg_stat_archiver
        """;

    public const string Tablespaces =
        "select spcname::text, pg_get_userbyid(spcowner)::text from pg_tablespace where oid >= 16384";

    /// <summary>What a privilege amounts to, as the gateway counts it: 0 reads, 1 writes, 2 deletes, 3 administers.</summary>
    public static string PrivilegeOf(string grant) =>
        $"case when {grant}.is_grantable then 3 when {grant}.privilege_type in ('SELECT', 'USAGE', 'CONNECT', 'REFERENCES') then 0 "
        + $"when {grant}.privilege_type in ('INSERT', 'UPDATE', 'TEMPORARY') then 1 "
        + $"when {grant}.privilege_type in ('DELETE', 'TRUNCATE') then 2 else 3 end";
}
