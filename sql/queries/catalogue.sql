-- The database follows the catalogue: rows are added, ended or superseded, never deleted.
-- The catalogue is copied into temporary tables `wanted_…`; each step then compares and acts.
-- A step takes the instant of the change ($1) if it needs it, and tells what it did:
-- action (added, changed, ended) and line.

-- name: catalogue_lock
-- One change at a time, until the end of the transaction.
select pg_advisory_xact_lock(hashtext('vigie catalogue'));

-- name: catalogue_changed_at
-- The last instant at which the catalogue changed anything that is dated.
select
    greatest(
        (select max(lower(valid)) from fact.service_version),
        (select max(upper(valid)) from fact.service_version),
        (select max(lower(valid)) from fact.endpoint_version),
        (select max(upper(valid)) from fact.endpoint_version),
        (select max(lower(during)) from fact.service_endpoint),
        (select max(upper(during)) from fact.service_endpoint),
        (select max(recorded_at) from fact.calendar),
        (select max(recorded_at) from fact.calendar_year),
        (select max(replaced_at) from fact.calendar_day),
        (select max(recorded_at) from fact.contract_version),
        (select max(replaced_at) from fact.contract_version),
        (select max(recorded_at) from fact.rota),
        (select max(replaced_at) from fact.rota)
    ) as changed_at;

-- name: create_wanted
-- The catalogue's side of the comparison.
drop table if exists pg_temp.wanted_location, pg_temp.wanted_service, pg_temp.wanted_endpoint,
pg_temp.wanted_calendar, pg_temp.wanted_hours, pg_temp.wanted_day, pg_temp.wanted_customer,
pg_temp.wanted_year,
pg_temp.wanted_reference,
pg_temp.wanted_contract,
pg_temp.wanted_contract_service,
pg_temp.wanted_version, pg_temp.changed_day, pg_temp.wanted_rota;
create temporary table wanted_location (key text primary key) on commit drop;
create temporary table wanted_service (
    key text primary key,
    name text not null,
    at_least integer,
    every_endpoint boolean not null,
    allow text[] not null
) on commit drop;
create temporary table wanted_endpoint (
    key text primary key,
    service text not null,
    every_us bigint not null,
    quorum text not null,
    since timestamptz,
    until timestamptz,
    spec jsonb not null
) on commit drop;
create temporary table wanted_reference (spec jsonb not null) on commit drop;
create temporary table wanted_rota (spec jsonb not null) on commit drop;
create temporary table wanted_calendar (
    key text primary key,
    digest text not null,
    timezone text not null,
    yearly jsonb not null
) on commit drop;
create temporary table wanted_year (
    calendar text not null,
    year smallint not null,
    source text,
    primary key (calendar, year)
) on commit drop;
create temporary table wanted_hours (
    calendar text not null,
    weekday smallint not null,
    opens_us bigint not null,
    closes_us bigint not null
) on commit drop;
create temporary table wanted_day (
    calendar text not null,
    day date not null,
    name text not null,
    opens_us bigint,
    closes_us bigint
) on commit drop;
create temporary table wanted_customer (
    key text primary key,
    name text not null,
    language text not null,
    recipients text[] not null
) on commit drop;
create temporary table wanted_contract (
    key text not null,
    customer text not null,
    starts date not null,
    ends date,
    plan text not null,
    timezone text not null,
    target numeric,
    basis text not null,
    hours text,
    maintenance text not null,
    unknown text not null,
    interruption_max_us bigint,
    interruption_calendar text,
    join_within_us bigint not null,
    notice_working_days integer,
    notice_calendar text,
    outside text,
    cap_time_us bigint,
    cap_per text,
    crisis_longer_than_us bigint,
    crisis_customers integer,
    night_opens_us bigint,
    night_closes_us bigint,
    enforced text[] not null,
    terms jsonb not null,
    primary key (key, starts)
) on commit drop;
create temporary table wanted_contract_service (
    contract text not null,
    starts date not null,
    service text not null,
    essential boolean not null,
    position smallint not null
) on commit drop;
create temporary table changed_day (
    calendar_id integer not null,
    key text not null,
    day date not null,
    old_name text,
    new_name text,
    hours_differ boolean not null,
    is_new boolean not null,
    is_free boolean not null,
    primary key (calendar_id, day)
) on commit drop;

-- name: moved_contracts
-- Contracts that the catalogue gives to another customer than before.
select distinct
    w.key,
    c.key as customer
from wanted_contract as w
inner join fact.contract as k on w.key = k.key
inner join fact.customer as c on k.customer_id = c.customer_id
where w.customer <> c.key
order by w.key;

-- name: add_locations
insert into fact.location (key)
select w.key
from wanted_location as w
where
    not exists (
        select from fact.location as l
        where l.key = w.key
    )
order by w.key
returning 'added' as action, 'location ' || key as line;

-- name: add_services
insert into fact.service (key, name, allow)
select
    w.key,
    w.name,
    w.allow
from wanted_service as w
where
    not exists (
        select from fact.service as s
        where s.key = w.key
    )
order by w.key
returning 'added' as action, 'service ' || key as line;

-- name: rename_services
update fact.service as s
set name = w.name
from wanted_service as w
where w.key = s.key and w.name <> s.name
returning 'changed' as action, 'service ' || s.key || ': name' as line;

-- name: allow_services
update fact.service as s
set allow = w.allow
from wanted_service as w
where w.key = s.key and w.allow <> s.allow
returning 'changed' as action, 'service ' || s.key || ': allow' as line;

-- name: close_service_versions
update fact.service_version as v
set valid = tstzrange(lower(v.valid), $1)
from fact.service as s
inner join wanted_service as w on s.key = w.key
where
    v.service_id = s.service_id
    and upper_inf(v.valid)
    and (v.at_least, v.every_endpoint) is distinct from (w.at_least, w.every_endpoint)
returning 'changed' as action, 'service ' || s.key || ': down_when' as line;

-- name: open_service_versions
-- The first version reaches back without limit.
insert into fact.service_version (service_id, valid, at_least, every_endpoint)
select
    s.service_id,
    tstzrange(
        case when count(v.valid) > 0 then $1::timestamptz end, null
    ) as valid,
    w.at_least,
    w.every_endpoint
from wanted_service as w
inner join fact.service as s on w.key = s.key
left join fact.service_version as v on s.service_id = v.service_id
group by s.service_id, w.at_least, w.every_endpoint
having not coalesce(bool_or(upper_inf(v.valid)), false);

-- name: add_endpoints
insert into fact.endpoint (key)
select w.key
from wanted_endpoint as w
where
    not exists (
        select from fact.endpoint as e
        where e.key = w.key
    )
order by w.key;

-- name: close_endpoint_versions
update fact.endpoint_version as v
set valid = tstzrange(lower(v.valid), $1)
from fact.endpoint as e
inner join wanted_endpoint as w on e.key = w.key
where v.endpoint_id = e.endpoint_id and upper_inf(v.valid) and v.spec <> w.spec
returning 'changed' as action, 'endpoint ' || e.key as line;

-- name: open_endpoint_versions
-- The first version reaches back without limit, so that a history can be imported.
insert into fact.endpoint_version (endpoint_id, valid, every, quorum, since, until, spec)
select
    e.endpoint_id,
    tstzrange(
        case when count(v.valid) > 0 then $1::timestamptz end, null
    ) as valid,
    w.every_us * interval '1 microsecond' as every,
    w.quorum,
    w.since,
    w.until,
    w.spec
from wanted_endpoint as w
inner join fact.endpoint as e on w.key = e.key
left join fact.endpoint_version as v on e.endpoint_id = v.endpoint_id
group by e.endpoint_id, w.key
having not coalesce(bool_or(upper_inf(v.valid)), false);

-- name: close_memberships
-- An endpoint that left, or that belongs to another service from now on.
update fact.service_endpoint as m
set during = tstzrange(lower(m.during), $1)
from fact.endpoint as e
left join wanted_endpoint as w on e.key = w.key
left join fact.service as s on w.service = s.key
where
    m.endpoint_id = e.endpoint_id
    and upper_inf(m.during)
    and m.service_id is distinct from s.service_id
returning
    case when w.key is null then 'ended' end as action, 'endpoint ' || e.key as line;

-- name: open_memberships
-- The first membership reaches back without limit; one that comes back begins now.
with absent as (
    select
        e.endpoint_id,
        w.key,
        s.service_id,
        w.service,
        max(upper(m.during)) as last_end
    from wanted_endpoint as w
    inner join fact.endpoint as e on w.key = e.key
    inner join fact.service as s on w.service = s.key
    left join fact.service_endpoint as m on e.endpoint_id = m.endpoint_id
    group by e.endpoint_id, w.key, s.service_id, w.service
    having not coalesce(bool_or(upper_inf(m.during)), false)
),

opened as (
    insert into fact.service_endpoint (service_id, endpoint_id, during)
    select
        service_id,
        endpoint_id,
        tstzrange(case when last_end is not null then $1::timestamptz end, null) as during
    from absent
    returning endpoint_id
)

select
    case when last_end = $1 then 'changed' else 'added' end as action,
    case
        when last_end = $1 then format('endpoint %s: moved to service %s', key, service)
        when last_end is null then format('endpoint %s of service %s', key, service)
        else format('endpoint %s of service %s, back again', key, service)
    end as line
from absent
inner join opened using (endpoint_id)
order by key;

-- name: ended_services
-- Services whose last endpoint has just left with them.
select
    'ended' as action,
    'service ' || s.key as line
from fact.service as s
inner join fact.service_endpoint as m on s.service_id = m.service_id
left join wanted_service as w on s.key = w.key
where w.key is null
group by s.key
having max(coalesce(upper(m.during), 'infinity')) = $1
order by s.key;

-- name: replace_references
with gone as (
    delete from fact.reference as r
    where
        not exists (
            select from wanted_reference as w
            where w.spec = r.spec
        )
    returning r.spec
),

added as (
    insert into fact.reference (spec)
    select distinct w.spec
    from wanted_reference as w
    on conflict do nothing
    returning spec
)

select
    'ended' as action,
    'reference ' || coalesce(spec ->> 'tcp', spec ->> 'http') as line
from gone
union all
select
    'added' as action,
    'reference ' || coalesce(spec ->> 'tcp', spec ->> 'http') as line
from added
order by line;

-- name: count_change
-- Agents follow the number.
update fact.catalogue_state set version = version + 1;
