--- files: pg_read_file
select * from pg_read_file('canary.txt')

--- files: pg_read_file in VALUES
values (pg_read_file('canary.txt'))

--- files: in a row constructor
select row(row(pg_read_file('canary.txt')))

--- files: in LATERAL
select * from (values ('canary.txt')) f (name), lateral pg_read_file(f.name) t

--- files: pg_read_binary_file
select convert_from(pg_read_binary_file('canary.txt'), 'UTF8')

--- files: COPY FROM
--! temporary
create temp table t (line text)

copy t from '{data}/canary.txt'

select * from t

--- files: COPY FROM PROGRAM
--! temporary
create temp table t (line text)

copy t from program 'cat {data}/canary.txt'

select * from t

--- files: COPY TO
copy (select 1) to '{loot}/copied'

--- files: COPY TO PROGRAM
copy (select 1) to program 'cat > {loot}/programmed'

--- files: lo_import
select lo_import('{data}/canary.txt', 777)

select convert_from(lo_get(777), 'UTF8')

--- files: lo_export
select lo_export(4242, '{loot}/exported')

--- files: adminpack
select pg_catalog.pg_file_write('{loot}/written', 'x', false)

--- files: a foreign table that others made
select * from passwords

--- files: a foreign table of one's own
create foreign table mine (line text) server files options (filename 'canary.txt')

select * from mine

--- passwords: pg_authid
select rolpassword from pg_authid where rolpassword like 'SCRAM%'

--- passwords: pg_shadow
select passwd from pg_catalog.pg_shadow where passwd like 'SCRAM%'

--- passwords: through a whole row
select (a).rolpassword from (select pg_authid as a from pg_authid) x where (a).rolpassword is not null

--- passwords: through row_to_json
select row_to_json(x) from pg_authid x

--- passwords: COPY
copy pg_authid to stdout

--- passwords: TABLE
table pg_authid

--- roles: SET ROLE
set role auditor

select pg_advisory_lock(1)

--- roles: SET ROLE as a setting
set "role" = 'auditor'

select pg_advisory_lock(1)

--- roles: set_config
select set_config('role', 'auditor', false), pg_advisory_lock(1)

--- roles: set_config with a name that is put together
select set_config('ro' || 'le', 'auditor', false), pg_advisory_lock(1)

--- roles: set_config under its schema
select pg_catalog.set_config(E'r\x6fle', 'auditor', false), pg_advisory_lock(1)

--- roles: UPDATE of pg_settings
update pg_settings set setting = 'auditor' where name = 'role'

select pg_advisory_lock(1)

--- roles: SET SESSION AUTHORIZATION
set session authorization auditor

select pg_advisory_lock(1)

--- roles: SET LOCAL ROLE
begin

set local role auditor

select pg_advisory_lock(1)

commit

--- roles: session_replication_role
set session_replication_role = replica

delete from customers where id = 1

--- roles: CREATE ROLE
create role xeve superuser login

--- roles: ALTER ROLE
alter role auditor superuser

--- roles: ALTER ROLE … SET
alter role writer set search_path = shadow, public

--- roles: ALTER DATABASE … SET
alter database shop set default_transaction_read_only = on

--- roles: GRANT
grant all on archive to public

--- roles: GRANT of a role
grant writer to auditor

--- roles: REASSIGN OWNED
reassign owned by worker to auditor

--- roles: DROP OWNED
drop owned by worker cascade

--- roles: ALTER DEFAULT PRIVILEGES
alter default privileges grant all on tables to public

--- server: ALTER SYSTEM
alter system set work_mem = '1GB'

--- server: pg_reload_conf
select pg_reload_conf()

--- server: pg_terminate_backend
select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'canary'

--- server: pg_terminate_backend in HAVING
select 1 from pg_stat_activity where application_name = 'canary' having bool_and(pg_terminate_backend(pid))

--- server: a replication slot
select pg_create_physical_replication_slot('xslot')

--- server: a logical slot
select pg_create_logical_replication_slot('xslot', 'pgoutput')

--- server: DROP DATABASE
drop database staging

--- server: DROP DATABASE WITH FORCE
drop database staging with (force)

--- server: CREATE DATABASE
create database xcopy template shop

--- server: CREATE EXTENSION
create extension lo

--- server: LOAD
load 'auto_explain'

set auto_explain.log_analyze = on

create table public.x ()

--- server: CREATE SUBSCRIPTION
create subscription s connection 'host={socket} port={port} dbname=shop' publication p with (connect = false, slot_name = none)

--- server: CREATE PUBLICATION
create publication p for all tables

--- server: a prepared transaction
begin

prepare transaction 'x'

--- server: CREATE TABLESPACE
create tablespace xspace location '{loot}'

--- server: pg_promote and its kin
select pg_create_restore_point('x'), pg_advisory_lock(1)

--- locks: LOCK … ACCESS EXCLUSIVE
begin

lock table archive in access exclusive mode

select 1

--- locks: LOCK of several
begin

lock archive, customers

select 1

--- locks: an advisory lock
select pg_advisory_lock(42)

--- locks: an advisory lock under another name
select pg_try_advisory_lock_shared(1, 2)

--- locks: a cursor FOR UPDATE
begin

declare c cursor for select * from archive for update

fetch 1 from c

update archive set body = '' where current of c

commit

--- sequences: nextval
select nextval('invoice_numbers')

--- sequences: setval
select setval('invoice_numbers', 1000000)

--- sequences: ALTER SEQUENCE
alter sequence invoice_numbers restart with 1

--- large objects: lo_unlink
select lo_unlink(4242)

--- large objects: lo_put
select lo_put(4242, 0, 'gone')

--- large objects: opened to write
begin

select lowrite(lo_open(4242, 131072), 'gone')

commit

--- large objects: lo_create
select lo_create(0)

--- NOTIFY
notify canary, 'x'

select pg_advisory_lock(1)

--- NOTIFY by function
select pg_notify('canary', repeat('x', 7000)), pg_advisory_lock(1) from generate_series(1, 100)
