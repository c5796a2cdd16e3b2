-- Storing results: COPY into their table, or into a temporary one where some came before.

-- name: create_staging
-- The tables that COPY fills when some of the results were stored before, emptied at the end of
-- each transaction. Agents may not read fact.attempt, so it cannot be the pattern.
create temporary table if not exists staged_result (
    like fact.result including defaults
) on commit delete rows;
create temporary table if not exists staged_attempt (
    endpoint_id integer not null,
    location_id smallint not null,
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

-- name: endpoint_ids
-- The ids of some endpoints ($1), of those that the database knows.
select
    key,
    endpoint_id as id
from fact.endpoint
where key = any($1::text[]);

-- name: location_ids
-- The ids of some locations ($1), of those that the database knows.
select
    key,
    location_id as id
from fact.location
where key = any($1::text[]);

-- name: insert_missing_results
-- Stores the staged results that are not there, all from $1 to $2, and gives how many. The first
-- result of a slot stays; only a missed one gives way to one that was measured, since another
-- agent may have hit the slot. Attempts go with their result, or not at all.
with stored as (
    insert into fact.result as kept
    select distinct on (s.endpoint_id, s.location_id, s.at) s.*
    from staged_result as s
    where
        -- A conflict costs several times as much as a look, even one that changes nothing.
        not exists (
            select from fact.result as r
            where
                r.endpoint_id = s.endpoint_id
                and r.location_id = s.location_id
                and r.at = s.at
                and r.at between $1 and $2
                and (r.attempts > 0 or s.attempts = 0)
            -- By the index: a join may be planned through all results of the day.
            offset 0 -- noqa: AM09
        )
    order by s.endpoint_id, s.location_id, s.at, s.attempts = 0, s.ctid
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

evidence as (
    insert into fact.attempt
    select a.*
    from staged_attempt as a
    inner join stored using (endpoint_id, location_id, at)
    on conflict do nothing
)

select count(*) from stored;

-- name: mark_days
-- Marks the days of results that are new: of endpoints ($1), from one slot ($2) to another ($3).
-- A result reaches over midnight into the neighbouring day.
insert into fact.dirty_day (endpoint_ids, day, since)
select
    $1::integer[],
    near.day,
    $2::timestamptz
from generate_series(
    date_trunc('day', ($2::timestamptz - fact.reach()) at time zone 'UTC'),
    ($3::timestamptz + fact.reach()) at time zone 'UTC',
    interval '1 day'
) as near (day);

-- name: mark_failures
-- Says that endpoints ($1) have new failed results, the first of them in a slot ($2).
insert into fact.fresh_failure (endpoint_ids, since)
values ($1::integer[], $2);

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
