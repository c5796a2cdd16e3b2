-- The program's own bookkeeping lives in schema vigie_meta, beside the facts: it must exist
-- before the first migration does, and analysts need not see it.

-- name: migrate_known
-- Whether this database was ever migrated.
select to_regclass('vigie_meta.definitions') is not null;

-- name: migrate_lock
-- Whether we are now the one who migrates. Polled: a waiting lock would hold a snapshot, and
-- "create index concurrently" waits for snapshots.
select pg_try_advisory_lock(hashtextextended('vigie.migrate', 0));

-- name: migrate_unlock
-- Let the next one migrate.
select pg_advisory_unlock(hashtextextended('vigie.migrate', 0));

-- name: migrate_create
-- The bookkeeping itself; safe to repeat.
create schema if not exists vigie_meta;
comment on schema vigie_meta is 'What Vigie applied to this database.';
create table if not exists vigie_meta.migration (
    number integer primary key,
    filename text not null,
    digest text not null,
    applied_at timestamptz not null default now()
);
comment on table vigie_meta.migration is 'One row per migration file that was applied.';
create table if not exists vigie_meta.definitions (
    only_row boolean primary key default true check (only_row),
    digest text not null,
    applied_at timestamptz not null default now()
);
comment on table vigie_meta.definitions is
'The functions and views that this database has, as the digest of their files.';

-- name: migrate_applied
-- What was applied, in order.
select
    number,
    filename,
    digest
from vigie_meta.migration
order by number;

-- name: migrate_insert
-- One more was applied.
insert into vigie_meta.migration (number, filename, digest) values ($1, $2, $3);

-- name: migrate_definitions
-- The digest of the functions and views that this database has.
select digest from vigie_meta.definitions;

-- name: migrate_define
-- The functions and views were applied.
insert into vigie_meta.definitions (digest) values ($1)
on conflict (only_row) do update set digest = excluded.digest, applied_at = now();

-- name: embedded_create
-- The database of a new embedded server, in single-user mode: one line.
create database vigie;

-- name: database_state
-- What `vigie db status` shows of a database, migrated or not.
select
    current_setting('server_version') as postgresql,
    pg_size_pretty(pg_database_size(current_database())) as database_size,
    to_regclass('vigie_meta.migration') is not null as migrated;

-- name: database_schema
-- The newest migration, and up to where figures are complete.
select
    migration.filename,
    to_char(
        nullif(watermark.rolled_up_to, '-infinity') at time zone 'UTC',
        'YYYY-MM-DD HH24:MI:SS "UTC"'
    ) as as_of
from vigie_meta.migration
cross join fact.watermark
order by migration.number desc
limit 1;
