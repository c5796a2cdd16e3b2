-- What the further pages of a report show besides the figures of reporting.sql.

-- name: contents_marks
-- How each promise of a contract ($1) was kept in the 13 months up to the end of the period ($2).
-- than_before: how the availability of a month compares with that of the one before it; open where
-- unknown time could turn it.
with mark as materialized (
    select
        m.*,
        m.up_s + m.down_s + m.unmeasured_s as all_s,
        lag(m.month) over (partition by m.scope, m.indicator order by m.month) as month_before
    from fact.slam_months($1, $2, 13) as m
)

select
    s.scope,
    s.indicator,
    s.month,
    s.mark,
    s.percent,
    s.complete,
    s.up_s,
    s.down_s,
    s.committed_s,
    s.used_s,
    trim_scale(s.limit_s) as limit_s,
    s.worst_s,
    trim_scale(s.worst_limit_s) as worst_limit_s,
    s.unmeasured_s,
    case
        when s.indicator <> 'availability' or b.month is null then null
        when s.percent is null or b.percent is null then 'not_measured'
        when s.percent = b.percent
            then case when s.unmeasured_s + b.unmeasured_s = 0 then 'same' else 'open' end
        when s.up_s * b.all_s > (b.up_s + b.unmeasured_s) * s.all_s then 'higher'
        when (s.up_s + s.unmeasured_s) * b.all_s < b.up_s * s.all_s then 'lower'
        else 'open'
    end as than_before
from mark as s
left join mark as b
    on s.scope = b.scope and s.indicator = b.indicator and s.month_before = b.month
order by s.scope = 'solution' desc, s.scope asc, s.indicator asc, s.month asc;

-- name: contents_spans
-- When a scope ($2) of a contract ($1) was not simply up in the period ($3), each local day by
-- itself; what is still to come is left out.
select
    d.day,
    t.class as kind,
    lower(p.span) as starts,
    upper(p.span) as ends
from fact.timeline($1, $2, $3) as t
inner join fact.local_days($1, $3) as d on t.span && d.span
cross join lateral (select t.span * d.span * tstzrange(null, sla.as_of()) as span) as p
where t.class not in ('up', 'outside') and not isempty(p.span)
order by p.span, t.class;

-- name: contents_budgets
-- The budgets of a scope ($2) of a contract ($1): of the month, quarter and year that hold the
-- whole period ($3), as they stood at its end.
select
    b.kind,
    b.starts,
    b.ends,
    b.known_until,
    trim_scale(b.target * 100)::text as target,
    b.percent,
    b.budget_s,
    b.used_s,
    b.left_s,
    b.over_s,
    b.used_percent as used_share,
    b.to_come_s,
    b.projected_s,
    b.projected_over_s,
    b.used_up_at,
    b.clean_percent,
    b.up_s,
    b.down_s,
    b.unmeasured_s,
    b.pace_up_s,
    b.pace_down_s,
    b.promised_to_come_s,
    b.comes_until,
    b.versions
from fact.outlook($1, $2, upper($3::tstzrange)) as b
where b.starts <= lower($3::tstzrange) and b.ends >= upper($3::tstzrange);

-- name: contents_latency
-- How fast a scope ($2) of a contract ($1) answered on each UTC day of the period ($3).
select
    l.day,
    l.results,
    l.p50_ms,
    l.p95_ms,
    l.p99_ms
from sla.latency($1, $2, $3) as l;

-- name: contents_failures
-- What the failed probes of a scope ($2) of a contract ($1) saw in the period ($3), while the
-- contract was in force and had their service.
with covered as (
    select
        se.endpoint_id,
        range_agg(v.valid * se.during * $3::tstzrange) as in_force
    from fact.contract as c
    inner join fact.contract_version as v on c.contract_id = v.contract_id
    inner join fact.contract_service as cs on v.version_id = cs.version_id
    inner join fact.service as s on cs.service_id = s.service_id
    inner join fact.service_endpoint as se
        on s.service_id = se.service_id and se.during && $3::tstzrange
    where
        c.key = $1
        and v.replaced_at is null
        and v.valid && $3::tstzrange
        and case $2 when 'solution' then cs.essential else s.key = $2 end
    group by se.endpoint_id
),

failed as (
    select
        r.endpoint_id,
        r.location_id,
        r.at,
        coalesce(r.reason, 'down') as reason
    from covered as c
    inner join fact.result as r on c.endpoint_id = r.endpoint_id
    where
        r.outcome = 'down'
        and r.at >= lower($3::tstzrange)
        and r.at < upper($3::tstzrange)
        and r.at <@ c.in_force
    -- Days that were dropped have left their failures here; others are counted once.
    union
    select
        e.endpoint_id,
        e.location_id,
        e.at,
        coalesce(e.reason, 'down')
    from covered as c
    inner join fact.evidence as e on c.endpoint_id = e.endpoint_id
    where
        e.outcome = 'down'
        and e.at >= lower($3::tstzrange)
        and e.at < upper($3::tstzrange)
        and e.at <@ c.in_force
)

select
    f.reason,
    count(*) as probes,
    sla.cut_percent(count(*), sum(count(*)) over ()) as share
from failed as f
group by f.reason
order by count(*) desc, f.reason asc;

-- name: contents_crises
-- The crises of the period ($2) that affected the customer of a contract ($1) and its services.
-- The summary is there once another person has approved the report.
select
    k.crisis_id,
    c.crisis as key,
    c.trigger,
    array(
        select s.key from fact.crisis_service as cs
        inner join fact.service as s on cs.service_id = s.service_id
        where
            cs.crisis_id = k.crisis_id
            and exists (
                select 1 from fact.contract_version as v
                inner join fact.contract_service as m on v.version_id = m.version_id
                where v.contract_id = a.contract_id and m.service_id = cs.service_id
            )
        order by s.key
    ) as services,
    cardinality(c.customers) as customers,
    c.started,
    c.opened_at as opened,
    sla.seconds(tstzrange(c.started, greatest(c.started, c.opened_at))) as to_open_s,
    c.late,
    c.state,
    c.acknowledged_at as acknowledged,
    c.staffed_at as staffed,
    c.resolved_at as resolved,
    c.to_resolve_s,
    c.dissolved_at as dissolved,
    c.updates,
    c.relapses,
    case
        when fact.report_approver(k.crisis_id) is not null
            then (
                select r.said from fact.crisis_report(k.crisis_id) as r
                where r.section = 'summary'
            )
    end as summary
from fact.contract as a
inner join fact.crisis_customer as cc on a.customer_id = cc.customer_id
inner join fact.crisis as k on cc.crisis_id = k.crisis_id
inner join sla.crisis as c on k.key = c.crisis
where
    a.key = $1
    and fact.crisis_span(c.started, c.resolved_at, c.set_aside_at) && $2::tstzrange
    and exists (
        select 1 from fact.crisis_service as cs
        inner join fact.contract_service as m on cs.service_id = m.service_id
        inner join fact.contract_version as v on m.version_id = v.version_id
        where cs.crisis_id = k.crisis_id and v.contract_id = a.contract_id
    )
order by c.started, k.crisis_id;

-- name: contents_notices
-- What the customer of a contract ($1) was told of some crises ($2): an address each is one row.
select
    n.crisis,
    n.kind,
    n.state,
    min(n.sent_at) as sent,
    min(n.delivered_at) as delivered
from sla.notification as n
inner join fact.crisis as k on n.crisis = k.key
inner join fact.contract as a on a.key = $1
inner join fact.customer as u on a.customer_id = u.customer_id
where n.audience = 'customer' and n.recipient = u.key and k.crisis_id = any($2::integer[])
group by n.crisis, n.kind, n.state, n.queued_at
order by n.crisis, n.queued_at, n.kind, n.state;

-- name: contents_actions
-- What was decided after crises that affected the customer of a contract ($1), and a scope ($2) of
-- it, for the solution all: after those of the period ($3), after others only what was open when it
-- ended.
select
    n.crisis,
    n.what,
    n.due,
    n.done_at as done,
    n.done_at is null and n.due < (sla.as_of() at time zone 'UTC')::date as past_due
from sla.crisis_action as n
inner join fact.crisis as k on n.crisis = k.key
inner join fact.crisis_customer as cc on k.crisis_id = cc.crisis_id
inner join fact.contract as a on cc.customer_id = a.customer_id
where
    a.key = $1
    and exists (
        select 1 from fact.crisis_service as cs
        inner join fact.service as s on cs.service_id = s.service_id
        where cs.crisis_id = k.crisis_id and $2 in ('solution', s.key)
    )
    and (k.started <@ $3::tstzrange or k.started < upper($3::tstzrange) and (
        n.done_at is null or n.done_at >= upper($3::tstzrange)
    ))
order by n.done_at is not null, n.due, n.action;

-- name: contents_corrections
-- The corrections of a scope ($2) of a contract ($1), for the solution those of all its services,
-- that touch the period ($3), also those that change nothing because nobody approved them, or they
-- were withdrawn.
select
    n.key,
    coalesce(n.service, n.endpoint) as target,
    n.starts,
    n.ends,
    sla.seconds(tstzrange(n.starts, n.ends) * $3::tstzrange) as in_period_s,
    n.effect,
    n.reason,
    n.evidence,
    n.recorded_at as recorded,
    n.approved_by,
    case
        when n.effective then 'applied'
        when n.withdrawn_at is not null then 'withdrawn'
        else 'not_approved'
    end as state
from sla.correction as n
where
    tstzrange(n.starts, n.ends) && $3::tstzrange
    and exists (
        select 1
        from fact.contract as c
        inner join fact.contract_version as v on c.contract_id = v.contract_id
        inner join fact.contract_service as cs on v.version_id = cs.version_id
        inner join fact.service as s on cs.service_id = s.service_id
        left join fact.service_endpoint as se on s.service_id = se.service_id
        left join fact.endpoint as e on se.endpoint_id = e.endpoint_id
        where
            c.key = $1
            and v.replaced_at is null
            and v.valid && $3::tstzrange
            and (s.key = n.service or e.key = n.endpoint)
            and $2 in ('solution', s.key)
    )
order by n.starts, n.key;

-- name: contents_without
-- The figure of a scope ($2) of a contract ($1) in the period ($3) as agreed, without corrections,
-- and without anything that takes downtime out.
select
    r.reading,
    a.percent,
    a.budget_used_s as used_s,
    a.committed_s,
    a.verdict
from (
    values
    (1, 'agreed', null::fact.reading),
    (2, 'without_corrections', (false, null, null, null, null, null, null, null)::fact.reading),
    (3, 'without_exclusions', (false, 'none', null, null, null, null, null, null)::fact.reading)
) as r (place, reading, as_read)
cross join lateral fact.availability($1, $2, $3, r.as_read) as a
order by r.place;

-- name: contents_next_month
-- The month after the period ($2) on the clocks of the contract ($1).
select
    upper($2::tstzrange) as starts,
    tstzrange(
        upper($2::tstzrange),
        fact.day_begins($1, (d.day + interval '1 month')::date)
    ) as span
from fact.local_day($1, upper($2::tstzrange)) as d (day);
