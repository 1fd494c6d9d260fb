namespace Homeostat.Server.Tests.Postgres;

/// <summary>A database with one object of each kind, some under a name that needs quotes, and ordinary statements about them.</summary>
internal static class OneOfEach
{
    public const string Shared = """
        create role clerk;
        create role "Night Clerk";
        create database spare;
        """;

    public const string Definition = """
        create extension citext;
        create schema sales;
        create schema "Old Stuff";
        create table customers (id int primary key, name text);
        create table orders (id serial primary key, customer int references customers, total numeric check (total > 0), body text);
        create table sales.orders (id int primary key, total numeric);
        create table "Old Stuff"."Order" ("Id" int);
        create table parted (id int, at date) partition by range (at);
        create table parted_1 partition of parted for values from ('2020-01-01') to ('2021-01-01');
        create view big_orders as select * from orders where total > 100;
        create view sales.totals as select sum(total) from sales.orders;
        create materialized view daily as select id, total from orders;
        create unique index daily_id on daily (id);
        create index orders_total on orders (total);
        create sequence numbers;
        create sequence sales.numbers2;
        create function twice(int) returns int language sql immutable as 'select $1 * 2';
        create function sales.half(int) returns int language sql immutable as 'select $1 / 2';
        create procedure tidy() language sql as 'delete from orders where total is null';
        create aggregate sum_of (int) (sfunc = int4pl, stype = int, initcond = '0');
        create type pair as (a int, b int);
        create type mood as enum ('good', 'bad');
        create type _odd as enum ('x');
        create type sales.span as range (subtype = int);
        create domain positive as int constraint above_zero check (value > 0);
        create function watch() returns trigger language plpgsql as 'begin return new; end';
        create trigger watched before insert on orders for each row execute function watch();
        create trigger "Watched Too" before insert on sales.orders for each row execute function watch();
        create rule ruled as on delete to customers do also delete from orders where customer = old.id;
        create policy mine on orders using (total > 0);
        create policy "Theirs" on sales.orders using (total > 0);
        alter table orders enable row level security;
        create operator === (leftarg = int, rightarg = int, function = int4eq);
        create operator sales.<=> (leftarg = int, rightarg = int, function = int4eq);
        create operator class odd_ops for type int using hash as operator 1 = (int, int), function 1 hashint4(int);
        create operator family odd_family using btree;
        create collation plain (locale = 'C');
        create conversion latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
        create statistics orders_stats on id, total from orders;
        create text search dictionary words (template = simple);
        create text search configuration plain_words (copy = simple);
        create function pair_text(pair) returns text language sql as 'select ''''::text';
        create cast (pair as text) with function pair_text(pair);
        create language other_pl handler plpgsql_call_handler;
        create foreign data wrapper wrap;
        create server far foreign data wrapper wrap;
        create user mapping for clerk server far;
        create foreign table far_table (id int) server far;
        create publication news for table orders;
        create subscription feed connection 'host=nowhere' publication news with (connect = false);
        create function on_rewrite() returns event_trigger language plpgsql as 'begin end';
        create event trigger ddl on table_rewrite execute function on_rewrite();
        alter event trigger ddl disable;
        """;

    /// <summary>With this path, so that an unqualified name may stand in any of three schemas.</summary>
    public const string Path = "public, sales, \"Old Stuff\"";

    /// <summary>One a line; what the objects are called stands in the definition above.</summary>
    public const string Statements = """
        select * from orders
        insert into "Order" values (1)
        update sales.orders set total = 1 where id = 1
        delete from only orders where id = 1
        truncate orders cascade
        lock table sales.orders
        select nextval('numbers')
        select setval('sales.numbers2', 7)
        select nextval('orders_id_seq')
        drop table "Order"
        drop table sales.orders cascade
        drop table orders cascade
        drop view big_orders
        drop view totals
        drop materialized view daily
        drop index orders_total
        drop sequence numbers2
        drop function half
        drop function public.twice(int)
        drop procedure tidy()
        drop aggregate sum_of(int)
        drop type pair cascade
        drop type mood
        drop type _odd
        drop type span
        drop domain public.positive
        drop trigger watched on orders
        drop trigger "Watched Too" on sales.orders
        drop function watch cascade
        drop rule ruled on customers
        drop policy mine on public.orders
        drop policy "Theirs" on sales.orders
        drop operator ===(int, int)
        drop operator <=>(int, int)
        drop operator class odd_ops using hash
        drop operator family odd_family using btree
        drop collation plain
        drop conversion latin
        drop statistics public.orders_stats
        drop text search dictionary words
        drop text search configuration plain_words
        drop cast (pair as text)
        drop server far cascade
        drop foreign data wrapper wrap cascade
        drop foreign table far_table
        drop user mapping for clerk server far
        drop publication news
        drop extension citext
        drop event trigger ddl
        drop schema "Old Stuff" cascade
        drop role clerk
        drop database spare
        drop owned by "Night Clerk"
        alter table orders rename to old_orders
        alter table "Order" rename column "Id" to id
        alter table customers add column mail text
        alter table orders drop column body
        alter table orders alter column total type bigint
        alter table orders disable trigger watched
        alter table orders disable trigger all
        alter table sales.orders disable trigger "Watched Too"
        alter table orders disable row level security
        alter table customers disable rule ruled
        alter table orders drop constraint orders_total_check
        alter table orders rename constraint orders_total_check to total_check
        alter table orders owner to clerk
        alter table "Order" set schema public
        alter table parted detach partition parted_1
        alter view totals rename to sums
        alter view big_orders owner to "Night Clerk"
        alter materialized view daily rename to hourly
        alter index orders_total rename to total_index
        alter sequence numbers restart with 5
        alter sequence numbers2 owner to clerk
        alter sequence sales.numbers2 rename to numbers3
        alter function half(int) rename to third
        alter function public.twice(int) owner to clerk
        alter function half(int) set schema public
        alter function twice(int) volatile
        alter procedure tidy() rename to clean
        alter aggregate sum_of(int) owner to clerk
        alter type pair rename attribute a to c
        alter type pair add attribute d int
        alter type pair drop attribute b
        alter type mood add value 'fair'
        alter type mood rename to temper
        alter type span owner to clerk
        alter domain positive drop constraint above_zero
        alter domain positive rename constraint above_zero to over_zero
        alter domain public.positive owner to clerk
        alter trigger watched on orders rename to seen
        alter rule ruled on customers rename to governed
        alter policy mine on orders rename to ours
        alter policy "Theirs" on sales.orders using (true)
        alter operator ===(int, int) owner to clerk
        alter operator <=>(int, int) set (restrict = eqsel)
        alter operator class odd_ops using hash rename to even_ops
        alter operator family odd_family using btree owner to clerk
        alter operator family odd_family using btree add operator 1 === (int, int)
        alter collation plain rename to fancy
        alter conversion latin rename to roman
        alter statistics orders_stats set statistics 100
        alter statistics orders_stats rename to other_stats
        alter text search dictionary words rename to terms
        alter text search configuration plain_words alter mapping for hword with words
        alter text search configuration plain_words owner to clerk
        alter language other_pl owner to clerk
        alter server far options (add host 'x')
        alter foreign data wrapper wrap rename to wrapper
        alter user mapping for clerk server far options (add user 'x')
        alter publication news add table sales.orders
        alter publication news rename to weekly
        alter subscription feed disable
        alter extension citext set schema sales
        alter event trigger ddl enable
        alter event trigger ddl rename to every_ddl
        alter schema sales rename to sold
        alter schema "Old Stuff" owner to clerk
        alter database spare set work_mem = '8MB'
        alter database spare owner to clerk
        alter database spare rename to tyre
        alter role clerk set work_mem = '8MB'
        alter role clerk in database spare set work_mem = '8MB'
        alter role all set work_mem = '8MB'
        alter role clerk rename to waiter
        alter role clerk createdb
        alter default privileges in schema sales grant select on tables to clerk
        alter default privileges grant execute on functions to public
        alter function twice(int) depends on extension citext
        alter trigger watched on orders depends on extension citext
        comment on table orders is 'x'
        comment on column sales.orders.total is 'x'
        comment on column "Order"."Id" is 'x'
        comment on constraint orders_total_check on orders is 'x'
        comment on view totals is 'x'
        comment on function half(int) is 'x'
        comment on procedure tidy() is 'x'
        comment on aggregate sum_of(int) is 'x'
        comment on type pair is 'x'
        comment on domain positive is 'x'
        comment on constraint above_zero on domain positive is 'x'
        comment on trigger watched on orders is 'x'
        comment on rule ruled on customers is 'x'
        comment on policy "Theirs" on sales.orders is 'x'
        comment on operator ===(int, int) is 'x'
        comment on operator class odd_ops using hash is 'x'
        comment on operator family odd_family using btree is 'x'
        comment on collation plain is 'x'
        comment on conversion latin is 'x'
        comment on statistics orders_stats is 'x'
        comment on text search configuration plain_words is 'x'
        comment on cast (pair as text) is 'x'
        comment on server far is 'x'
        comment on schema sales is 'x'
        comment on database spare is 'x'
        comment on role "Night Clerk" is 'x'
        comment on extension citext is 'x'
        comment on publication news is 'x'
        comment on subscription feed is 'x'
        comment on sequence numbers2 is 'x'
        comment on index orders_total is 'x'
        grant select on orders, sales.orders to clerk
        grant select (total) on orders to "Night Clerk"
        revoke all on "Order" from clerk
        grant usage on sequence numbers2 to clerk
        grant execute on function half(int) to clerk
        grant execute on procedure tidy() to clerk
        grant usage on type pair to clerk
        grant usage on domain positive to public
        grant usage on schema sales to clerk
        grant connect on database spare to clerk
        grant usage on foreign server far to clerk
        grant usage on foreign data wrapper wrap to clerk
        grant select on all tables in schema sales to clerk
        grant execute on all functions in schema public to clerk
        grant clerk to "Night Clerk"
        create or replace function twice(int) returns int language sql as 'select $1 + $1'
        create or replace function half(int) returns int language sql as 'select 1'
        create or replace view sales.totals as select sum(total) from sales.orders
        create index concurrently on orders (customer)
        create trigger more after insert on "Order" for each row execute function watch()
        create policy more on sales.orders using (true)
        create rule more as on insert to sales.orders do nothing
        create table sales.lines (id int references sales.orders)
        create type sales.other as enum ('x')
        create operator sales.==== (leftarg = int, rightarg = int, function = int4eq)
        create user mapping for "Night Clerk" server far
        create table fresh (like orders)
        reindex index orders_total
        reindex table sales.orders
        cluster orders using orders_total
        refresh materialized view daily
        vacuum orders
        analyze sales.orders
        reassign owned by clerk to "Night Clerk"
        security label on table orders is 'x'
        security label on function half(int) is 'x'
        """;

    public static string[] Lines(string script) => script.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
