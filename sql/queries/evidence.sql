-- What a report carries so that others can compute its figures again.

-- name: evidence_parts
-- The seconds that the percentages of the contract ($1) are made of in the period ($2): one row per
-- scope and version of the contract.
with scoped as (
    select distinct on (o.scope)
        o.scope,
        o.position
    from (
        select
            'solution' as scope,
            -1 as position
        union all
        select
            s.key,
            cs.position
        from fact.contract as c
        inner join fact.contract_version as v on c.contract_id = v.contract_id
        inner join fact.contract_service as cs on v.version_id = cs.version_id
        inner join fact.service as s on cs.service_id = s.service_id
        where c.key = $1 and v.replaced_at is null and v.valid && $2::tstzrange
    ) as o
    order by o.scope, o.position
)

select
    sc.scope,
    trim_scale(m.target * 100)::text as target,
    m.future_s,
    m.counted_up_s as up_s,
    m.counted_down_s as down_s,
    m.worst_down_s,
    m.low_up_s,
    m.low_down_s,
    m.high_up_s,
    m.high_down_s,
    m.due_s,
    m.covered_s
from scoped as sc
cross join lateral fact.measured($1, sc.scope, $2, null::fact.reading) as m
inner join fact.contract_version as v on m.version_id = v.version_id
order by sc.position, sc.scope, v.valid;

-- name: evidence_results
-- The digests of the raw results behind the figures of the contract ($1) in the period ($2).
select
    d.endpoint,
    d.day,
    d.results,
    d.covers,
    d.sha256
from sla.results_digest_day($1, $2) as d;

-- name: evidence_hours
-- The opening hours in a span ($3) of the calendar in which interruptions of the contract ($1) are
-- measured at the end of the period ($2); no row: they are measured in elapsed time.
select
    lower(h.span) as starts,
    upper(h.span) as ends
from (
    select v.interruption_calendar
    from fact.contract as c
    inner join fact.contract_version as v on c.contract_id = v.contract_id
    where c.key = $1 and v.replaced_at is null and v.valid && $2::tstzrange
    order by v.valid desc
    limit 1
) as l
cross join lateral unnest(fact.hours_within(l.interruption_calendar, $3::tstzrange)) as h (span)
where l.interruption_calendar is not null
order by h.span;

-- name: evidence_working_days
-- The working days from one date ($3) to another ($4) by which notice of maintenance is counted at
-- the end of the period ($2) of the contract ($1), and the zone of their calendar.
select
    k.timezone,
    array(
        select w.day from fact.working_dates(k.calendar_id, $3::date, $4::date) as w
        order by w.day
    ) as days
from fact.contract as c
inner join fact.contract_version as v on c.contract_id = v.contract_id
inner join fact.calendar as k on v.notice_calendar = k.calendar_id
where c.key = $1 and v.replaced_at is null and v.valid && $2::tstzrange
order by v.valid desc
limit 1;

-- name: evidence_latency
-- How many good answers of a scope ($2) of the contract ($1) each UTC day of the period ($3) has in
-- each bucket: 120x5 are five in bucket 120.
select
    h.day,
    array_to_string(
        array(
            select format('%sx%s', u.bucket, u.results)
            from unnest(h.buckets, h.counts) as u (bucket, results)
            order by u.bucket
        ),
        ' '
    ) as cells
from fact.latency_histogram($1, $2, $3) as h;
