-- Storing results: COPY into temporary tables, then one insert that may be repeated.

-- name: staging_exists
-- Whether this connection has its temporary tables.
select to_regclass('pg_temp.staged_known') is not null;

-- name: create_staging
-- The tables that COPY fills, emptied at the end of each transaction, and what they mean.
create temporary table staged_result (
    endpoint text not null,
    location text not null,
    at timestamptz not null,
    outcome fact.outcome not null,
    attempts smallint not null,
    status smallint,
    lag_us integer,
    duration_us integer,
    dns_us integer,
    connect_us integer,
    tls_us integer,
    first_byte_us integer,
    reason text
) on commit delete rows;
create temporary table staged_attempt (
    endpoint text not null,
    location text not null,
    at timestamptz not null,
    attempt smallint not null,
    started timestamptz not null,
    outcome fact.outcome not null,
    reason text not null,
    detail text,
    address text,
    status smallint,
    duration_us integer not null,
    dns_us integer,
    connect_us integer,
    tls_us integer,
    first_byte_us integer,
    certificate_expires timestamptz,
    body text
) on commit delete rows;
-- In the column order of fact.result.
create temporary view staged_known as
select
    e.endpoint_id,
    l.location_id,
    s.at,
    s.outcome,
    s.attempts,
    s.status,
    s.lag_us,
    s.duration_us,
    s.dns_us,
    s.connect_us,
    s.tls_us,
    s.first_byte_us,
    s.reason
from staged_result as s
inner join fact.endpoint as e on s.endpoint = e.key
inner join fact.location as l on s.location = l.key;

-- name: ensure_partitions
-- Partitions for some days ($1).
select fact.ensure_partitions(wanted.day, wanted.day)
from unnest($1::date[]) as wanted (day);

-- name: ensure_partitions_ahead
-- Partitions from the UTC day of an instant ($1) to two days later.
select fact.ensure_partitions(today.day, today.day + 2)
from (select ($1::timestamptz at time zone 'UTC')::date as day) as today;

-- name: endpoint_keys
-- Every endpoint that results may name.
select
    key,
    endpoint_id as id
from fact.endpoint
order by key;

-- name: location_keys
-- Every location that results may name.
select
    key,
    location_id as id
from fact.location
order by key;

-- name: unknown_keys
-- Staged endpoint and location keys of which the database does not know one.
select distinct
    s.endpoint,
    s.location
from staged_result as s
left join fact.endpoint as e on s.endpoint = e.key
left join fact.location as l on s.location = l.key
where e.key is null or l.key is null;

-- name: insert_results
-- Stores the staged results; fails when one is there already. Neighbours in the index come one
-- after the other, so a file that is imported again fails at its first row. The view has the
-- columns of fact.result.
insert into fact.result
select * -- noqa: AM04
from staged_known
order by endpoint_id, location_id, at;

-- name: insert_missing_results
-- Stores the staged results that are not there, and gives how many: a third slower, for what came
-- before. The first result of a slot stays; only a missed one gives way to one that was measured,
-- since another agent may have hit the slot. Attempts go with their result, or not at all.
with stored as (
    insert into fact.result as kept
    select distinct on (endpoint_id, location_id, at) * -- noqa: AM04
    from staged_known
    order by endpoint_id, location_id, at, attempts = 0
    on conflict (endpoint_id, location_id, at) do update
        set
            outcome = excluded.outcome,
            attempts = excluded.attempts,
            status = excluded.status,
            lag_us = excluded.lag_us,
            duration_us = excluded.duration_us,
            dns_us = excluded.dns_us,
            connect_us = excluded.connect_us,
            tls_us = excluded.tls_us,
            first_byte_us = excluded.first_byte_us,
            reason = excluded.reason
        where kept.attempts = 0 and excluded.attempts > 0
    returning kept.endpoint_id, kept.location_id, kept.at
),

left_out as (
    delete from staged_attempt as a
    using fact.endpoint as e, fact.location as l
    where
        a.endpoint = e.key
        and a.location = l.key
        and (e.endpoint_id, l.location_id, a.at) not in (
            select
                s.endpoint_id,
                s.location_id,
                s.at
            from stored as s
        )
)

select count(*) from stored;

-- name: mark_days
-- Marks the days of the staged results. By the hour first, so that few rows are left to look
-- at; a result reaches over midnight into the neighbouring day.
with touched as (
    select
        endpoint_id,
        date_bin('1 hour', at, 'epoch') as hour,
        min(at) as since
    from staged_known
    group by endpoint_id, hour
)

insert into fact.dirty_day (endpoint_id, day, since)
select
    t.endpoint_id,
    (side.at at time zone 'UTC')::date as day,
    min(t.since) as since
from touched as t
cross join
    lateral (
        values (t.hour - fact.reach()), (t.hour + interval '1 hour' + fact.reach())
    ) as side (at)
group by t.endpoint_id, day;

-- name: insert_attempts
-- Stores the staged attempts that are new.
insert into fact.attempt (
    endpoint_id,
    location_id,
    at,
    attempt,
    started,
    outcome,
    reason,
    detail,
    address,
    status,
    duration_us,
    dns_us,
    connect_us,
    tls_us,
    first_byte_us,
    certificate_expires,
    body
)
select
    e.endpoint_id,
    l.location_id,
    s.at,
    s.attempt,
    s.started,
    s.outcome,
    s.reason,
    s.detail,
    s.address,
    s.status,
    s.duration_us,
    s.dns_us,
    s.connect_us,
    s.tls_us,
    s.first_byte_us,
    s.certificate_expires,
    s.body
from staged_attempt as s
inner join fact.endpoint as e on s.endpoint = e.key
inner join fact.location as l on s.location = l.key
on conflict do nothing;

-- name: create_import_staging
-- The table that a chunk of an import is copied to when some of it was stored before.
create temporary table if not exists staged_import (
    like fact.result including defaults
) on commit delete rows;

-- name: insert_missing_imports
-- Stores the staged rows of an import that are not there.
insert into fact.result
select * -- noqa: AM04
from staged_import
on conflict do nothing;

-- name: mark_hours
-- Marks the days of results by endpoint ($1) and hour ($2: 24 · Python's ordinal day + hour, UTC);
-- a result reaches over midnight into the neighbouring day.
insert into fact.dirty_day (endpoint_id, day)
select distinct
    t.endpoint_id,
    (side.at at time zone 'UTC')::date as day
from unnest($1::integer[], $2::integer[]) as h (endpoint_id, number)
cross join
    lateral (
        select
            h.endpoint_id,
            (timestamp '0001-01-01' + (h.number - 24) * interval '1 hour') at time zone 'UTC'
                as hour
    ) as t
cross join
    lateral (
        values (t.hour - fact.reach()), (t.hour + interval '1 hour' + fact.reach())
    ) as side (at);

-- name: insert_blind_edges
-- Stores the edges of blind spans that are new (locations $1, instants $2, blind $3, why $4) and
-- returns the locations that the database does not know.
with told as (
    select
        t.location,
        t.at,
        t.blind,
        t.why
    from
        unnest($1::text[], $2::timestamptz[], $3::boolean[], $4::text[])
            as t (location, at, blind, why)
),
stored as (
    insert into fact.blind_edge (location_id, at, blind, why)
    select
        l.location_id,
        t.at,
        t.blind,
        t.why
    from told as t
    inner join fact.location as l on t.location = l.key
    on conflict do nothing
)
select distinct t.location
from told as t
where
    not exists (
        select from fact.location as l
        where l.key = t.location
    );
