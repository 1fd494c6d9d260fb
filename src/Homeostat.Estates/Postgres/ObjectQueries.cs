namespace Homeostat.Estates.Postgres;

/// <summary>What is asked of the objects of a database that are no relations.</summary>
internal static class ObjectQueries
{
    /// <summary>Catalogue, the column with the name, the one with the schema, the one with the owner, the word in the id.</summary>
    private static readonly (string Catalogue, string Name, string Schema, string Owner, string Kind)[] InSchema =
    [
        ("pg_operator", "oprname", "oprnamespace", "oprowner", "operator"),
        ("pg_opclass", "opcname", "opcnamespace", "opcowner", "operator-class"),
        ("pg_opfamily", "opfname", "opfnamespace", "opfowner", "operator-family"),
        ("pg_collation", "collname", "collnamespace", "collowner", "collation"),
        ("pg_conversion", "conname", "connamespace", "conowner", "conversion"),
        ("pg_statistic_ext", "stxname", "stxnamespace", "stxowner", "statistics"),
        ("pg_ts_config", "cfgname", "cfgnamespace", "cfgowner", "text-search-configuration"),
        ("pg_ts_dict", "dictname", "dictnamespace", "dictowner", "text-search-dictionary"),
        ("pg_ts_parser", "prsname", "prsnamespace", "", "text-search-parser"),
        ("pg_ts_template", "tmplname", "tmplnamespace", "", "text-search-template"),
    ];

    private static readonly (string Catalogue, string Name, string Owner, string Kind)[] OfDatabase =
    [
        ("pg_language", "lanname", "lanowner", "language"),
        ("pg_foreign_data_wrapper", "fdwname", "fdwowner", "foreign-data-wrapper"),
        ("pg_foreign_server", "srvname", "srvowner", "foreign-server"),
    ];

    /// <summary>Class, number, kind, schema and name of what a relation, function or type may need beside its like.</summary>
    public static readonly string Others = string.Join(
        " union all ",
        InSchema
            .Select(form =>
                $"select '{form.Catalogue}'::regclass::oid as class, o.oid, '{form.Kind}' as kind, n.nspname as s, o.{form.Name} as n "
                + $"from {form.Catalogue} o join pg_namespace n on n.oid = o.{form.Schema} where o.oid >= 16384"
            )
            .Concat(
                OfDatabase.Select(form =>
                    $"select '{form.Catalogue}'::regclass::oid, o.oid, '{form.Kind}', null, o.{form.Name} "
                    + $"from {form.Catalogue} o where o.oid >= 16384"
                )
            )
    );

    /// <summary>Kind, the names in the id, owner, and a text that says more.</summary>
    /// <param name="of">The condition on a last name and the alias of its catalogue.</param>
    public static string Objects(Func<string, string, string> of, string notOfExtension)
    {
        string Own(string catalogue, string alias) => string.Format(null, notOfExtension, $"'{catalogue}'", alias);
        var others = InSchema
            .Select(form =>
                $"""

                    union all select distinct '{form.Kind}', array[n.nspname, o.{form.Name}]::text[], {Owner(
                        form.Owner
                    )}, null
                    from {form.Catalogue} o join pg_namespace n on n.oid = o.{form.Schema}
                    where {of($"o.{form.Name}", "o")} and o.oid >= 16384 {Own(form.Catalogue, "o")}
                    """
            )
            .Concat(
                OfDatabase.Select(form =>
                    $"""

                    union all select '{form.Kind}', array[o.{form.Name}]::text[], {Owner(form.Owner)}, null
                    from {form.Catalogue} o where {of(
                        $"o.{form.Name}",
                        "o"
                    )} and o.oid >= 16384 {Own(form.Catalogue, "o")}
                    """
                )
            );
        return OfRelations(of) + Routines(of, Own) + Replication(of) + string.Concat(others);
    }

    /// <summary>One name may be several objects, of one owner or of several: those are one object of nobody in particular.</summary>
    private static string Owner(string column) => column.Length == 0 ? "null" : $"pg_get_userbyid(o.{column})::text";

    private static string OfRelations(Func<string, string, string> of) =>
        $"""
            select distinct 'schema', array[n.nspname]::text[], pg_get_userbyid(n.nspowner)::text, null::text
            from pg_namespace n where ({of(
                "n.nspname",
                "n"
            )} or n.nspname = 'public') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            union all select 'trigger', array[n.nspname, c.relname, t.tgname]::text[], null, t.tgenabled::text
            from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
            where {of("t.tgname", "t")} and not t.tgisinternal and c.relpersistence <> 't'
            union all select 'policy', array[n.nspname, c.relname, p.polname]::text[], null, null
            from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
            where {of("p.polname", "p")} and c.relpersistence <> 't'
            union all select 'rule', array[n.nspname, c.relname, r.rulename]::text[], null, r.ev_enabled::text
            from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
            where {of("r.rulename", "r")} and r.rulename <> '_RETURN' and r.oid >= 16384 and c.relpersistence <> 't'
            """;

    private static string Routines(Func<string, string, string> of, Func<string, string, string> own) =>
        $"""

            union all select distinct 'function', array[n.nspname, p.proname]::text[], null, null
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where {of("p.proname", "p")} and p.oid >= 16384 and n.nspname !~ '^pg_temp' {own("pg_proc", "p")}
            union all select 'type', array[n.nspname, t.typname]::text[], pg_get_userbyid(t.typowner)::text, t.typtype::text
            from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
            where {of("t.typname", "t")} and t.oid >= 16384 and n.nspname !~ '^pg_t(emp|oast)' and t.typcategory <> 'A'
              and coalesce(c.relkind, 'c') = 'c' {own("pg_type", "t")}
            union all select 'cast', array[sn.nspname, s.typname, tn.nspname, t.typname]::text[], null, w.castcontext::text
            from pg_cast w join pg_type s on s.oid = w.castsource join pg_namespace sn on sn.oid = s.typnamespace
            join pg_type t on t.oid = w.casttarget join pg_namespace tn on tn.oid = t.typnamespace
            where {of("t.typname", "w")} and w.oid >= 16384 {own("pg_cast", "w")}
            """;

    private static string Replication(Func<string, string, string> of) =>
        $"""

            union all select 'extension', array[e.extname]::text[], pg_get_userbyid(e.extowner)::text, e.extversion
            from pg_extension e where {of("e.extname", "e")}
            union all select 'publication', array[p.pubname]::text[], pg_get_userbyid(p.pubowner)::text,
                   case when p.puballtables then 'all tables' else (select count(*) || ' tables' from pg_publication_rel x where x.prpubid = p.oid) end
            from pg_publication p where {of("p.pubname", "p")}
            union all select 'subscription', array[s.subname]::text[], pg_get_userbyid(s.subowner)::text,
                   case when s.subenabled then 'enabled' else 'disabled' end
            from pg_subscription s where {of(
                "s.subname",
                "s"
            )} and s.subdbid = (select oid from pg_database where datname = current_database())
            union all select 'event-trigger', array[e.evtname]::text[], pg_get_userbyid(e.evtowner)::text, e.evtenabled::text
            from pg_event_trigger e where {of("e.evtname", "e")}
            """;
}
