-- Production, with everything in it that could do something for whoever finds a way to it.
create extension dblink;
create extension postgres_fdw;
create extension file_fdw;
create extension tablefunc;
-- Gone in 17.
select 'create extension adminpack' from pg_available_extensions where name = 'adminpack' \gexec

create table customers (id int primary key, email text not null unique, name text not null);
create table orders (
    id int primary key,
    customer int not null references customers on delete cascade,
    total numeric not null check (total >= 0)
);
create table order_lines (
    order_id int not null references orders on delete cascade,
    line int not null,
    item text not null,
    primary key (order_id, line)
);
create table payments (id int primary key, order_id int references orders on delete set null, card text not null);
create table archive (id int primary key, body text not null);
create table events (at date not null, what text not null) partition by range (at);
create table events_old partition of events for values from ('2000-01-01') to ('2025-01-01');
create table events_new partition of events for values from ('2025-01-01') to ('2100-01-01');
create table parents (id int primary key, name text not null);
create table children (extra text) inherits (parents);
create table notes (id int primary key, body text not null);
create sequence invoice_numbers;

insert into customers select i, 'c' || i || '@example.com', 'customer ' || i from generate_series(1, 40) i;
insert into orders select i, 1 + i % 40, i from generate_series(1, 120) i;
insert into order_lines select 1 + i % 120, i, 'item ' || i from generate_series(1, 240) i;
insert into payments select i, i, 'canary card ' || i from generate_series(1, 60) i;
insert into events values ('2020-02-02', 'old'), ('2026-02-02', 'new');
insert into parents values (1, 'parent');
insert into children values (2, 'child', 'x');
insert into notes select i, 'note ' || i from generate_series(1, 20) i;
select lo_from_bytea(4242, 'a large object');
select nextval('invoice_numbers');

-- Code that others left here.
create function purge_archive() returns int language plpgsql as $$ begin delete from archive; return 1; end $$;
create function purge_archive_in_sql() returns int language sql as $$ delete from archive; select 1 $$;
create function purge_archive_if(text) returns boolean language plpgsql as $$ begin delete from archive; return true; end $$;
create function purge_archive_int(int) returns int language plpgsql as $$ begin delete from archive; return $1; end $$;
create function purge_archive_agg(int, int) returns int language plpgsql as $$ begin delete from archive; return $2; end $$;
create function purge_archive_set() returns setof int language plpgsql as $$ begin delete from archive; return next 1; end $$;
create procedure purge_nightly() language plpgsql as $$ begin delete from archive; end $$;
create function lying() returns int language plpgsql immutable as $$ begin perform purge_archive(); return 1; end $$;
create function sneak(text) returns boolean language plpgsql as $$
    begin perform set_config('session_replication_role', 'replica', false); delete from archive; return true; end $$;
create function on_touch() returns trigger language plpgsql as $$ begin delete from archive; return new; end $$;
create function purge_cast(archive) returns int language plpgsql as $$ begin delete from archive; return 1; end $$;
create cast (archive as int) with function purge_cast(archive);
create function purge_to_point(int) returns point language plpgsql as $$ begin delete from archive; return point(1, 1); end $$;
create cast (int as point) with function purge_to_point(int);
create function purge_rows(archive[]) returns int language plpgsql as $$ begin delete from archive; return 1; end $$;
create cast (archive[] as int) with function purge_rows(archive[]);
create operator <~~~> (leftarg = int, rightarg = int, function = purge_archive_agg);
create aggregate purging(int) (sfunc = purge_archive_agg, stype = int, initcond = '0');
create domain sneaky as text check (sneak(value));

create table inbox (id int primary key, body text);
create trigger inbox_touch before insert on inbox for each row execute function on_touch();
create table inbox_default (id int primary key, body int default purge_archive());
create table inbox_check (id int primary key, body text check (purge_archive_if(body)));
create table inbox_domain (id int primary key, body sneaky);
insert into inbox_domain values (1, null);
create table inbox_index (id int primary key, body int);
create function purge_for_index(int) returns int language plpgsql immutable as $$ begin perform purge_archive(); return $1; end $$;
create index on inbox_index (purge_for_index(body));
create table inbox_rule (id int primary key, body text);
create rule inbox_purges as on insert to inbox_rule do also delete from archive;
create view recent_customers as select id, email, name from customers;
create view purging_view as select purge_archive() as n;
create view ruled as select 1 as id;
create rule ruled_insert as on insert to ruled do instead delete from archive;
create table guarded (id int primary key, body text);
alter table guarded enable row level security;
create policy guarded_policy on guarded using (purge_archive_if(body));
alter table guarded force row level security;
insert into guarded values (1, 'x');

create server loop foreign data wrapper postgres_fdw options (host '{socket}', port '{port}', dbname 'shop');
create user mapping for public server loop options (user 'postgres');
create server files foreign data wrapper file_fdw;
create foreign table passwords (line text) server files options (filename 'canary.txt');

create schema shadow;
create schema attic;
create table attic.boxes (id int primary key, body text);
insert into attic.boxes values (1, 'winter');
alter table attic.boxes owner to worker;
-- Another table of the name that agents may write to, and what is written there sets something off.
create table attic.notes (id int primary key, body text not null);
create trigger notes_touch before insert on attic.notes for each row execute function on_touch();
insert into archive select i, 'old ' || i from generate_series(1, 50) i;
