--- DROP TABLE
drop table payments

--- DROP TABLE of several, CASCADE
drop table if exists nothing, orders cascade

--- DROP SCHEMA CASCADE
drop schema attic cascade

--- DROP VIEW
drop view recent_customers

--- DROP FUNCTION CASCADE
drop function on_touch() cascade

--- DROP EXTENSION CASCADE
drop extension postgres_fdw cascade

--- DROP TYPE CASCADE
drop domain sneaky cascade

--- TRUNCATE
truncate archive

--- TRUNCATE CASCADE
truncate customers cascade

--- TRUNCATE of a partitioned table
truncate only events_old

--- ALTER TABLE … DROP COLUMN
alter table archive drop column body

--- ALTER TABLE … TYPE
alter table archive alter column body type int using 0

--- ALTER TABLE … USING that calls
alter table notes alter column body type text using purge_archive()::text

--- ALTER TABLE … RENAME
alter table archive rename to archive_old

--- ALTER TABLE … SET SCHEMA
alter table archive set schema attic

--- ALTER TABLE … DISABLE TRIGGER
alter table inbox disable trigger all

--- ALTER TABLE … DISABLE ROW LEVEL SECURITY
alter table guarded disable row level security

--- ALTER TABLE … DETACH PARTITION
alter table events detach partition events_old

--- ALTER TABLE … DROP CONSTRAINT
alter table orders drop constraint orders_customer_fkey

--- ALTER TABLE … SET UNLOGGED
alter table archive set unlogged

--- ALTER TABLE … OWNER
alter table archive owner to auditor

--- ALTER VIEW … SET DEFAULT
alter view recent_customers alter column name set default 'x'

--- CREATE OR REPLACE VIEW
create or replace view recent_customers as select id, email, 'gone' as name from customers

--- VACUUM FULL
vacuum full archive

--- CLUSTER
cluster archive using archive_pkey

--- REINDEX
reindex table archive

--- COMMENT
comment on table archive is 'old'

--- CREATE FUNCTION and a call
create function mine() returns int language plpgsql as $$ begin delete from archive; return 1; end $$

select mine()

--- CREATE FUNCTION in pg_temp and a call
create function pg_temp.mine() returns int language plpgsql as $$ begin delete from archive; return 1; end $$

select pg_temp.mine()

--- CREATE FUNCTION in SQL, harmless, then another body
create function mine() returns int language sql as 'select 1'

create or replace function mine() returns int language sql as 'delete from archive; select 1'

select mine()

--- CREATE PROCEDURE and CALL
create procedure mine() language sql as 'delete from archive'

call mine()

--- a trigger for others to run
create trigger t after insert on notes for each row execute function on_touch()

insert into notes values (6001, 'x')

--- a rule for others to run
create rule r as on insert to notes do also delete from archive

insert into notes values (6002, 'x')

--- a rule that makes a table a view
create or replace rule r as on update to archive do instead nothing

--- a cast for others to run
create cast (text as archive) with inout as implicit

--- an operator for others to run
create operator public.<=> (leftarg = int, rightarg = int, function = purge_archive_agg)

--- an index expression for others to run
create index on inbox_index (purge_for_index(id))

--- an index expression that runs at once
create index on notes (purge_for_index(id))

--- a check for others to run
alter table notes add check (purge_archive_if(body))

--- a default for others to run
alter table notes alter column body set default purge_archive()::text

--- a generated column that runs at once
alter table notes add column n int generated always as (purge_for_index(id)) stored

--- a policy for others to run
create policy p on archive using (purge_archive_if(body))

--- an event trigger
create function on_ddl() returns event_trigger language plpgsql as $$ begin delete from archive; end $$

create event trigger e on ddl_command_start execute function on_ddl()

--- an aggregate for others to run
create aggregate mine(int) (sfunc = purge_archive_agg, stype = int)

--- a domain whose check calls, and its use
create domain pg_temp.mine as text check (purge_archive_if(value))

select 'x'::pg_temp.mine

--- search_path shadowing of a function
create function shadow.lower(text) returns text language plpgsql as $$ begin delete from archive; return $1; end $$

set search_path = shadow, pg_catalog, public

select lower('X')

--- search_path shadowing of an operator
create operator shadow.+ (leftarg = int, rightarg = int, function = purge_archive_agg)

set search_path = shadow, pg_catalog, public

select 1 + 1

--- search_path shadowing of a table
create table shadow.notes (id int primary key, body int default purge_archive())

set search_path = shadow, public

insert into notes (id) values (1)

--- a temporary table that shadows, and is gone again
--! temporary
create temp table archive (id int)

delete from archive

drop table pg_temp.archive

delete from archive

--- a temporary table that is rolled back
--! temporary
begin

create temp table archive (id int)

rollback

delete from archive

--- a search path that is rolled back
begin

savepoint a

set search_path = pg_temp

rollback to a

delete from archive

commit

--- a temporary table with a trigger
--! temporary
create temp table t (id int)

create trigger t after insert on t for each row execute function on_touch()

insert into t values (1)

--- a temporary table with a default that calls
--! temporary
create temp table t (id int default purge_archive())

insert into t default values

--- INSERT from a function
insert into notes select 7000 + purge_archive(), 'x'

--- a statistics object
create statistics s on id, body from archive

--- a language
create trusted language xlang handler plpgsql_call_handler

--- a collation
create collation mine from "C"

--- IMPORT FOREIGN SCHEMA
import foreign schema public from server loop into shadow

--- SECURITY LABEL and ownership of a database
alter database shop owner to auditor

--- ALTER EXTENSION
alter extension dblink set schema attic

--- ALTER TYPE
alter domain sneaky owner to auditor

--- REFRESH
create materialized view m as select 1

refresh materialized view m
