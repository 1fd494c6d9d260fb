--- a comment in front of COMMIT
begin

/* nothing to see */ commit

/* it's */ delete /* only */ from -- a
archive

--- comments that nest, and lie about their end
/* a /* b */ select 1; */ delete from archive

--- a dash comment that ends at the line's end
select 1 -- ; harmless
; delete from archive

--- many statements in one message
select 1 \; delete from archive \; select 2

--- an empty statement first
; ; ; delete from archive

--- dollar quotes around what looks like a comment
select $a$ -- $a$; delete from archive; --

--- E'' with an escaped quote
select E'\'; delete from archive; --'; delete from archive

--- a backslash before a quote
select 'a\'; delete from archive; --'

--- U&"" names
delete from U&"\0061rchive"

--- U&"" names with another escape
delete from U&"!0061rchive" UESCAPE '!'

--- quoted names
delete from "public"."archive"

--- the name in full, catalogue included
delete from shop.public.archive

--- only
delete from only archive

--- a star after the table
delete from archive *

--- upper case and odd spaces
DeLeTe	FROM
 ARCHIVE

--- standard_conforming_strings off
set standard_conforming_strings = off

select '\'; delete from archive; --'

delete from archive where body <> '\''

--- client_encoding tricks
set client_encoding = 'SJIS'

set names 'BIG5'

set client_encoding to 'GB18030'

delete from archive where body <> 'x'

--- a condition that is always true on the key
delete from archive where id = id

--- a key or everything
delete from archive where id = 1 or true

--- a key in a list made by a query
delete from archive where id in (select id from archive)

--- a key compared with a volatile function
delete from archive where id = any (array(select generate_series(1, 50)))

--- UPDATE of every row
update archive set body = ''

--- UPDATE from another table
update archive a set body = c.name from customers c where c.id = a.id

--- UPDATE through a view
update recent_customers set name = 'nobody'

--- DELETE through a view
delete from recent_customers

--- INSERT through a rule of a view
insert into ruled values (1)

--- MERGE that deletes
merge into archive a using (select 1 as one) x on true when matched then delete

--- MERGE that updates
merge into archive a using customers c on c.id = a.id when matched then update set body = ''

--- INSERT … ON CONFLICT DO UPDATE
insert into archive select id, '' from archive on conflict (id) do update set body = excluded.body

--- DELETE through a foreign key's cascade
delete from customers where id = 1

--- UPDATE through a foreign key's set null
delete from orders where id = 3

--- DELETE of a partition's rows through its parent
delete from events where at < '2025-01-01'

--- DELETE of an heir's rows through its parent
delete from parents where id = 2

--- a writable CTE
with gone as (delete from archive returning *) select count(*) from gone

--- a writable CTE that nobody reads
with gone as (delete from archive) select 1

--- a writable CTE under two others
with a as (select 1), b as (delete from archive returning id), c as (select * from b) select * from a, c

--- a writable CTE under INSERT
with gone as (delete from archive returning id, body) insert into notes select id + 1000, body from gone

--- EXPLAIN ANALYZE of a write
explain analyze delete from archive

--- EXPLAIN with options and ANALYZE of a write
explain (verbose, analyze true, format json) delete from archive

--- EXPLAIN ANALYZE of an EXECUTE
prepare gone as delete from archive

explain analyze execute gone

--- SQL-level PREPARE and EXECUTE
prepare gone (int) as delete from archive where id >= $1

execute gone (1)

--- PREPARE of a read, under a name that was a write
prepare gone as select 1

deallocate gone

prepare gone as delete from archive

execute gone

--- CREATE TABLE AS EXECUTE
prepare gone as select purge_archive()

create temp table t as execute gone

--- COPY of a DELETE … RETURNING
copy (delete from archive returning *) to stdout

--- COPY of a query that calls
copy (select purge_archive()) to stdout

--- a cursor over a function
begin

declare c cursor for select purge_archive()

fetch all from c

commit

--- a cursor that holds over a function
declare c cursor with hold for select purge_archive()

--- CREATE TABLE AS over a function
--! temporary
create temp table t as select purge_archive()

--- SELECT INTO over a function
select purge_archive() as n into temp table t

--- a materialised view over a function
create materialized view m as select purge_archive() as n

--- a temporary view over a function, read later
create temp view v as select purge_archive() as n

select * from v

--- prepared under one search path and executed under another
prepare p as insert into notes values (5003, 'x')

set search_path = attic, public

execute p

--- prepared before a savepoint's search path and executed in it
begin

prepare p as insert into notes values (5004, 'x')

savepoint a

set local search_path = attic, public

execute p

commit

--- a search path that a cursor keeps
set search_path = attic, public

begin

declare c cursor for select purge_archive() from notes

fetch all from c

insert into notes values (5005, 'x')

commit
