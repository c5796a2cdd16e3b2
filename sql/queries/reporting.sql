-- What the table, the JSON and the PDF of a contract's period are made of.

-- name: report_contracts
-- Every contract with its zone now and the instants between which it holds.
select
    c.key,
    min(lower(v.valid)) as starts,
    nullif(max(coalesce(upper(v.valid), 'infinity')), 'infinity') as ends,
    (array_agg(v.timezone order by v.valid desc))[1] as timezone
from fact.contract as c
inner join fact.contract_version as v on c.contract_id = v.contract_id
where v.replaced_at is null
group by c.key
order by c.key;

-- name: report_period
-- The period of a contract ($1) and kind ($2) that holds a day ($3).
select
    $2::text as kind,
    lower(p) as starts,
    upper(p) as ends,
    fact.timezone($1, fact.local_day($1, lower(p))) as timezone,
    upper(p) <= sla.as_of() as complete,
    nullif(sla.as_of(), '-infinity') as as_of,
    p as span
from sla.period($1, $2, $3) as p;

-- name: report_span
-- Any period of a contract ($1), from one instant ($2) to another ($3).
select
    'span' as kind,
    $2::timestamptz as starts,
    $3::timestamptz as ends,
    fact.timezone($1, fact.local_day($1, $2)) as timezone,
    $3::timestamptz <= sla.as_of() as complete,
    nullif(sla.as_of(), '-infinity') as as_of,
    tstzrange($2, $3) as span;

-- name: report_local_days
-- Local days of a contract ($1), from one ($2) to another ($3), which is included.
select
    'days' as kind,
    lower(s.span) as starts,
    upper(s.span) as ends,
    fact.timezone($1, fact.local_day($1, lower(s.span))) as timezone,
    upper(s.span) <= sla.as_of() as complete,
    nullif(sla.as_of(), '-infinity') as as_of,
    s.span
from (
    select tstzrange(fact.day_begins($1, $2), fact.day_begins($1, $3::date + 1)) as span
) as s;

-- name: report_availability
-- The contract's ($1) availability in the period ($2), the solution's and each service's, worst
-- service first.
with covered as (
    select distinct on (s.key)
        s.key,
        s.name,
        cs.essential,
        cs.position
    from fact.contract as c
    inner join fact.contract_version as v on c.contract_id = v.contract_id
    inner join fact.contract_service as cs on v.version_id = cs.version_id
    inner join fact.service as s on cs.service_id = s.service_id
    where c.key = $1 and v.replaced_at is null and v.valid && $2::tstzrange
    order by s.key asc, v.valid desc
),

scoped as (
    select
        'solution' as scope,
        'solution' as name,
        true as essential,
        0 as position
    union all
    select
        co.key,
        co.name,
        co.essential,
        co.position
    from covered as co
)

select
    sc.scope,
    sc.name,
    sc.essential,
    a.period_s as period,
    a.outside_s as outside,
    a.excluded_s as excluded,
    a.planned_s as planned,
    a.unplanned_s as unplanned,
    a.unknown_s as unknown,
    a.up_s as up,
    a.committed_s as committed,
    a.unmeasured_s as unmeasured,
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
    a.verdict,
    a.confidence
from scoped as sc
cross join lateral fact.availability($1, sc.scope, $2, null) as a
order by a.ratio asc nulls last, a.unknown_s desc, sc.position asc;

-- name: report_longest
-- The contract's ($1) longest interruption of a scope ($2) in the period ($3).
select
    l.working_s,
    l.elapsed_s,
    l.greatest_elapsed_s,
    l.limit_s,
    l.verdict
from fact.longest_interruption($1, $2, $3, null) as l;

-- name: report_outages
-- The contract's ($1) outages of a scope ($2) that touch the period ($3).
select
    o.services,
    o.started as starts,
    o.ended as ends,
    o.elapsed_s,
    o.clipped_s,
    o.working_s,
    o.certain_s,
    o.possible_s,
    o.open,
    o.crisis,
    o.cause
from fact.outage($1, $2, $3, null) as o
order by o.started;

-- name: report_maintenance
-- The maintenance windows of the contract ($1) that touch the period ($2).
select
    m.key,
    m.services,
    m.kind,
    m.starts,
    m.ends,
    m.announced_at,
    m.channel,
    m.recipient,
    m.evidence,
    m.reason,
    m.notice_days,
    m.valid,
    m.why,
    m.down_s,
    m.excused_s,
    m.forbidden_s,
    m.cap_s,
    m.cap_used_s,
    m.remark,
    m.recorded_by,
    m.recorded_at
from sla.maintenance_of($1, $2) as m
order by m.starts, m.key;

-- name: report_days
-- The seconds of each class on each local day of the period ($3) of a contract ($1) and scope ($2).
with span as (
    select
        t.span,
        t.class
    from fact.timeline($1, $2, $3) as t
)

select
    d.day,
    lower(d.span) as starts,
    upper(d.span) as ends,
    coalesce(sum(sla.seconds(s.span * d.span)), 0) as period,
    coalesce(sum(sla.seconds(s.span * d.span)) filter (where s.class = 'outside'), 0) as outside,
    coalesce(sum(sla.seconds(s.span * d.span)) filter (where s.class = 'excluded'), 0) as excluded,
    coalesce(sum(sla.seconds(s.span * d.span)) filter (where s.class = 'planned'), 0) as planned,
    coalesce(sum(sla.seconds(s.span * d.span)) filter (where s.class = 'unplanned'), 0)
        as unplanned,
    coalesce(sum(sla.seconds(s.span * d.span)) filter (where s.class = 'unknown'), 0) as unknown,
    coalesce(sum(sla.seconds(s.span * d.span)) filter (where s.class = 'up'), 0) as up
from fact.local_days($1, $3) as d
left join span as s on s.span && d.span
group by d.day, d.span
order by d.day;

-- name: report_steps
-- What used up the error budget of a contract ($1) and scope ($2) in the period ($3), adding up.
with corner as (
    select
        b.at as starts,
        lead(b.at) over (order by b.at) as ends,
        b.budget_used_s as before_s,
        lead(b.budget_used_s) over (order by b.at) as after_s,
        b.class
    from fact.budget_curve($1, $2, $3) as b
)

select
    c.starts,
    c.ends,
    c.before_s,
    c.after_s
from corner as c
where c.class is not null
order by c.starts;

-- name: report_probes
-- How the endpoints of the contract ($1) were probed at the end of the period ($2). Addresses are
-- shown without what could be a secret: user, password and query.
with covered as (
    select
        cs.service_id,
        min(cs.position) as position
    from fact.contract as c
    inner join fact.contract_version as v on c.contract_id = v.contract_id
    inner join fact.contract_service as cs on v.version_id = cs.version_id
    where c.key = $1 and v.replaced_at is null and v.valid && $2::tstzrange
    group by cs.service_id
),

latest as (
    select distinct on (e.endpoint_id)
        co.position,
        s.key as service,
        e.key as endpoint,
        ev.every,
        ev.quorum,
        ev.spec,
        -- tls comes late: it is also an option of tcp and smtp.
        coalesce(
            ev.spec ->> 'http', ev.spec #>> '{steps,0,url}', ev.spec ->> 'websocket',
            ev.spec ->> 'tcp', ev.spec ->> 'smtp', ev.spec ->> 'postgres', ev.spec ->> 'tls',
            ev.spec ->> 'dns', ev.spec ->> 'icmp'
        ) as address
    from covered as co
    inner join fact.service as s on co.service_id = s.service_id
    inner join fact.service_endpoint as se
        on s.service_id = se.service_id and se.during && $2::tstzrange
    inner join fact.endpoint as e on se.endpoint_id = e.endpoint_id
    inner join fact.endpoint_version as ev
        on e.endpoint_id = ev.endpoint_id and ev.valid && $2::tstzrange
    order by e.endpoint_id asc, ev.valid desc, se.during desc, s.key asc
)

select
    l.service,
    l.endpoint,
    regexp_replace(regexp_replace(l.address, '[?#].*$', ''), '//[^/@]*@', '//') as target,
    extract(epoch from l.every) as every_s,
    l.spec ->> 'timeout' as timeout,
    extract(epoch from (l.spec ->> 'timeout')::interval) as timeout_s,
    array(select jsonb_array_elements_text(l.spec -> 'retries')) as retries,
    l.quorum,
    coalesce(
        nullif(array(select jsonb_array_elements_text(l.spec -> 'locations')), '{}'),
        array(
            select o.key from fact.location as o
            order by o.key
        )
    ) as locations
from latest as l
order by l.position, l.endpoint;

-- name: report_version
-- The version of the definitions.
select sla.version();

-- name: report_readings
-- The contract's ($1) figure of a scope ($2) in the period ($3) under each reading of its text.
select
    r.topic,
    r.ambiguity,
    r.clause,
    r.indicator,
    r.reading,
    r.agreed,
    lower(r.during) as starts,
    upper(r.during) as ends,
    r.percent,
    coalesce(r.budget_used_s, r.working_s) as used_s,
    coalesce(r.budget_s, r.limit_s) as allowed_s,
    r.verdict
from sla.readings($1, $2, $3) as r;
