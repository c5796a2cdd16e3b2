-- What `import vigie` asks: public names only, so that an analyst's login may. Every column
-- that has a unit carries it in its name.

-- name: analysis_version
-- Which definitions answer: there is no answer where Vigie is not.
select sla.version();

-- name: analysis_availability
-- $1 contract, $2 scope, $3 start, $4 end: the figure of one span.
select
    $1::text as contract,
    $2::text as scope,
    $3::timestamptz as starts,
    $4::timestamptz as ends,
    a.verdict,
    a.confidence,
    a.percent,
    a.low as low_percent,
    a.high as high_percent,
    a.coverage as coverage_percent,
    a.ratio,
    a.target as target_ratio,
    a.committed_s,
    a.up_s,
    a.unplanned_s,
    a.planned_s,
    a.excluded_s,
    a.unknown_s,
    a.unmeasured_s,
    a.future_s,
    a.outside_s,
    a.period_s,
    a.budget_s,
    a.budget_used_s,
    a.budget_left_s,
    a.complete
from sla.availability($1, $2, tstzrange($3, $4)) as a;

-- name: analysis_availability_each
-- $1 contract, $2 scope, $3 start, $4 end, $5 kind: the figures of the whole local periods of a
-- kind that the span touches.
with touched as (
    select distinct sla.period($1, $5, g.day::date) as span
    from
        generate_series(
            -- A local day may begin up to a day before or after the day of the same name in UTC.
            $3::timestamptz - interval '1 day', $4::timestamptz + interval '1 day', interval '1 day'
        ) as g (day)
)

select
    $1::text as contract,
    $2::text as scope,
    lower(t.span) as starts,
    upper(t.span) as ends,
    a.verdict,
    a.confidence,
    a.percent,
    a.low as low_percent,
    a.high as high_percent,
    a.coverage as coverage_percent,
    a.ratio,
    a.target as target_ratio,
    a.committed_s,
    a.up_s,
    a.unplanned_s,
    a.planned_s,
    a.excluded_s,
    a.unknown_s,
    a.unmeasured_s,
    a.future_s,
    a.outside_s,
    a.period_s,
    a.budget_s,
    a.budget_used_s,
    a.budget_left_s,
    a.complete
from touched as t
cross join lateral sla.availability($1, $2, t.span) as a
where t.span && tstzrange($3, $4)
order by t.span;

-- name: analysis_outages
-- $1 contract, $2 scope, $3 start, $4 end: the outages that touch the span.
select
    $1::text as contract,
    $2::text as scope,
    o.services,
    o.started,
    o.ended,
    o.elapsed_s,
    o.clipped_s,
    o.working_s,
    o.certain_s,
    o.possible_s,
    o.open,
    o.crisis,
    o.cause
from sla.outage($1, $2, tstzrange($3, $4)) as o
order by o.started;

-- name: analysis_timeline
-- $1 contract, $2 scope, $3 start, $4 end: the span cut into classes.
select
    $1::text as contract,
    $2::text as scope,
    lower(t.span) as starts,
    upper(t.span) as ends,
    sla.seconds(t.span) as length_s,
    t.class
from sla.timeline($1, $2, tstzrange($3, $4)) as t
order by t.span;

-- name: analysis_latency
-- $1 endpoint, $2 start, $3 end: percentiles of the UTC days that begin in the span.
select
    l.endpoint,
    l.day::timestamp at time zone 'UTC' as day,
    l.results,
    l.p50_ms,
    l.p95_ms,
    l.p99_ms
from sla.latency_day as l
where
    l.endpoint = $1
    and l.day::timestamp at time zone 'UTC' >= $2
    and l.day::timestamp at time zone 'UTC' < $3
order by l.day;

-- name: analysis_results
-- $1 endpoint, $2 start, $3 end: the results of the slots in the span.
select
    r.endpoint,
    r.location,
    r.at,
    r.outcome,
    r.reason,
    r.status,
    r.attempts,
    r.lag_us,
    r.duration_us,
    r.dns_us,
    r.connect_us,
    r.tls_us,
    r.first_byte_us
from sla.result as r
where r.endpoint = $1 and r.at >= $2 and r.at < $3
order by r.at, r.location;

-- name: analysis_has_endpoint
-- $1 endpoint: whether there is one of this key.
select exists(select 1 from sla.endpoint as e where e.endpoint = $1);
