--- a function
select purge_archive()

--- a function in SQL
select purge_archive_in_sql()

--- a function that lies about its volatility
select lying()

--- a function of a set in FROM
select * from purge_archive_set()

--- ROWS FROM
select * from rows from (purge_archive_set(), generate_series(1, 2))

--- a procedure
call purge_nightly()

--- DO
do $$ begin delete from archive; end $$

--- DO with the language first
do language plpgsql 'begin execute ''delete from archive''; end'

--- inside a row constructor
select row(1, row(purge_archive(), 2))

--- inside an array
select array[1, purge_archive()]

--- inside VALUES
values (1), (purge_archive())

--- inside LATERAL
select * from (values (1)) v (i), lateral (select purge_archive_int(v.i)) l

--- inside CASE
select case when true then purge_archive() else 0 end

--- inside COALESCE
select coalesce(null, purge_archive())

--- inside an aggregate's FILTER
select count(*) filter (where purge_archive_if('x')) from notes

--- inside an aggregate's ORDER BY
select array_agg(1 order by purge_archive_int(1))

--- inside a window frame
select sum(1) over (order by id rows between purge_archive() preceding and current row) from (values (1), (2)) v (id)

--- inside a window's PARTITION BY
select sum(1) over w from (values (1)) v (id) window w as (partition by purge_archive_int(id))

--- inside WHERE
select 1 where purge_archive_if('x')

--- inside HAVING
select 1 having purge_archive_if('x')

--- inside JOIN … ON
select 1 from (values (1)) a (i) join (values (1)) b (i) on purge_archive_if('x')

--- inside ORDER BY
select 1 order by purge_archive()

--- inside GROUP BY
select 1 from (values (1)) v (i) group by purge_archive_int(i)

--- inside DISTINCT ON
select distinct on (purge_archive_int(i)) i from (values (1)) v (i)

--- inside LIMIT
select 1 limit purge_archive()

--- inside OFFSET
select 1 offset purge_archive()

--- inside TABLESAMPLE
select 1 from notes tablesample bernoulli (100) repeatable (purge_archive())

--- inside RETURNING
insert into notes values (5001, 'x') returning purge_archive()

--- inside ON CONFLICT's WHERE
insert into notes values (1, 'x') on conflict (id) do update set body = 'note 1' where purge_archive_if('x')

--- inside a subselect of SET
update notes set body = (select purge_archive()::text) where id = 1

--- inside a GROUPING SET
select 1 from (values (1)) v (i) group by grouping sets ((purge_archive_int(i)), ())

--- inside a recursive CTE
with recursive r (i) as (select 1 union all select purge_archive_int(i + 1) from r where i < 2) select * from r

--- inside XMLTABLE
select * from xmltable('/a' passing xml('<a/>') columns i int path 'b' default purge_archive())

--- a JSON path's variables
select jsonb_path_exists('1', '$', jsonb_build_object('x', purge_archive()))

--- the function as a column of a row
select a.purge_cast from archive a limit 1

--- an operator that others made
select 1 <~~~> 2

--- an operator in full
select 1 operator(public.<~~~>) 2

--- an aggregate that others made
select purging(1)

--- a cast that others made
select a::archive::int from archive a limit 1

--- a cast spelt CAST
select cast(a as int) from archive a limit 1

--- a view that calls
select * from purging_view

--- a default that calls
insert into inbox_default (id) values (1)

--- DEFAULT VALUES that call
insert into inbox_default (id, body) values (1, default)

--- a check that calls
insert into inbox_check values (1, 'x')

--- a trigger
insert into inbox values (1, 'x')

--- a trigger through COPY
--! psql
copy inbox from stdin;
1	x
\.

--- a rule
insert into inbox_rule values (1, 'x')

--- an index expression
insert into inbox_index values (1, 1)

--- a domain check that changes settings
select 'x'::sneaky

--- a domain check through a table
insert into inbox_domain values (2, 'x')

--- a domain inside an array
select array['x']::sneaky[]

--- a domain inside json
select * from json_to_record('{"a":"x"}') as t (a sneaky)

--- a text that is run: query_to_xml
select query_to_xml('select purge_archive()', true, false, '')

--- a text that is run: crosstab
select * from crosstab('select ''a''::text, ''b''::text, purge_archive()') as t (a text, b int)

--- a text that is run: ts_stat
select * from ts_stat('select to_tsvector(purge_archive()::text)')

--- a text that is run: ts_rewrite
select ts_rewrite('a'::tsquery, 'select to_tsquery(purge_archive()::text), to_tsquery(''b'')')

--- a text that is run: cursor_to_xml
begin

declare c cursor for select purge_archive()

select cursor_to_xml('c', 10, true, false, '')

commit

--- dblink
select dblink_exec('host={socket} port={port} dbname=shop user=postgres', 'delete from archive')

--- dblink that is opened first
select dblink_connect('x', 'host={socket} port={port} dbname=shop user=postgres')

select * from dblink('x', 'delete from archive returning 1') as t (i int)

--- postgres_fdw
create foreign table gone (id int, body text) server loop options (table_name 'archive')

delete from gone

--- dblink through a foreign server
select dblink_connect('y', 'loop')

select dblink_exec('y', 'delete from archive')

--- a domain check by the default of a window function
select lag(body, 1, 'x') over () from inbox_domain

--- a domain check by an array that grows
select array_append(array_agg(body), 'x') from inbox_domain

--- a domain check by a row that is filled from JSON
select jsonb_populate_record(t, '{"body":"x"}') from (values (1)) v left join inbox_domain t on true

--- a domain check by PREPARE's types
prepare p (sneaky) as select $1

execute p ('x')

--- a domain check by a record's definition
select * from jsonb_to_recordset('[{"body":"x"}]') as t (body sneaky)

--- a cast that others made between the server's own types
select 1::point

--- a cast that others made of an array of rows
select array_agg(a)::int from archive a

--- a cast that others made of a row in a subselect
select cast((select a from archive a limit 1) as int)
