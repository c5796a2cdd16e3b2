-- A maintenance window as one customer is told of it.

-- name: notice_contracts
-- The contracts that a window ($1) concerns, with their customers.
select distinct
    c.key as contract,
    u.key as customer_key,
    u.name as customer
from fact.maintenance as m
inner join fact.maintenance_scope as ms on m.maintenance_id = ms.maintenance_id
inner join fact.contract_service as cs on ms.service_id = cs.service_id
inner join fact.contract_version as v on cs.version_id = v.version_id
inner join fact.contract as c on v.contract_id = c.contract_id
inner join fact.customer as u on c.customer_id = u.customer_id
where
    m.key = $1 and v.replaced_at is null and v.valid && tstzrange(m.starts, m.ends)
order by c.key;

-- name: notice_window
-- A window ($1) as a contract ($2) sees it, judged as sla.maintenance_of does. announced_ends: its
-- end as it was announced; ends: its end now. names: of all the customer's services that it covers,
-- as its calendar has them. working_days: those of the notice. demonstration: results of the
-- contract are made up.
with asked as (
    select
        tstzrange(m.starts, m.ends) as span
    from fact.maintenance as m
    where m.key = $1
)

select
    s.key,
    u.key as customer_key,
    u.name as customer,
    u.language,
    t.plan,
    coalesce(t.terms ->> 'plan_name', '') as plan_name,
    t.timezone,
    t.maintenance as convention,
    t.notice_working_days as asked,
    k.key as notice_calendar,
    k.timezone as notice_timezone,
    array(
        select w.day
        from
            fact.working_dates(
                k.calendar_id,
                (s.announced_at at time zone k.timezone)::date + 1,
                (s.starts at time zone k.timezone)::date - 1
            ) as w
        order by w.day
    ) as working_days,
    coalesce(t.terms @> '{"demonstration": true}', false) as demonstration,
    s.kind,
    s.reason,
    s.starts,
    s.ends,
    s.announced_ends,
    s.announced_at,
    s.channel,
    s.recipient,
    s.evidence,
    s.notice_days,
    s.valid,
    s.why,
    s.forbidden_s,
    s.down_s,
    s.excused_s,
    s.series,
    s.rule,
    s.recorded_at,
    sla.seconds(a.span) as announced_s,
    sla.seconds(tstzrange(s.starts, s.ends)) as lasts_s,
    array(
        select e.name
        from fact.contract_service as cs
        inner join fact.service as e on cs.service_id = e.service_id
        where cs.version_id = t.version_id and cs.essential and e.key = any(s.services)
        order by cs.position
    ) as essential,
    array(
        select e.name
        from fact.contract_service as cs
        inner join fact.service as e on cs.service_id = e.service_id
        where cs.version_id = t.version_id and not cs.essential and e.key = any(s.services)
        order by cs.position
    ) as other,
    array(
        select distinct e.name
        from fact.maintenance as m
        inner join fact.maintenance_scope as ms on m.maintenance_id = ms.maintenance_id
        inner join fact.service as e on ms.service_id = e.service_id
        inner join fact.contract_service as cs on e.service_id = cs.service_id
        inner join fact.contract_version as v on cs.version_id = v.version_id
        inner join fact.contract as o on v.contract_id = o.contract_id
        where
            m.key = $1
            and o.customer_id = c.customer_id
            and v.replaced_at is null
            and v.valid && a.span
        order by e.name
    ) as names,
    nullif(sla.as_of(), '-infinity') as as_of,
    sla.version() as sla_version
from asked as a
cross join lateral sla.maintenance_of($2, a.span) as s
inner join fact.contract as c on c.key = $2
inner join fact.customer as u on c.customer_id = u.customer_id
cross join
    lateral (
        select v.*
        from fact.contract_version as v
        where v.contract_id = c.contract_id and v.replaced_at is null and v.valid && a.span
        order by v.valid
        limit 1
    ) as t
left join fact.calendar as k on t.notice_calendar = k.calendar_id
where s.key = $1;

-- name: notice_events
-- What happened to a window ($1) after it was recorded.
select
    e.action,
    e.at,
    e.reason,
    e.recorded_at
from fact.maintenance_event as e
inner join fact.maintenance as m on e.maintenance_id = m.maintenance_id
where m.key = $1
order by e.event_id;
