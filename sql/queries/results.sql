-- Storing results: COPY into temporary tables, then one insert that may be repeated.

-- name: create_staging
-- The tables that COPY fills; emptied at the end of each transaction.
create temporary table if not exists staged_result (
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
create temporary table if not exists staged_attempt (
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
    certificate_expires timestamptz
) on commit delete rows;

-- name: ensure_partitions
-- Partitions for some days ($1).
select fact.ensure_partitions(wanted.day, wanted.day)
from unnest($1::date[]) as wanted (day);

-- name: ensure_partitions_ahead
-- Partitions from the UTC day of an instant ($1) to two days later.
select fact.ensure_partitions(today.day, today.day + 2)
from (select ($1::timestamptz at time zone 'UTC')::date as day) as today;

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
-- Stores the staged results that are new, marks their days, and counts them.
with known as (
    select
        e.endpoint_id,
        l.location_id,
        s.*
    from staged_result as s
    inner join fact.endpoint as e on s.endpoint = e.key
    inner join fact.location as l on s.location = l.key
),

inserted as (
    insert into fact.result (
        endpoint_id,
        location_id,
        at,
        outcome,
        attempts,
        status,
        lag_us,
        duration_us,
        dns_us,
        connect_us,
        tls_us,
        first_byte_us,
        reason
    )
    select
        endpoint_id,
        location_id,
        at,
        outcome,
        attempts,
        status,
        lag_us,
        duration_us,
        dns_us,
        connect_us,
        tls_us,
        first_byte_us,
        reason
    from known
    on conflict do nothing
    returning endpoint_id, at
),

-- A result reaches over midnight into the neighbouring day.
touched as (
    select distinct
        i.endpoint_id,
        (i.at + side.reach) at time zone 'UTC' as at
    from inserted as i
    cross join (values (-fact.reach()), (fact.reach())) as side (reach)
),

marked as (
    insert into fact.dirty_day (endpoint_id, day)
    select distinct
        endpoint_id,
        at::date
    from touched
)

select count(*) from inserted;

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
    certificate_expires
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
    s.certificate_expires
from staged_attempt as s
inner join fact.endpoint as e on s.endpoint = e.key
inner join fact.location as l on s.location = l.key
on conflict do nothing;
