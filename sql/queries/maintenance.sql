-- The registry of maintenance windows. Rows are added, never changed.

-- name: service_keys
-- Every service that a window may name.
select key
from fact.service
order by key;

-- name: maintenance_keys
-- Every window.
select key
from fact.maintenance
order by maintenance_id;

-- name: maintenance_lock
-- One change of the registry at a time, until the end of the transaction.
select pg_advisory_xact_lock(hashtext('vigie maintenance'));

-- name: same_maintenance
-- The key of a window recorded with the same services ($1, sorted; none: every service), kind,
-- span, announcement and reason: an import that is repeated.
select m.key
from fact.maintenance as m
where
    m.kind = $2
    and m.starts = $3
    and m.ends = $4
    and m.announced_at is not distinct from $5
    and m.reason = $6
    and (
        select coalesce(array_agg(s.key order by s.key), '{}')
        from fact.maintenance_service as ms
        inner join fact.service as s on ms.service_id = s.service_id
        where ms.maintenance_id = m.maintenance_id
    ) = $1::text[]
order by m.maintenance_id
limit 1;

-- name: add_maintenance
-- Records a window and returns its key: m-, the UTC day ($1) of its start, the next number.
with numbered as (
    select
        format(
            'm-%s-%s',
            to_char($1::date, 'YYYYMMDD'),
            1 + coalesce(max(split_part(m.key, '-', 3)::integer), 0)
        ) as key
    from fact.maintenance as m
    where m.key like format('m-%s-%%', to_char($1::date, 'YYYYMMDD'))
),

added as (
    insert into fact.maintenance (
        key, kind, starts, ends, announced_at, channel, recipient, evidence, reason,
        recorded_by, recorded_at, every_service, series, rule
    )
    select
        n.key,
        $3 as kind,
        $4 as starts,
        $5 as ends,
        $6 as announced_at,
        $7 as channel,
        $8 as recipient,
        $9 as evidence,
        $10 as reason,
        $11 as recorded_by,
        $12 as recorded_at,
        $13 as every_service,
        $14 as series,
        $15 as rule
    from numbered as n
    returning maintenance_id, key
),

covered as (
    insert into fact.maintenance_service (maintenance_id, service_id)
    select
        a.maintenance_id,
        s.service_id
    from added as a
    inner join fact.service as s on s.key = any($2::text[])
)

select key
from added;

-- name: next_series
-- The key of the next series whose first window starts on a UTC day ($1): s-, the day, a number.
select
    format(
        's-%s-%s',
        to_char($1::date, 'YYYYMMDD'),
        1 + coalesce(max(split_part(m.series, '-', 3)::integer), 0)
    ) as key
from fact.maintenance as m
where m.series like format('s-%s-%%', to_char($1::date, 'YYYYMMDD'));

-- name: series_exists
-- Whether windows share this key ($1).
select exists(
    select from fact.maintenance as m
    where m.series = $1
);

-- name: withdraw_series
-- Withdraws the windows of a series ($1) that start after now ($2), with a reason ($3) and who
-- ($4); those withdrawn before stay as they are.
with coming as (
    select
        m.maintenance_id,
        m.key,
        m.starts
    from fact.maintenance as m
    where
        m.series = $1
        and m.starts > $2
        and not exists (
            select from fact.maintenance_event as e
            where e.maintenance_id = m.maintenance_id and e.action = 'withdrawn'
        )
),

withdrawn as (
    insert into fact.maintenance_event (
        maintenance_id, action, at, reason, recorded_by, recorded_at
    )
    select
        c.maintenance_id,
        'withdrawn' as action,
        $2 as at,
        $3 as reason,
        $4 as recorded_by,
        $2 as recorded_at
    from coming as c
)

select key
from coming
order by starts;

-- name: maintenance_state
-- A window ($1) and what happened to it.
select
    m.maintenance_id,
    m.starts,
    m.ends,
    min(e.recorded_at) filter (where e.action = 'withdrawn') as withdrawn_at,
    min(e.at) filter (where e.action = 'closed') as closed_at
from fact.maintenance as m
left join fact.maintenance_event as e on m.maintenance_id = e.maintenance_id
where m.key = $1
group by m.maintenance_id;

-- name: add_maintenance_event
-- Records what happened to a window.
insert into fact.maintenance_event (maintenance_id, action, at, reason, recorded_by, recorded_at)
values ($1, $2, $3, $4, $5, $6);

-- name: list_maintenance
-- One row per window, as recorded, with what happened to it; latest start first.
select
    m.key,
    m.every_service,
    s.services,
    m.kind,
    m.starts,
    m.ends,
    e.closed_at,
    e.withdrawn_at,
    m.announced_at,
    m.channel,
    m.recipient,
    m.evidence,
    m.reason,
    m.series,
    m.rule,
    m.recorded_by,
    m.recorded_at
from fact.maintenance as m
cross join
    lateral (
        select coalesce(array_agg(s.key order by s.key), '{}') as services
        from fact.maintenance_service as ms
        inner join fact.service as s on ms.service_id = s.service_id
        where ms.maintenance_id = m.maintenance_id
    ) as s
cross join
    lateral (
        select
            min(e.recorded_at) filter (where e.action = 'withdrawn') as withdrawn_at,
            min(e.at) filter (where e.action = 'closed') as closed_at
        from fact.maintenance_event as e
        where e.maintenance_id = m.maintenance_id
    ) as e
order by m.starts desc, m.key asc;

-- name: judge_maintenance
-- What each contract makes of the windows of its services: one row per contract and window.
with recorded as (
    select tstzrange(min(starts), max(ends)) as span
    from fact.maintenance
    having count(*) > 0
)

select
    j.key,
    k.key as contract,
    j.valid,
    j.why,
    j.remark,
    j.notice_days
from recorded as r
cross join fact.contract as k
cross join lateral sla.maintenance_of(k.key, r.span) as j
order by j.key asc, k.key asc;

-- name: judge_recorded
-- For which contracts windows ($1) excuse nothing by themselves: one row per window and reason.
with covered as (
    select distinct
        m.maintenance_id,
        m.key,
        v.contract_id,
        fact.judging_version(v.version_id, m.maintenance_id) as version_id
    from fact.maintenance as m
    inner join fact.maintenance_scope as ms on m.maintenance_id = ms.maintenance_id
    inner join fact.contract_service as cs on ms.service_id = cs.service_id
    inner join fact.contract_version as v on cs.version_id = v.version_id
    where
        m.key = any($1::text[])
        and v.replaced_at is null
        and v.valid && tstzrange(m.starts, m.ends)
),

judged as (
    select
        c.key,
        k.key as contract,
        fact.why_invalid(c.version_id, c.maintenance_id, null::fact.reading) as why
    from covered as c
    inner join fact.contract as k on c.contract_id = k.contract_id
)

select
    key,
    why,
    array_agg(contract order by contract) as contracts
from judged
where why is not null
group by key, why
order by key, why;

-- name: plan_maintenance
-- What a window of some services ($1; null: all) from $2 to $3 would mean, announced at $4.
select p.*
from sla.maintenance_plan($1, tstzrange($2, $3), $4) as p
order by p.contract;

-- name: feed_customer
-- The customer of a key ($1).
select
    u.name,
    u.customer_id
from fact.customer as u
where u.key = $1;

-- name: customer_keys
select key
from fact.customer
order by key;

-- name: feed_windows
-- The windows of a customer's ($1) contracts that are not over at $2, withdrawn ones included;
-- sequence counts what happened to each, stamped is when something last did.
select
    m.key,
    m.kind,
    m.starts,
    least(m.ends, e.closed_at) as ends,
    m.reason,
    m.announced_at,
    s.names,
    e.withdrawn,
    e.events as sequence,
    coalesce(e.last_at, m.recorded_at) as stamped
from fact.maintenance as m
cross join
    lateral (
        select array_agg(distinct s.name order by s.name) as names
        from fact.maintenance_scope as ms
        inner join fact.contract_service as cs on ms.service_id = cs.service_id
        inner join fact.contract_version as v on cs.version_id = v.version_id
        inner join fact.contract as c on v.contract_id = c.contract_id
        inner join fact.service as s on ms.service_id = s.service_id
        where
            ms.maintenance_id = m.maintenance_id
            and c.customer_id = $1
            and v.replaced_at is null
            and v.valid && tstzrange(m.starts, m.ends)
    ) as s
cross join
    lateral (
        select
            min(e.at) filter (where e.action = 'closed') as closed_at,
            coalesce(bool_or(e.action = 'withdrawn'), false) as withdrawn,
            count(*)::integer as events,
            max(e.recorded_at) as last_at
        from fact.maintenance_event as e
        where e.maintenance_id = m.maintenance_id
    ) as e
where m.ends > $2 and (e.closed_at is null or e.closed_at > $2) and s.names is not null
order by m.starts, m.key;
