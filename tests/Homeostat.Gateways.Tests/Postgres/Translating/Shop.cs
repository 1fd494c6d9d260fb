namespace Homeostat.Gateways.Tests.Postgres.Translating;

/// <summary>A small database with everything in it that makes a harmless statement dangerous.</summary>
internal static class Shop
{
    public const string Definition = """
        create table customers (id int primary key, name text, mail text unique);
        create table orders (id int primary key, customer int references customers on delete cascade, total numeric);
        create table lines (id int, "order" int references orders on delete set null on update cascade);
        create table notes (customer int references customers);
        create view big_orders as select * from orders where total > 100;
        create view joined as select o.id, c.name from orders o join customers c on c.id = o.customer;
        create function agent_write() returns int language sql as 'insert into notes values (1) returning customer';
        create function agent_read() returns bigint language sql stable as 'select count(*) from notes';
        create function lose(int) returns int language sql as 'delete from customers where id = $1 returning id';
        create function opaque() returns int language plpgsql as 'begin return 1; end';
        create function of_row(customers) returns int language plpgsql as 'begin return 1; end';
        create table watched (id int);
        create function watch() returns trigger language plpgsql as 'begin return new; end';
        create trigger watch after insert on watched for each row execute function watch();
        create table ruled (id int);
        create rule r as on insert to ruled do also delete from notes;
        create table defaulted (id int, at int default opaque(), made int generated always as (id + 1) stored);
        create domain checked as int check (value > opaque());
        create table domained (v checked);
        create table parted (id int, at date) partition by range (at);
        create table parted_1 partition of parted for values from ('2020-01-01') to ('2021-01-01');
        create table parent (id int);
        create table child () inherits (parent);
        create sequence numbers;
        create schema evil;
        create table evil.customers (id int);
        create function evil.lower(text) returns text language plpgsql as 'begin return 1; end';
        create function evil.eq(int, text) returns boolean language plpgsql as 'begin return true; end';
        create operator evil.= (leftarg = int, rightarg = text, function = evil.eq);
        create type pair as (a int, b int);
        create function pair_to_text(pair) returns text language plpgsql as 'begin return ''''; end';
        create cast (pair as text) with function pair_to_text(pair) as implicit;
        create function ruled_to_int(ruled) returns int language plpgsql as 'begin return 1; end';
        create cast (ruled as int) with function ruled_to_int(ruled);
        create function int_to_point(int) returns point language plpgsql as 'begin return point(1, 1); end';
        create cast (int as point) with function int_to_point(int);
        create table indexed (v int);
        create function key(int) returns int language plpgsql immutable as 'begin return 1; end';
        create index on indexed (key(v));
        create table guarded (v int);
        create policy p on guarded using (opaque() = 1);
        alter table guarded enable row level security;
        create materialized view totals as select sum(total) from orders;
        create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        create table tags (tag text collate loose, mark text collate loose unique);
        create unique index on tags (tag collate "C");
        create type _mood as enum ('good');
        create role other;
        """;
}
