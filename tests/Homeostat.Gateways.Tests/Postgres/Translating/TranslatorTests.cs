using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Tests.Postgres.Server;
using Npgsql;

namespace Homeostat.Gateways.Tests.Postgres.Translating;

/// <summary>A database made once, and its catalogue as a reader of its own sees it.</summary>
public sealed class ShopFixture(PostgresServer server) : IAsyncLifetime
{
    /// <summary>Made for the first class that asks; all of them share one server.</summary>
    private static Task<DatabaseCatalogue>? s_made;

    internal ParserPool Parser { get; } = new(TimeProvider.System, 1);
    internal DatabaseCatalogue Catalogue { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.WhyNot is null)
        {
            Catalogue = await (s_made ??= MakeAsync(server));
        }
    }

    public ValueTask DisposeAsync()
    {
        Parser.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<DatabaseCatalogue> MakeAsync(PostgresServer server)
    {
        await using var connection = await server.OpenAsync(await server.CreateDatabaseAsync("shop"));
        foreach (var sql in Shop.Definition.Split(";\n", StringSplitOptions.RemoveEmptyEntries))
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        return await new CatalogueReader().ReadAsync(connection, CancellationToken.None);
    }
}

[Collection(PostgresCollection.Name)]
public sealed class TranslatorTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private async Task<Translation> TranslateAsync(
        string sql,
        string path = "public",
        params CodeDeclaration[] declared
    )
    {
        Assert.SkipWhen(PostgresServer.WhyNot is not null, PostgresServer.WhyNot ?? "");
        var parsed = await shop.Parser.ParseAsync(sql, TestContext.Current.CancellationToken);
        Assert.Null(parsed.Refusal);
        var prepared = new Dictionary<string, SqlStatement>(StringComparer.Ordinal);
        foreach (var statement in parsed.Statements.SkipLast(1).Where(statement => statement.Root.Is("PrepareStmt")))
        {
            prepared[statement.Root.Text("name")!] = statement;
        }

        var session = new SessionContext
        {
            Path = SearchPath.Parse(path, "agent"),
            Role = "agent",
            Prepared = prepared,
        };
        return new Translator(new PostgresNames("main", "shop"), shop.Parser, declared).Translate(
            parsed.Statements[^1],
            shop.Catalogue,
            session
        );
    }

    private static string Names(IEnumerable<RelationName> names) =>
        string.Join(
            ' ',
            names
                .Select(name => name.ToString().Replace("public.", "", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("delete from customers", "customers lines orders", "lines notes orders")]
    [InlineData("delete from orders", "lines orders", "lines orders")]
    [InlineData("update orders set id = 2", "lines orders", "customers lines orders")]
    [InlineData("update orders set total = 2", "orders", "customers")]
    [InlineData("insert into orders values (1, 1, 1)", "orders", "customers")]
    [InlineData("truncate customers cascade", "customers lines notes orders", "")]
    [InlineData("with gone as (delete from notes returning *) select * from gone", "notes", "")]
    [InlineData("with customers as (select 1) select * from customers", "", "")]
    [InlineData("with notes as (select 1) delete from notes", "notes", "")]
    [InlineData(
        "with a as (select * from notes), notes as (select 1) insert into parent select * from a",
        "parent",
        ""
    )]
    [InlineData("update big_orders set total = 1", "big_orders lines orders", "customers lines orders")]
    [InlineData("insert into ruled values (1)", "notes ruled", "")]
    [InlineData("delete from parted", "parted parted_1", "")]
    [InlineData("insert into parted values (1, '2020-02-02')", "parted parted_1", "")]
    [InlineData("delete from parent", "child parent", "")]
    [InlineData("delete from only parent", "parent", "")]
    [InlineData("select agent_write()", "notes", "customers")]
    [InlineData("values (agent_write())", "notes", "customers")]
    [InlineData("select row(1, array[agent_write()])", "notes", "customers")]
    [InlineData(
        "select count(*) filter (where agent_write() = 1) over (order by agent_write()) from parent",
        "notes",
        "customers"
    )]
    [InlineData("select * from parent, lateral agent_write()", "notes", "customers")]
    [InlineData("explain analyze delete from notes", "notes", "")]
    [InlineData("explain (analyze, costs off) delete from notes", "notes", "")]
    [InlineData("explain delete from notes", "", "")]
    [InlineData("explain (analyze false) delete from notes", "", "")]
    [InlineData("prepare x as delete from notes", "", "")]
    [InlineData("prepare x as delete from notes; execute x", "notes", "")]
    [InlineData("prepare x as delete from notes; explain analyze execute x", "notes", "")]
    [InlineData("select * from orders for update", "", "orders")]
    [InlineData("select * from big_orders for share", "", "big_orders orders")]
    [InlineData("create table fresh as select * from notes", "fresh", "")]
    [InlineData("select * into fresh from notes", "fresh", "")]
    [InlineData(
        "merge into notes n using orders o on o.id = n.customer when matched then delete when not matched then insert values (1)",
        "notes",
        "customers"
    )]
    [InlineData("insert into customers values (1) on conflict (id) do update set name = 'x'", "customers", "")]
    [InlineData("copy notes from stdin", "notes", "customers")]
    [InlineData("refresh materialized view totals", "totals", "")]
    [InlineData("drop table orders cascade", "orders totals", "")]
    [InlineData("alter table parent drop column id", "child parent", "")]
    public async Task What_is_written_and_locked_is_named(string sql, string written, string locked)
    {
        var translation = await TranslateAsync(sql);

        Assert.Equal(written, Names(translation.Written));
        Assert.Equal(locked, Names(translation.Locked));
        Assert.Empty(translation.NotUnderstood);
        Assert.Empty(translation.Opaque);
    }

    [Theory]
    [InlineData("select * from joined", "customers joined orders")]
    [InlineData("select agent_read()", "notes")]
    [InlineData("table parent", "child parent")]
    [InlineData("select * from domained", "domained")]
    [InlineData("select r from ruled r", "ruled")]
    [InlineData("select * from \"orders\" where exists (select 1 from public.notes)", "notes orders")]
    [InlineData("select (select name from customers limit 1) from (select 1) x", "customers")]
    public async Task What_is_read_is_named_and_nothing_is_written(string sql, string read)
    {
        var translation = await TranslateAsync(sql);

        Assert.Equal(read, Names(translation.Read));
        Assert.Empty(translation.Written);
        Assert.All(translation.Effects, effect => Assert.IsType<Effect.Read>(effect));
    }

    [Theory]
    [InlineData("do $$ begin end $$")]
    [InlineData("select opaque()")]
    [InlineData("insert into watched values (1)")]
    [InlineData("insert into defaulted (id) values (1)")]
    [InlineData("insert into defaulted values (1, default)")]
    [InlineData("insert into domained values (1)")]
    [InlineData("select 1::checked")]
    [InlineData("prepare x (checked) as select $1")]
    [InlineData("select lag(v, 1, 5) over () from domained")]
    [InlineData("select array_append(array_agg(v), 5) from domained")]
    [InlineData("select r::int from ruled r")]
    [InlineData("select cast((select r from ruled r) as int)")]
    [InlineData("select 1::point")]
    [InlineData("alter table orders alter column total set default opaque()")]
    [InlineData("insert into indexed values (1)")]
    [InlineData("reindex table indexed")]
    [InlineData("select * from guarded")]
    [InlineData("select customers.of_row from customers")]
    [InlineData("select (c).of_row from customers c")]
    [InlineData("select row(1, 2)::pair")]
    [InlineData("copy notes to program 'sh'")]
    [InlineData("copy notes from program 'sh'")]
    [InlineData("load 'x'")]
    [InlineData("create extension dblink")]
    [InlineData("select ts_stat(name) from customers")]
    public async Task Code_that_nobody_can_read_is_unknown_and_cannot_be_undone(string sql)
    {
        var translation = await TranslateAsync(sql);

        Assert.NotEmpty(translation.Opaque);
        Assert.Contains(translation.Effects, effect => effect is Effect.Unknown { Undo.Possible: false });
    }

    [Theory]
    [InlineData("select lower('A')", true)]
    [InlineData("select pg_catalog.lower('A')", false)]
    [InlineData("select 1 = '1'", true)]
    [InlineData("select 1 operator(pg_catalog.=) '1'", false)]
    [InlineData("select 1 in (2, 3)", true)]
    [InlineData("select case 1 when 2 then 3 end", true)]
    [InlineData("select nullif(1, 2)", true)]
    [InlineData("select * from customers natural join parent", true)]
    public async Task Names_that_the_path_shadows_are_taken_for_the_worst(string sql, bool isShadowed)
    {
        var shadowed = await TranslateAsync(sql, "evil, public");
        var plain = await TranslateAsync(sql);

        Assert.Equal(isShadowed, shadowed.Opaque.Count > 0);
        Assert.Empty(plain.Opaque);
    }

    [Fact]
    public async Task The_path_decides_which_table_is_meant()
    {
        Assert.Equal("evil.customers", Names((await TranslateAsync("delete from customers", "evil, public")).Written));
        Assert.Equal(
            "evil.customers",
            Names((await TranslateAsync("delete from customers", " \"evil\" ,public")).Written)
        );
        Assert.Equal("pg_catalog.pg_class", Names((await TranslateAsync("select * from pg_class", "evil")).Read));
    }

    [Theory]
    [InlineData("delete from customers where id = 1", 1L)]
    [InlineData("delete from customers c where c.id = $1 and name = 'x'", 1L)]
    [InlineData("update customers set name = 'x' where 7 = id", 1L)]
    [InlineData("update customers set name = 'x' where mail = 'm'", 1L)]
    [InlineData("delete from customers", null)]
    [InlineData("delete from customers where id > 1", null)]
    [InlineData("delete from customers where id = 1 or true", null)]
    [InlineData("delete from customers where id = id", null)]
    [InlineData("delete from customers using parent p where p.id = 1", null)]
    [InlineData("delete from customers where name = 'x'", null)]
    [InlineData("with a as (delete from customers where id = 1) delete from customers", null)]
    [InlineData("select lose(id) from orders", null)]
    [InlineData("select lose(1), lose(2)", null)]
    [InlineData("with a as (select $1) delete from customers where id = $1", null)]
    [InlineData("delete from customers where $1 > '0'::float8 and id = $1", null)]
    [InlineData("prepare p (float8) as delete from customers where id = $1; execute p (1)", null)]
    public async Task The_extent_is_one_row_only_where_a_unique_key_proves_it(string sql, long? rows)
    {
        var lost = (await TranslateAsync(sql)).Effects.OfType<Effect.LoseData>();

        Assert.Equal(
            rows,
            Assert.Single(lost, effect => effect.Target.Value == "pg:main/shop/public.customers").Extent.Rows
        );
    }

    [Theory]
    [InlineData("delete from tags where tag = 'a'", null)]
    [InlineData("delete from tags where mark = 'a'", 1L)]
    public async Task An_index_proves_one_row_only_where_it_compares_as_its_column_does(string sql, long? rows) =>
        Assert.Equal(
            rows,
            Assert.Single((await TranslateAsync(sql)).Effects.OfType<Effect.LoseData>(), _ => true).Extent.Rows
        );

    [Theory]
    [InlineData("select lo_unlink(oid) from pg_largeobject_metadata")]
    [InlineData("select lo_unlink(1), lo_unlink(2)")]
    public async Task How_many_large_objects_a_call_loses_is_not_known(string sql) =>
        Assert.Null(
            Assert.Single((await TranslateAsync(sql)).Effects.OfType<Effect.LoseData>(), _ => true).Extent.Rows
        );

    [Theory]
    [InlineData("select table_to_xml('customers', true, false, '')", true)]
    [InlineData("select table_to_xml('public.customers'::regclass, true, false, '')", true)]
    [InlineData("select table_to_xml('16384', true, false, '')", false)]
    [InlineData("select table_to_xml('customersx'::varchar(9)::regclass, true, false, '')", false)]
    [InlineData("select table_to_xml('customers'::name::regclass, true, false, '')", false)]
    [InlineData("select table_to_xml('\u00a0customers', true, false, '')", false)]
    [InlineData("select table_to_xml(E'\\x0bcustomers', true, false, '')", false)]
    [InlineData("select table_to_xml('c\"ustomers\"', true, false, '')", false)]
    [InlineData("select query_to_xml('select * from customersx'::varchar(23), true, false, '')", false)]
    [InlineData("select query_to_xml('select * from customers'::text, true, false, '')", true)]
    [InlineData("select query_to_xml('1'::regclass::text, true, false, '')", false)]
    public async Task A_name_inside_a_text_is_taken_for_what_the_server_makes_of_it(string sql, bool isRead)
    {
        var translation = await TranslateAsync(sql);

        Assert.Equal(isRead ? ["public.customers"] : [], translation.Read.Select(name => name.ToString()));
        Assert.Equal(!isRead, translation.Opaque.Count + translation.Missing.Count > 0);
    }

    [Theory]
    [InlineData("select nextval('16384')")]
    [InlineData("select nextval(16384)")]
    [InlineData("select setval('16384'::regclass, 1)")]
    [InlineData("select setval('numbersx'::varchar(7), 1)")]
    public async Task A_sequence_by_its_number_is_none_that_has_a_name(string sql) =>
        Assert.Equal(
            "pg:main/shop#sequence/\"?\"",
            Assert.Single((await TranslateAsync(sql)).Effects.OfType<Effect.Change>()).Target.Value
        );

    [Theory]
    [InlineData("select pg_advisory_lock(5)", "5")]
    [InlineData("select pg_advisory_lock(-5)", "\"?\"")]
    [InlineData("select pg_advisory_lock(5::float4::int)", "\"?\"")]
    public async Task A_lock_is_that_of_its_number_or_of_none_that_is_known(string sql, string name) =>
        Assert.Equal(
            $"pg:main/shop#advisory-lock/{name}",
            Assert.Single((await TranslateAsync(sql)).Effects.OfType<Effect.Change>()).Target.Value
        );

    [Theory]
    [InlineData("evil\u00a0, public", "public.customers")]
    [InlineData("evil\u00a0,public, evil", "public.customers")]
    [InlineData("EVIL, public", "evil.customers")]
    [InlineData(" \"evil\" ,public", "evil.customers")]
    public async Task The_path_is_read_as_the_server_reads_it(string path, string meant) =>
        Assert.Equal([meant], (await TranslateAsync("table customers", path)).Read.Select(name => name.ToString()));

    /// <summary>White space from version 16 on, and part of a name before.</summary>
    [Theory]
    [InlineData("select set_config('search_path', E'\\x0bevil, public', false)", true)]
    [InlineData("select set_config('Search_Path', E'evil\\x0b, public', false)", true)]
    [InlineData("select set_config('search_path', E'\"\\x0bevil\", public', false)", false)]
    [InlineData("select set_config('search_path', '', false)", false)]
    public async Task A_path_that_versions_read_otherwise_is_never_set(string sql, bool isForbidden) =>
        Assert.Equal(isForbidden, (await TranslateAsync(sql)).Forbidden is not null);

    [Theory]
    [InlineData("select pg_read_file('/etc/passwd')")]
    [InlineData("select * from pg_read_file('/etc/passwd')")]
    [InlineData("values (pg_read_file('/etc/passwd'))")]
    [InlineData("select lo_import('/etc/passwd')")]
    [InlineData("select lo_export(1, '/tmp/x')")]
    [InlineData("copy notes to '/tmp/x'")]
    [InlineData("select rolpassword from pg_authid")]
    [InlineData("select * from pg_shadow")]
    [InlineData("grant other to agent")]
    [InlineData("grant all on customers to other")]
    [InlineData("alter table customers owner to other")]
    [InlineData("create role r superuser")]
    public async Task What_opens_a_door_is_a_grant(string sql) =>
        Assert.Contains((await TranslateAsync(sql)).Effects, effect => effect is Effect.Grant);

    [Theory]
    [InlineData("set role other")]
    [InlineData("set local role 'other'")]
    [InlineData("set session authorization other")]
    [InlineData("set session_replication_role = replica")]
    [InlineData("select set_config('role', 'other', false)")]
    [InlineData("select pg_catalog.set_config('ROLE', 'other', true)")]
    [InlineData("select set_config('role.x'::varchar(4), 'other', false)")]
    [InlineData("select set_config('role.x'::char(4), 'other', false)")]
    [InlineData("select set_config(name, 'x', false) from customers")]
    [InlineData("select set_config('search_path', name, false) from customers")]
    [InlineData("do $$ begin end $$; select set_config('ro' || 'le', 'other', false)")]
    public async Task A_change_of_role_and_a_setting_that_is_computed_are_forbidden(string sql)
    {
        var translation = await TranslateAsync(sql);

        Assert.NotNull(translation.Forbidden);
        Assert.Contains(translation.Effects, effect => effect is Effect.Unknown);
    }

    [Theory]
    [InlineData("set search_path = evil, public", "search_path", "\"evil\", \"public\"", false)]
    [InlineData("set local standard_conforming_strings = on", "standard_conforming_strings", "on", true)]
    [InlineData("select set_config('search_path', 'evil', true)", "search_path", "evil", true)]
    [InlineData("reset search_path", "search_path", null, false)]
    [InlineData("reset all", "all", null, false)]
    [InlineData("set session characteristics as transaction read only", "default_transaction_read_only", "1", false)]
    public async Task Settings_that_change_meaning_are_reported(string sql, string name, string? value, bool isLocal)
    {
        var change = Assert.Single((await TranslateAsync(sql)).Settings);

        Assert.Equal(new SettingChange(name, value, isLocal, ChangesMeaning: true), change);
    }

    [Theory]
    [InlineData("drop table customers", "pg:main/shop/public.customers")]
    [InlineData("drop schema evil cascade", "pg:main/shop/evil.customers")]
    [InlineData("drop view big_orders", "pg:main/shop/public.big_orders")]
    [InlineData("drop table orders cascade", "pg:main/shop/public.joined")]
    [InlineData("drop database shop", "pg:main/shop")]
    [InlineData("drop role other", "pg:main#role/other")]
    [InlineData("drop function opaque", "pg:main/shop#function/public.opaque")]
    [InlineData("drop table nowhere", "pg:main/shop/public.nowhere")]
    public async Task What_is_dropped_is_destroyed_with_what_hangs_on_it(string sql, string id) =>
        Assert.Contains(
            (await TranslateAsync(sql)).Effects,
            effect => effect is Effect.Destroy && effect.Target.Value == id
        );

    [Fact]
    public async Task A_type_that_goes_takes_columns_with_it() =>
        Assert.Contains(
            (await TranslateAsync("drop domain checked cascade")).Effects,
            effect => effect is Effect.LoseData && effect.Target.Value == "pg:main/shop/public.domained"
        );

    [Theory]
    [InlineData("create function f() returns int language sql as 'select 1'")]
    [InlineData("create trigger t after insert on notes for each row execute function watch()")]
    [InlineData("create rule r as on insert to notes do instead nothing")]
    [InlineData("create policy p on notes using (true)")]
    [InlineData("create operator === (leftarg = int, rightarg = int, function = int4eq)")]
    [InlineData("create cast (pair as int) with function opaque() as implicit")]
    public async Task What_others_will_run_later_is_a_delegation_and_unknown(string sql)
    {
        var effects = (await TranslateAsync(sql)).Effects;

        Assert.Contains(effects, effect => effect is Effect.Delegate);
        Assert.Contains(effects, effect => effect is Effect.Unknown);
    }

    /// <summary>What a view does is done when it is read; made it may be by whoever may do all of that.</summary>
    [Fact]
    public async Task A_view_is_made_by_whoever_may_do_what_it_does()
    {
        var plain = (await TranslateAsync("create view v as select * from customers")).Effects;
        var locking = (await TranslateAsync("create view v as select * from customers for update")).Effects;

        Assert.Equal(
            ["pg:main/shop/public.customers", "pg:main/shop/public.v"],
            plain.Select(effect => effect.Target.Value).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.All(plain, effect => Assert.True(effect is Effect.Create or Effect.Read));
        Assert.Contains(locking, effect => effect is Effect.Unknown);
        Assert.DoesNotContain(
            (await TranslateAsync("create schema s create table t (id int) create view v as select * from t")).Effects,
            effect => effect is Effect.Unknown
        );
        Assert.NotEmpty((await TranslateAsync("create view v as select opaque()")).Opaque);
        Assert.NotEmpty((await TranslateAsync("create or replace view v as select opaque() where false")).Opaque);
    }

    [Theory]
    [InlineData("lock table customers")]
    [InlineData("select pg_advisory_lock(1)")]
    [InlineData("notify x")]
    [InlineData("select pg_notify('x', 'y')")]
    [InlineData("select pg_terminate_backend(1)")]
    [InlineData("select pg_reload_conf()")]
    [InlineData("select setval('numbers', 1)")]
    [InlineData("alter system set fsync = off")]
    [InlineData("alter table customers alter column name set default 'x'")]
    [InlineData("vacuum full customers")]
    public async Task What_may_stop_others_is_a_change_of_unknown_impact(string sql) =>
        Assert.Contains(
            (await TranslateAsync(sql)).Effects,
            effect => effect is Effect.Change { Impact: ChangeImpact.Unknown }
        );

    [Theory]
    [InlineData("alter table guarded disable row level security")]
    [InlineData("alter table watched disable trigger all")]
    [InlineData("drop trigger watch on watched")]
    [InlineData("drop policy p on guarded")]
    public async Task What_guards_rows_and_goes_is_a_guard_disabled(string sql) =>
        Assert.Contains((await TranslateAsync(sql)).Effects, effect => effect is Effect.DisableGuard);

    [Theory]
    [InlineData("drop database x", "DROP DATABASE")]
    [InlineData("create database x", "CREATE DATABASE")]
    [InlineData("set work_mem = 1", "SET")]
    [InlineData("reset all", "RESET")]
    [InlineData("show work_mem", "SHOW")]
    [InlineData("start transaction", "START TRANSACTION")]
    [InlineData("end", "COMMIT")]
    [InlineData("abort", "ROLLBACK")]
    [InlineData("drop materialized view totals", "DROP MATERIALIZED VIEW")]
    [InlineData("alter table orders rename column id to key", "ALTER TABLE")]
    [InlineData("alter view big_orders rename to x", "ALTER VIEW")]
    [InlineData("alter server x owner to other", "ALTER SERVER")]
    [InlineData("alter text search configuration x rename to y", "ALTER TEXT SEARCH CONFIGURATION")]
    [InlineData("alter procedure x() rename to y", "ALTER PROCEDURE")]
    [InlineData("create aggregate x (int) (sfunc = int4pl, stype = int)", "CREATE AGGREGATE")]
    [InlineData("create unique index on orders (id)", "CREATE INDEX")]
    [InlineData("revoke all on orders from other", "REVOKE")]
    [InlineData("grant other to agent", "GRANT ROLE")]
    [InlineData("analyze orders", "ANALYZE")]
    [InlineData("truncate orders", "TRUNCATE TABLE")]
    [InlineData("discard all", "DISCARD ALL")]
    [InlineData("drop trigger watch on watched", "DROP TRIGGER")]
    public async Task The_command_is_called_as_PostgreSQL_calls_it(string sql, string command) =>
        Assert.Equal(command, (await TranslateAsync(sql)).Command);

    [Theory]
    [InlineData("alter table watched disable trigger watch", "#trigger/public.watched.watch")]
    [InlineData("alter table watched disable trigger all", "#trigger/public.watched.watch /public.watched")]
    [InlineData("alter table ruled disable rule r", "#rule/public.ruled.r")]
    [InlineData("alter table guarded disable row level security", "#policy/public.guarded.p /public.guarded")]
    [InlineData("drop trigger watch on watched", "#trigger/public.watched.watch")]
    [InlineData("drop function watch cascade", "#trigger/public.watched.watch")]
    [InlineData("drop table watched", "")]
    public async Task The_guard_that_goes_is_named_itself(string sql, string ids)
    {
        var guards = (await TranslateAsync(sql))
            .Effects.OfType<Effect.DisableGuard>()
            .Select(effect => effect.Target.Value["pg:main/shop".Length..]);

        Assert.Equal(ids, string.Join(' ', guards.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("drop table customers cascade")]
    [InlineData("drop table watched")]
    [InlineData("drop table guarded")]
    public async Task What_is_only_a_part_of_a_table_does_not_make_its_end_one_of_the_whole_database(string sql) =>
        Assert.DoesNotContain(
            (await TranslateAsync(sql)).Effects,
            effect => effect is Effect.Change && effect.Target.Value == "pg:main/shop"
        );

    [Fact]
    public async Task A_type_whose_name_begins_like_an_array_is_dropped_like_another()
    {
        var translation = await TranslateAsync("drop type _mood");

        Assert.Contains(
            translation.Effects,
            effect => effect is Effect.Destroy && effect.Target.Value == "pg:main/shop#type/public._mood"
        );
    }

    [Fact]
    public async Task A_name_that_the_catalogue_lacks_is_said()
    {
        Assert.Equal(["public.nowhere"], (await TranslateAsync("delete from nowhere")).Missing);
        var call = await TranslateAsync("select no_such_function(1)");
        Assert.Equal(["no_such_function()"], call.Missing);
        Assert.Contains(call.Effects, effect => effect is Effect.Change { Impact: ChangeImpact.Unknown });
    }

    [Fact]
    public async Task A_declaration_holds_for_one_body_only()
    {
        var function = Assert.Single(shop.Catalogue.Functions("opaque"));

        var vouched = await TranslateAsync(
            "select opaque()",
            "public",
            new CodeDeclaration(function.Oid, function.BodyHash, [])
        );
        var other = await TranslateAsync(
            "select opaque()",
            "public",
            new CodeDeclaration(function.Oid, new string('0', 64), [])
        );

        Assert.Empty(vouched.Opaque);
        Assert.NotEmpty(other.Opaque);
    }

    [Fact]
    public async Task Names_of_any_length_and_of_any_characters_make_ids_of_their_own()
    {
        var many = string.Join('.', Enumerable.Repeat("part", 2000));
        var channel = string.Concat(Enumerable.Repeat("\u0001\"", 250));

        var called = await TranslateAsync($"select {many}()");
        var notified = await TranslateAsync(
            $"select pg_notify('{channel}', ''), pg_notify('{channel}x', ''), pg_notify('a.b', '')"
        );

        Assert.Contains(called.Effects, effect => effect is Effect.Change { Impact: ChangeImpact.Unknown });
        Assert.Equal(3, notified.Effects.OfType<Effect.Change>().Select(effect => effect.Target).Distinct().Count());
        Assert.Equal("pg:main/shop/a.\"b.c\"", new PostgresNames("main", "shop").Relation("a", "b.c").Value);
    }

    [Fact]
    public async Task A_deep_statement_is_translated_without_an_overflow()
    {
        var sql = "select 1" + string.Concat(Enumerable.Repeat("+1", 100_000));

        Assert.All((await TranslateAsync(sql)).Effects, effect => Assert.IsType<Effect.Read>(effect));
    }
}
