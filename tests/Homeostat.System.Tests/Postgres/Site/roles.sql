create role writer superuser login password 'writer-pw';
create role reader superuser login password 'reader-pw';
create role auditor login password 'canary password of a role';
create role worker nologin;
create database shop;
create database play;
create database paste;
create database staging;

\c play
create table busy (id int primary key, n int not null);
insert into busy select i, 0 from generate_series(0, 7) i;

\c staging
create table trial (id int);
insert into trial select generate_series(1, 9);
