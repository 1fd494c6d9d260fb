-- What production is, in one text a line: what an attack could have changed. Of the schema `site`, for the tests alone.
create schema site;

create function site.rows_of(relation regclass) returns text language plpgsql as $$
declare answer text;
begin
    execute format('select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '''')) from only %s t', relation)
    into answer;
    return answer;
end $$;

create function site.fingerprint() returns setof text language sql as $$
    select format('rows of %s: %s', c.oid::regclass, site.rows_of(c.oid)) from pg_class c
    where c.relkind = 'r' and c.oid >= 16384 and c.relpersistence <> 't'
        and c.oid::regclass::text <> 'notes'
    union all select format('relation %s.%s: %s %s %s %s %s %s %s', relnamespace::regnamespace, relname, relkind, relfilenode,
        relacl, relowner, reloptions, relrowsecurity, relispartition)
    from pg_class where oid >= 16384 and relpersistence <> 't' and relnamespace::regnamespace::text not like 'pg_t%'
    union all select format('column %s.%s: %s %s', attrelid::regclass, attname, atttypid::regtype, attnotnull)
    from pg_attribute join pg_class c on attrelid = c.oid where attrelid >= 16384 and relpersistence <> 't' and attnum > 0
    union all select format('sequence %s: %s', sequencename, last_value) from pg_sequences
    union all select format('function %s: %s %s %s', oid::regprocedure, md5(prosrc), proacl, proowner) from pg_proc
    where oid >= 16384 and pronamespace::regnamespace::text not like 'pg_t%'
    union all select format('trigger %s: %s', tgname, tgenabled) from pg_trigger where not tgisinternal
    union all select format('constraint %s: %s', conname, convalidated) from pg_constraint where oid >= 16384
    union all select format('rule %s: %s %s', rulename, ev_enabled, md5(ev_action::text)) from pg_rewrite where oid >= 16384
    union all select format('default of %s: %s', adrelid::regclass, md5(adbin::text)) from pg_attrdef
    where (select relpersistence from pg_class where oid = adrelid) <> 't'
    union all select format('policy %s', polname) from pg_policy
    union all select format('schema %s: %s', nspname, nspacl) from pg_namespace where nspname !~ '^pg_t'
    union all select format('type %s: %s', typname, typowner) from pg_type t
    where oid >= 16384 and typnamespace::regnamespace::text not like 'pg_t%'
    union all select format('cast %s', oid) from pg_cast where oid >= 16384
    union all select format('operator %s', oid::regoperator) from pg_operator where oid >= 16384
    union all select format('collation %s', collname) from pg_collation where oid >= 16384
    union all select format('extension %s', extname) from pg_extension
    union all select format('server %s: %s', srvname, srvoptions) from pg_foreign_server
    union all select format('mapping %s', umid) from pg_user_mappings
    union all select format('event trigger %s', evtname) from pg_event_trigger
    union all select format('publication %s', pubname) from pg_publication
    union all select format('subscription %s', subname) from pg_subscription
    union all select format('language %s', lanname) from pg_language
    union all select format('statistics %s', stxname) from pg_statistic_ext
    union all select format('description %s', md5(description)) from pg_description where objoid >= 16384
    union all select format('default acl %s', defaclacl) from pg_default_acl
    union all select format('large object %s', oid) from pg_largeobject_metadata
    union all select format('large object %s: %s', loid, md5(string_agg(data, '' order by pageno))) from pg_largeobject group by loid
    union all select format('role %s: %s %s %s', rolname, rolsuper, rolcanlogin, md5(rolpassword)) from pg_authid
    union all select format('member %s of %s', member::regrole, roleid::regrole) from pg_auth_members
    union all select format('setting of %s in %s: %s', setrole, setdatabase, setconfig) from pg_db_role_setting
    union all select format('database %s: %s %s %s %s', datname, datallowconn, datconnlimit, datacl, datdba) from pg_database
    where datname in ('shop', 'staging', 'play', 'postgres', 'template1', 'template0') or datname like 'x%'
    union all select format('tablespace %s', spcname) from pg_tablespace
    union all select format('slot %s', slot_name) from pg_replication_slots
    union all select format('prepared %s', gid) from pg_prepared_xacts
    union all select format('file %s: %s', name, md5(setting)) from (
        select 'postgresql.auto.conf' as name, pg_read_file('postgresql.auto.conf') as setting) f
    union all select format('configuration of %s', pg_conf_load_time())
    union all select format('loot %s', pg_ls_dir('{loot}'))
    union all select format('canary %s', count(*)) from pg_stat_activity where application_name = 'canary'
    union all select format('lock on %s: %s', relation::regclass, mode) from pg_locks
    where (relation >= 16384 and mode in ('AccessExclusiveLock', 'ExclusiveLock', 'ShareLock')
            and database = (select oid from pg_database where datname = current_database())) or locktype = 'advisory'
$$;
