namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>
/// What is asked of the system catalogue. Only what every role may read, so that a session can be asked as whoever it is.
/// <c>{0}</c> is the condition on the number of the object: built in, or made by somebody.
/// </summary>
internal static class CatalogueQueries
{
    public const string Schemas =
        "select oid::int8, nspname::text, nspowner::int8, has_schema_privilege(oid, 'USAGE') from pg_namespace";

    public const string ShowsSubscriptions =
        "select has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')";

    public const string TemporarySchema = "select nspname::text from pg_namespace where oid = pg_my_temp_schema()";

    public const string Relations = """
        select c.oid::int8, c.relnamespace::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relowner::int8,
               c.relrowsecurity, case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
               case when c.relkind in ('v', 'm') and c.oid >= 16384 then pg_get_viewdef(c.oid) end
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid {0} and not pg_is_other_temp_schema(c.relnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I', 'c')
        """;

    public const string Columns = """
        select a.attrelid::int8, a.attnum::int4, a.attname::text, a.atttypid::int8,
               pg_get_expr(d.adbin, d.adrelid), a.attgenerated <> ''
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid {0} and a.attnum > 0 and not a.attisdropped
        """;

    /// <summary>An index is unique where <c>=</c> on its columns finds one row: not where it compares otherwise than they do.</summary>
    public const string Indexes = """
        select i.indrelid::int8, i.indexrelid::int8, i.indisunique and i.indisvalid and i.indimmediate
               and (not exists (select from pg_collation where not collisdeterministic) or not exists (
                 select from pg_attribute k join pg_attribute c on c.attrelid = i.indrelid and c.attnum = i.indkey[k.attnum - 1]
                 where k.attrelid = i.indexrelid and k.attnum <= i.indnkeyatts and k.attcollation <> c.attcollation)),
               i.indkey::int2[]::int4[], pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid),
               i.indnkeyatts::int4
        from pg_index i where i.indexrelid {0}
        """;

    public const string Constraints = """
        select oid::int8, conname::text, contype::text, conrelid::int8, contypid::int8, confrelid::int8,
               confdeltype::text, confupdtype::text, coalesce(conkey::int4[], '{{}}'), coalesce(confkey::int4[], '{{}}'),
               pg_get_expr(conbin, conrelid)
        from pg_constraint where oid {0}
        """;

    public const string Triggers = """
        select tgrelid::int8, tgname::text, tgfoid::int8, tgtype::int4,
               case when tgqual is null then '' else pg_get_triggerdef(oid) end
        from pg_trigger where oid {0} and not tgisinternal and tgenabled <> 'D'
        """;

    public const string Rules = """
        select ev_class::int8, rulename::text, ev_type::text, is_instead, pg_get_ruledef(oid)
        from pg_rewrite where oid {0} and rulename <> '_RETURN' and ev_enabled <> 'D'
        """;

    public const string Policies = """
        select polrelid::int8, polname::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
        from pg_policy where oid {0}
        """;

    /// <summary>Bodies in standard SQL, which are kept parsed, came with version 14.</summary>
    public static string Functions(int major) =>
        major < 14 ? FunctionsWith("p.prosrc") : FunctionsWith("coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)");

    private static string FunctionsWith(string body) =>
        $$"""
            select p.oid::int8, p.pronamespace::int8, n.nspname::text, p.proname::text, p.prokind::text, l.lanname::text,
                   p.provolatile::text, p.pronargs::int4, p.pronargdefaults::int4, p.provariadic <> 0, p.prorettype::int8,
                   p.proargtypes::oid[]::int8[],
                   (select string_agg(substr(s, 13), '') from unnest(p.proconfig) s where s like 'search\_path=%'),
                   exists(select from unnest(p.proconfig) s where s not like 'search\_path=%'),
                   case when p.oid < 16384 then null else {{body}} end,
                   case when p.oid < 16384 then '' else encode(sha256(convert_to(
                        {{body}} || coalesce(p.probin, ''), 'UTF8')), 'hex') end,
                   case when p.pronargdefaults > 0 and p.oid >= 16384 then pg_get_expr(p.proargdefaults, 0) end,
                   (select array[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn,
                                 a.aggminvtransfn, a.aggmfinalfn]::oid[]::int8[] from pg_aggregate a where a.aggfnoid = p.oid)
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
            where p.oid {0}
            """;

    /// <summary>Functions that take elements out came with version 14.</summary>
    public static string Types(int major) =>
        $$"""
            select t.oid::int8, t.typnamespace::int8, n.nspname::text, t.typname::text, t.typtype::text, t.typbasetype::int8,
                   case when t.typtype = 'r' then (select r.rngsubtype from pg_range r where r.rngtypid = t.oid)
                        else t.typelem end::int8,
                   t.typrelid::int8,
                   array[t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze,
                         {{(major < 14 ? "0" : "t.typsubscript")}},
                         (select r.rngcanonical from pg_range r where r.rngtypid = t.oid),
                         (select r.rngsubdiff from pg_range r where r.rngtypid = t.oid)]::oid[]::int8[]
            from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.oid {0}
            """;

    public const string Operators = """
        select oid::int8, oprnamespace::int8, oprname::text, oprleft::int8, oprright::int8,
               array[oprcode, oprrest, oprjoin]::oid[]::int8[]
        from pg_operator where oid {0}
        """;

    public const string Casts = """
        select castsource::int8, casttarget::int8, castfunc::int8, castcontext <> 'e' from pg_cast where oid {0} and castfunc <> 0
        """;

    public const string Inheritance = """
        select i.inhrelid::int8, i.inhparent::int8 from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhrelid {0} and not pg_is_other_temp_schema(c.relnamespace)
        """;

    public const string Dependencies = """
        select refclassid::int8, refobjid::int8, refobjsubid::int4, classid::int8, objid::int8, objsubid::int4, deptype::text
        from pg_depend where objid {0}
        """;

    public const string Roles = "select oid::int8, rolname::text from pg_roles";

    public const string Extensions = "select oid::int8, extname::text from pg_extension";

    public const string EventTriggers =
        "select evtname::text, evtevent::text, evtfoid::int8 from pg_event_trigger where evtenabled <> 'D'";

    /// <summary>Everything that has a name and no question of its own: where its number stands, its kind and its names.</summary>
    public const string Objects = """
        select 'pg_trigger'::regclass::oid::int8, t.oid::int8, case when t.tgisinternal then 'internal' else 'trigger' end,
               n.nspname::text, c.relname::text, t.tgname::text, null::text
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where t.oid {0}
        union all select 'pg_policy'::regclass::oid::int8, p.oid::int8, 'policy', n.nspname, c.relname, p.polname, null
        from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where p.oid {0}
        union all select 'pg_rewrite'::regclass::oid::int8, r.oid::int8, 'rule', n.nspname, c.relname, r.rulename, null
        from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
        where r.oid {0} and r.rulename <> '_RETURN'
        union all select 'pg_operator'::regclass::oid::int8, o.oid::int8, 'operator', n.nspname, o.oprname, null, null
        from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where o.oid {0}
        union all select 'pg_opclass'::regclass::oid::int8, o.oid::int8, 'operator-class', n.nspname, o.opcname, null, null
        from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace where o.oid {0}
        union all select 'pg_opfamily'::regclass::oid::int8, o.oid::int8, 'operator-family', n.nspname, o.opfname, null, null
        from pg_opfamily o join pg_namespace n on n.oid = o.opfnamespace where o.oid {0}
        union all select 'pg_collation'::regclass::oid::int8, o.oid::int8, 'collation', n.nspname, o.collname, null, null
        from pg_collation o join pg_namespace n on n.oid = o.collnamespace where o.oid {0}
        union all select 'pg_conversion'::regclass::oid::int8, o.oid::int8, 'conversion', n.nspname, o.conname, null, null
        from pg_conversion o join pg_namespace n on n.oid = o.connamespace where o.oid {0}
        union all select 'pg_statistic_ext'::regclass::oid::int8, o.oid::int8, 'statistics', n.nspname, o.stxname, null, null
        from pg_statistic_ext o join pg_namespace n on n.oid = o.stxnamespace where o.oid {0}
        union all select 'pg_ts_config'::regclass::oid::int8, o.oid::int8, 'text-search-configuration', n.nspname, o.cfgname, null, null
        from pg_ts_config o join pg_namespace n on n.oid = o.cfgnamespace where o.oid {0}
        union all select 'pg_ts_dict'::regclass::oid::int8, o.oid::int8, 'text-search-dictionary', n.nspname, o.dictname, null, null
        from pg_ts_dict o join pg_namespace n on n.oid = o.dictnamespace where o.oid {0}
        union all select 'pg_ts_parser'::regclass::oid::int8, o.oid::int8, 'text-search-parser', n.nspname, o.prsname, null, null
        from pg_ts_parser o join pg_namespace n on n.oid = o.prsnamespace where o.oid {0}
        union all select 'pg_ts_template'::regclass::oid::int8, o.oid::int8, 'text-search-template', n.nspname, o.tmplname, null, null
        from pg_ts_template o join pg_namespace n on n.oid = o.tmplnamespace where o.oid {0}
        union all select 'pg_cast'::regclass::oid::int8, x.oid::int8, 'cast', sn.nspname, s.typname, tn.nspname, t.typname
        from pg_cast x join pg_type s on s.oid = x.castsource join pg_namespace sn on sn.oid = s.typnamespace
        join pg_type t on t.oid = x.casttarget join pg_namespace tn on tn.oid = t.typnamespace where x.oid {0}
        union all select 'pg_language'::regclass::oid::int8, oid::int8, 'language', lanname, null, null, null from pg_language where oid {0}
        union all select 'pg_foreign_data_wrapper'::regclass::oid::int8, oid::int8, 'foreign-data-wrapper', fdwname, null, null, null
        from pg_foreign_data_wrapper where oid {0}
        union all select 'pg_foreign_server'::regclass::oid::int8, oid::int8, 'foreign-server', srvname, null, null, null
        from pg_foreign_server where oid {0}
        union all select 'pg_publication'::regclass::oid::int8, oid::int8, 'publication', pubname, null, null, null
        from pg_publication where oid {0}
        union all select 'pg_event_trigger'::regclass::oid::int8, oid::int8, 'event-trigger', evtname, null, null, null
        from pg_event_trigger where oid {0}
        """;
}
