create role writer superuser login password 'writer-pw';
create role reader superuser login password 'reader-pw';
create role auditor login password 'canary password of a role';
create role worker nologin;
create database shop;
create database play;
create database staging;
