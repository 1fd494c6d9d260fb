namespace Homeostat.Estates.Postgres;

/// <summary>
/// What is asked of one database: of everything that somebody made, or of what is named. Both are the same questions, so
/// that a look says of an object just what a listing says. None of them takes a lock on what it is about.
/// </summary>
internal sealed class DatabaseQueries
{
    /// <summary>$1 are schemas and $2 names of relations; $3 is the last name of what is no relation.</summary>
    public static DatabaseQueries Named { get; } =
        new(
            """
            = any(array(select x.oid from unnest($1::text[], $2::text[]) w(s, n)
                        join pg_namespace y on y.nspname = w.s::name and y.nspname::text = w.s
                        join pg_class x on x.relnamespace = y.oid and x.relname = w.n::name and x.relname::text = w.n))
            """,
            "{0} = any($1::name[])",
            isListing: false
        );

    public static DatabaseQueries Listing { get; } = new(">= 16384", "{1}.oid >= 16384", isListing: true);

    private DatabaseQueries(string relations, string objects, bool isListing)
    {
        Relations = RelationsSql(relations, "");
        Marks = RelationsSql(relations, $", {MarkQueries.Mark}");
        Dependencies = DependenciesSql(RelationEdges(relations, isListing), "pg_class");
        Inheritance = InheritanceSql(relations);
        Grants = GrantsSql(relations);
        string Of(string name, string alias) => string.Format(null, objects, name, alias);
        Objects = ObjectQueries.Objects(Of, isListing ? NotOfExtension : "");
        ObjectDependencies = DependenciesSql(ObjectEdges(Of), "");
        SchemaGrants = SchemaGrantsSql(Of("n.nspname", "n"));
        SubscribedTables = SubscribedTablesSql(relations);
    }

    /// <summary>The moment of the look by the server's clock, in microseconds.</summary>
    public const string Moment = "select (extract(epoch from clock_timestamp()) * 1000000)::int8";

    public string Relations { get; }

    /// <summary>The same, and what tells of each whether the other questions would be answered as before.</summary>
    public string Marks { get; }

    /// <summary>What a relation depends on by its definition, rules, defaults, triggers, constraints and policies.</summary>
    public string Dependencies { get; }

    public string Inheritance { get; }

    public string Grants { get; }

    public string Objects { get; }

    public string ObjectDependencies { get; }

    public string SchemaGrants { get; }

    public string SubscribedTables { get; }

    /// <summary>A large extension brings thousands of functions: they are listed as the extension, and answered when asked for.</summary>
    private const string NotOfExtension =
        "and not exists (select from pg_depend x where x.classid = {0}::regclass and x.objid = {1}.oid and x.deptype = 'e')";

    private static string RelationsSql(string filter, string also) =>
        $"""
            select n.nspname::text, c.relname::text, c.relkind::text, pg_get_userbyid(c.relowner)::text,
                   c.reltuples::float8,
                   (c.relpages::int8 + coalesce(t.relpages, 0)) * current_setting('block_size')::int8,
                   (extract(epoch from greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid),
                        pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))) * 1000000)::int8,
                   case when c.relkind in ('r', 'm') then pg_stat_get_tuples_inserted(c.oid)
                        + pg_stat_get_tuples_updated(c.oid) + pg_stat_get_tuples_deleted(c.oid) end,
                   s.relname::text{also}
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            left join pg_class t on t.oid = c.reltoastrelid and c.reltoastrelid <> 0
            left join pg_index i on i.indexrelid = c.oid and c.relkind in ('i', 'I')
            left join pg_class s on s.oid = i.indrelid
            where c.oid {filter} and c.oid >= 16384 and c.relpersistence <> 't' and n.nspname <> 'pg_toast'
              and c.relkind in ('r', 'p', 'v', 'm', 'S', 'i', 'I', 'f')
            """;

    private static string RelationEdges(string filter, bool isListing)
    {
        (string Catalogue, string Owner)[] parts =
        [
            ("pg_rewrite", "ev_class"),
            ("pg_attrdef", "adrelid"),
            ("pg_trigger", "tgrelid"),
            ("pg_constraint", "conrelid"),
            ("pg_policy", "polrelid"),
        ];
        return $"""
                select d.objid as owner, d.refclassid, d.refobjid, d.deptype from pg_depend d
                where d.classid = 'pg_class'::regclass and d.objid {filter}
                """ + string.Concat(parts.Select(part => PartEdges(part.Catalogue, part.Owner, filter, isListing)));
    }

    /// <summary>
    /// What a part of a relation depends on. Without statistics of the catalogue the planner would read all of pg_depend for one
    /// relation, 16 ms at 5 000 tables: OFFSET 0 keeps it to the relation's parts.
    /// </summary>
    private static string PartEdges(string catalogue, string owner, string filter, bool isListing) =>
        $"""

            union all select e.{owner}, d.refclassid, d.refobjid, d.deptype from {catalogue} e
            cross join lateral (select x.refclassid, x.refobjid, x.deptype from pg_depend x
                where x.classid = '{catalogue}'::regclass and x.objid = e.oid{(isListing ? "" : " offset 0")}) d
            where e.{owner} {filter}
            """;

    private static string ObjectEdges(Func<string, string, string> of) =>
        $"""
            select 'function' as kind, n.nspname::text as s, p.proname::text as n, d.refclassid, d.refobjid, d.deptype
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid
            where {of("p.proname", "p")}
            union all select 'type', n.nspname::text, t.typname::text, d.refclassid, d.refobjid, d.deptype
            from pg_type t join pg_namespace n on n.oid = t.typnamespace
            join pg_depend d on d.classid = 'pg_type'::regclass and d.objid = t.oid
            where {of("t.typname", "t")} and t.typcategory <> 'A'
            union all select 'type', n.nspname::text, t.typname::text, d.refclassid, d.refobjid, d.deptype
            from pg_type t join pg_namespace n on n.oid = t.typnamespace
            join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
            join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid
            where {of("t.typname", "t")}
            """;

    /// <summary>
    /// Edges to what they lead to: an array to its element, a row type to its relation, a member of an extension to the extension.
    /// </summary>
    private static string DependenciesSql(string edges, string ownerClass)
    {
        var ofRelation = ownerClass.Length > 0;
        var owner = ofRelation ? "'relation', o.nspname::text, c0.relname::text" : "e.kind, e.s, e.n";
        var join = ofRelation
            ? "join pg_class c0 on c0.oid = e.owner join pg_namespace o on o.oid = c0.relnamespace"
            : "";
        return $"""
            select distinct {owner}, e.deptype::text,
                   case when x.extname is not null and c.oid is null then 'extension' when c.oid is not null then 'relation'
                        when b.oid is not null then 'type' when p.oid is not null then 'function' else k.kind end,
                   case when x.extname is not null and c.oid is null then null else coalesce(n.nspname, k.s)::text end,
                   case when x.extname is not null and c.oid is null then x.extname else coalesce(c.relname, b.typname, p.proname, k.n) end::text,
                   coalesce(c.relkind, '')::text
            from ({edges}) e {join}
            left join pg_type t on e.refclassid = 'pg_type'::regclass and t.oid = e.refobjid
            left join pg_type b on b.oid = case when t.typcategory = 'A' then t.typelem else t.oid end
            left join pg_class c on c.relkind <> 'c'
                 and c.oid = case when e.refclassid = 'pg_class'::regclass then e.refobjid when b.typrelid <> 0 then b.typrelid end
            left join pg_proc p on e.refclassid = 'pg_proc'::regclass and p.oid = e.refobjid
            left join pg_namespace n on n.oid = coalesce(c.relnamespace, b.typnamespace, p.pronamespace)
            left join ({ObjectQueries.Others}) k on k.class = e.refclassid and k.oid = e.refobjid
            left join pg_depend y on y.deptype = 'e' and y.classid = e.refclassid and y.objid = coalesce(b.oid, p.oid, k.oid)
            left join pg_extension x on x.oid = case when e.refclassid = 'pg_extension'::regclass then e.refobjid else y.refobjid end
            where (coalesce(c.oid, b.oid, p.oid, k.oid) >= 16384 or e.refclassid = 'pg_extension'::regclass)
              and (c.oid is null or c.relkind in ('r', 'p', 'v', 'm', 'S', 'f'))
              and coalesce(n.nspname, '') <> 'pg_toast'
            """;
    }

    private static string InheritanceSql(string filter) =>
        $"""
            select n.nspname::text, c.relname::text, pn.nspname::text, p.relname::text
            from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
            join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
            where i.inhrelid {filter} and c.relpersistence <> 't'
            """;

    /// <summary>The highest privilege of each role, on the relation or one of its columns.</summary>
    private static string GrantsSql(string filter) =>
        $"""
            select n.nspname::text, c.relname::text, coalesce(r.rolname, 'public')::text,
                   max({ClusterQueries.PrivilegeOf("g")})
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            cross join lateral (
                select a.grantee, a.privilege_type, a.is_grantable from aclexplode(c.relacl) a
                union all select a.grantee, a.privilege_type, a.is_grantable
                from pg_attribute t cross join lateral aclexplode(t.attacl) a
                where t.attrelid = c.oid and t.attacl is not null and not t.attisdropped) g
            left join pg_roles r on r.oid = g.grantee
            where c.oid {filter} and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.relpersistence <> 't'
              and (g.grantee = 0 or r.oid is not null)
            group by 1, 2, 3
            """;

    private static string SchemaGrantsSql(string filter) =>
        $"""
            select 'schema', n.nspname::text, coalesce(r.rolname, 'public')::text, max({ClusterQueries.PrivilegeOf(
                "g"
            )})
            from pg_namespace n cross join lateral aclexplode(n.nspacl) g left join pg_roles r on r.oid = g.grantee
            where ({filter} or n.nspname = 'public') and (g.grantee = 0 or r.oid is not null) group by 2, 3
            """;

    /// <summary>The subscription that fills a table, and how old its newest message is by the publisher's clock, in microseconds.</summary>
    private static string SubscribedTablesSql(string filter) =>
        $"""
            select n.nspname::text, c.relname::text, s.subname::text, sr.srsubstate::text,
                   (extract(epoch from (select max(x.latest_end_time) from pg_stat_subscription x where x.subid = s.oid)) * 1000000)::int8
            from pg_subscription_rel sr join pg_subscription s on s.oid = sr.srsubid
            join pg_class c on c.oid = sr.srrelid join pg_namespace n on n.oid = c.relnamespace
            where sr.srrelid {filter} and s.subenabled
            """;
}
