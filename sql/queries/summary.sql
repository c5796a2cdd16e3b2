-- The provider's summary over all contracts. All of it is asked for in one transaction, with the
-- functions that the contracts' own reports use: the figures are the same.

-- name: summary_contracts
-- Every contract that holds in the period (kind $1, a day of it $2), worst first: each on its own
-- clocks. contractual: this kind of period carries the verdict.
with crisis as materialized (
    select
        k.crisis_id,
        fact.crisis_span(c.started, c.resolved_at, c.set_aside_at) as span
    from sla.crisis as c
    inner join fact.crisis as k on c.crisis = k.key
),

covered as materialized (
    select
        c.contract_id,
        c.key,
        c.customer_id,
        p.span,
        t.plan,
        fact.timezone(c.key, fact.local_day(c.key, lower(p.span))) as timezone,
        t.basis,
        t.interruption_max,
        t.versions,
        t.demonstration
    from fact.contract as c
    cross join lateral (select sla.period(c.key, $1, $2) as span) as p
    cross join
        lateral (
            select
                v.plan,
                v.basis,
                v.interruption_max,
                count(*) over ()::integer as versions,
                bool_or(v.terms @> '{"demonstration": true}') over () as demonstration
            from fact.contract_version as v
            where v.contract_id = c.contract_id and v.replaced_at is null and v.valid && p.span
            order by v.valid desc
            limit 1
        ) as t
),

called as (
    select
        c.contract_id,
        count(distinct x.crisis_id)::integer as crises
    from covered as c
    inner join fact.crisis_customer as cc on c.customer_id = cc.customer_id
    inner join crisis as x on cc.crisis_id = x.crisis_id and c.span && x.span
    inner join fact.crisis_service as k on x.crisis_id = k.crisis_id
    inner join fact.contract_service as m on k.service_id = m.service_id
    inner join
        fact.contract_version as v
        on m.version_id = v.version_id and c.contract_id = v.contract_id
    group by c.contract_id
)

select
    c.key as contract,
    u.key as customer_key,
    u.name as customer,
    c.plan,
    c.timezone,
    c.basis,
    c.basis = $1 as contractual,
    c.demonstration,
    lower(c.span) as starts,
    upper(c.span) as ends,
    a.complete,
    a.percent,
    a.low,
    a.high,
    a.coverage,
    trim_scale(a.target * 100)::text as target,
    a.budget_s,
    a.budget_used_s as used_s,
    a.budget_left_s as left_s,
    a.budget_over_s as over_s,
    a.budget_used_percent as used_share,
    a.committed_s,
    a.future_s,
    c.versions,
    a.verdict,
    a.confidence,
    a.unplanned_s,
    a.planned_s,
    a.unmeasured_s,
    trim_scale(extract(epoch from c.interruption_max)) as limit_s,
    coalesce(k.crises, 0) as crises
from covered as c
inner join fact.customer as u on c.customer_id = u.customer_id
left join called as k on c.contract_id = k.contract_id
cross join lateral fact.availability(c.key, 'solution', c.span, null) as a
order by
    array_position(
        array['missed', 'not_provable', 'running', 'met', 'not_applicable'], a.verdict
    ),
    a.budget_used_s / nullif(a.budget_s, 0) desc nulls last,
    a.ratio asc nulls last,
    c.key asc;

-- name: summary_zones
-- The zones that some contracts ($1) were moved to, as report_zones.
select
    c.contract,
    z.timezone,
    lower(z.days) as first_day
from unnest($1::text[]) as c (contract)
cross join lateral fact.zones(c.contract) as z
where (select count(*) from fact.zones(c.contract)) > 1
order by c.contract, z.days;

-- name: summary_outages
-- The outages of some contracts ($1) in their periods ($2). longest: the one with the greatest
-- working time, as sla.longest_interruption names it.
select
    p.contract,
    o.services,
    o.started as starts,
    o.ended as ends,
    o.elapsed_s,
    o.working_s,
    o.open,
    row_number() over (
        partition by p.contract
        order by o.working_s desc, o.elapsed_s desc, o.started asc
    ) = 1 as longest
from unnest($1::text[], $2::tstzrange[]) as p (contract, span)
cross join lateral fact.outage(p.contract, 'solution', p.span, null) as o
order by p.contract, o.started;

-- name: summary_shared
-- The runs of downtime of a service that were an outage of several customers, given the outages of
-- all contracts: contract ($1), a service of it ($2), and the outage ($3).
with hit as (
    select h.*
    from unnest($1::text[], $2::text[], $3::tstzrange[]) as h (contract, service, span)
),

hurt as (
    select
        h.service,
        range_agg(h.span) as spans
    from hit as h
    group by h.service
),

run as (
    select
        s.service_id,
        s.key as service,
        s.name,
        d.span
    from hurt as t
    inner join fact.service as s on t.service = s.key
    cross join lateral fact.service_state(s.service_id, t.spans) as f
    cross join lateral unnest(f.down) as d (span)
)

select
    r.service,
    r.name,
    lower(r.span) as starts,
    upper(r.span) as ends,
    sla.seconds(r.span) as elapsed_s,
    count(distinct c.customer_id)::integer as customers,
    count(distinct c.contract_id)::integer as contracts,
    array_agg(distinct c.key order by c.key) as contract_keys,
    (
        select min(k.key) from fact.crisis as k
        inner join fact.crisis_service as ks on k.crisis_id = ks.crisis_id
        inner join sla.crisis as s on k.key = s.crisis
        where
            ks.service_id = r.service_id
            -- People may open one before the first failure is measured.
            and fact.crisis_span(s.started, s.resolved_at, s.set_aside_at) && r.span
    ) as crisis,
    upper(r.span) >= sla.as_of() as open
from run as r
inner join hit as h on r.service = h.service and r.span && h.span
inner join fact.contract as c on h.contract = c.key
group by r.service_id, r.service, r.name, r.span
having count(distinct c.customer_id) > 1
order by
    count(distinct c.customer_id) desc,
    sla.seconds(r.span) desc,
    lower(r.span) asc,
    r.service asc;

-- name: summary_crises
-- The crises that touch a span ($1), the latest first.
select
    c.crisis,
    c.trigger,
    c.state,
    c.services,
    cardinality(c.customers) as customers,
    c.started as starts,
    c.opened_at as opened,
    c.resolved_at as resolved,
    c.to_first_message_s,
    c.to_resolve_s,
    (
        select count(*)::integer from sla.crisis_action as n
        where n.crisis = c.crisis and n.done_at is null
    ) as open_actions
from sla.crisis as c
where
    fact.crisis_span(c.started, c.resolved_at, c.set_aside_at) && $1::tstzrange
order by c.started desc, c.crisis asc;

-- name: summary_windows
-- The planned maintenance windows that broke a rule of some contracts ($1) in their periods ($2),
-- and so excuse nothing there; those that were withdrawn broke none. contract_whys: the first rule
-- that it broke of each of contract_keys. down_s: how long any of their services was down inside
-- them.
with judged as materialized (
    select distinct
        m.maintenance_id,
        m.notice_days,
        m.contract,
        m.asked,
        m.why
    from unnest($1::text[], $2::tstzrange[]) as p (contract, span)
    inner join fact.contract as c on p.contract = c.key
    inner join fact.contract_version as v on c.contract_id = v.contract_id
    inner join fact.contract_service as cs on v.version_id = cs.version_id
    inner join fact.maintenance_scope as ms on cs.service_id = ms.service_id
    inner join fact.maintenance as w on ms.maintenance_id = w.maintenance_id
    inner join
        fact.contract_version as j
        on j.version_id = fact.judging_version(v.version_id, w.maintenance_id)
    cross join
        lateral (
            select
                w.maintenance_id,
                p.contract,
                j.notice_working_days as asked,
                fact.working_days_between(j.notice_calendar, w.announced_at, w.starts)
                    as notice_days,
                fact.why_invalid(j.version_id, w.maintenance_id, null::fact.reading) as why
        ) as m
    where
        v.replaced_at is null
        and w.kind = 'planned'
        and v.valid && p.span
        and tstzrange(w.starts, w.ends) && p.span
        and tstzrange(w.starts, w.ends) && v.valid
),

broken as (
    select
        j.maintenance_id,
        count(*)::integer as contracts,
        count(*) filter (where j.why is not null)::integer as broken,
        array_agg(j.contract order by j.contract) filter (where j.why is not null)
            as contract_keys,
        array_agg(j.why order by j.contract) filter (where j.why is not null)
            as contract_whys,
        min(j.notice_days) filter (where j.why is not null) as notice_days,
        max(j.asked) filter (where j.why is not null) as asked
    from judged as j
    where j.why is distinct from 'withdrawn'
    group by j.maintenance_id
)

select
    w.key,
    s.services,
    w.reason,
    w.starts,
    coalesce(upper(fact.actual_window(w.maintenance_id)), w.starts) as ends,
    w.announced_at,
    b.notice_days,
    b.asked,
    b.contracts,
    b.broken,
    b.contract_keys,
    b.contract_whys,
    s.down_s
from broken as b
inner join fact.maintenance as w on b.maintenance_id = w.maintenance_id
cross join
    lateral (
        select
            array_agg(e.key order by e.key) as services,
            sla.seconds(range_agg(d.down)) as down_s
        from fact.maintenance_scope as ms
        inner join fact.service as e on ms.service_id = e.service_id
        cross join
            lateral fact.service_state(
                e.service_id,
                tstzmultirange(
                    fact.actual_window(w.maintenance_id) * tstzrange(null, sla.as_of())
                )
            ) as d
        where ms.maintenance_id = w.maintenance_id
    ) as s
where b.broken > 0
order by s.down_s desc, w.starts asc, w.key asc;

-- name: summary_as_of
-- Up to when results are known, and the version of the definitions.
select
    nullif(sla.as_of(), '-infinity') as as_of,
    sla.version() as sla_version;
