namespace Homeostat.Estates.Postgres;

/// <summary>What tells, for one relation after another, whether it is still what was read before.</summary>
internal static class MarkQueries
{
    private static readonly (string Catalogue, string Relation)[] Parts =
    [
        ("pg_rewrite", "ev_class"),
        ("pg_attrdef", "adrelid"),
        ("pg_trigger", "tgrelid"),
        ("pg_constraint", "conrelid"),
        ("pg_policy", "polrelid"),
    ];

    /// <summary>
    /// Its number, its grants and those of its columns, its parents, and what it and its parts depend on, by number and by name:
    /// all that its dependencies, inheritance and grants are read from. With the transactions that wrote them: what was changed and
    /// changed back has another mark, or what was read in between would be taken for what is there. Null where a subscription fills it, whose newest message is
    /// another each time.
    /// </summary>
    public static readonly string Mark = $"""
        case when not exists (select from pg_subscription_rel f where f.srrelid = c.oid) then
          (c.oid, c.xmin, (select max(a.xmin::text::int8) from pg_attribute a where a.attrelid = c.oid), c.relacl,
           array(select (a.attnum, a.attacl)::text from pg_attribute a
                 where a.attrelid = c.oid and a.attacl is not null and not a.attisdropped),
           array(select (pg_describe_object('pg_class'::regclass, h.inhparent, 0), h.xmin)::text from pg_inherits h where h.inhrelid = c.oid),
           array(select (d.refclassid, d.refobjid, d.deptype, d.version, pg_describe_object(d.refclassid, d.refobjid, 0),
                         (select x.refobjid from pg_depend x where x.classid = d.refclassid and x.objid = d.refobjid
                          and x.deptype = 'e' limit 1))::text
                 from ({Edges}) d
                 where d.refobjid >= 16384 and (d.deptype in ('n', 'e') or c.relkind = 'S')))::text end
        """;

    /// <summary>The database that is asked itself, as the question about all databases has it, without what is counted and measured.</summary>
    public const string Database = """
        select d.datname::text, pg_get_userbyid(d.datdba)::text, d.datistemplate, d.datallowconn,
               has_database_privilege(d.oid, 'CONNECT'), null::int8, 0::int8
        from pg_database d where d.datname = current_database()
        """;

    /// <summary>Every part is looked for by its relation, and only what that finds in pg_depend: OFFSET 0 keeps the planner to it.</summary>
    private static string Edges =>
        "select o.refclassid, o.refobjid, o.deptype, o.xmin as version from pg_depend o where o.classid = 'pg_class'::regclass and o.objid = c.oid"
        + string.Concat(
            Parts.Select(part =>
                $" union all select o.refclassid, o.refobjid, o.deptype, o.version from {part.Catalogue} e cross join lateral "
                + "(select x.refclassid, x.refobjid, x.deptype, x.xmin as version from pg_depend x "
                + $"where x.classid = '{part.Catalogue}'::regclass and x.objid = e.oid offset 0) o where e.{part.Relation} = c.oid"
            )
        );
}
