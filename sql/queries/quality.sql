-- What a report says of its own measurement.

-- name: contents_gaps
-- What was not measured in the period ($3) of the services of a contract ($1) that a report lists,
-- for the solution ($2) all of them: holes of single endpoints, and spans in which a service had no
-- endpoint that counts; the longest 40, and how many there are in all. A hole in one endpoint need
-- not make its service unknown; having none does.
with promised as materialized (
    select
        s.service_id,
        s.key,
        range_agg(v.valid * $3::tstzrange * tstzrange(null, sla.as_of())) as spans
    from fact.contract as c
    inner join fact.contract_version as v on c.contract_id = v.contract_id
    inner join fact.contract_service as cs on v.version_id = cs.version_id
    inner join fact.service as s on cs.service_id = s.service_id
    where
        c.key = $1
        and v.replaced_at is null
        and v.valid && $3::tstzrange
        and $2 in ('solution', s.key)
    group by s.service_id, s.key
),

counted as materialized (
    select
        p.service_id,
        e.endpoint_id,
        e.key,
        fact.counted_spans(
            e.endpoint_id, range_agg(p.spans * se.during::tstzmultirange)
        ) as spans
    from promised as p
    inner join fact.service_endpoint as se on p.service_id = se.service_id
    inner join fact.endpoint as e on se.endpoint_id = e.endpoint_id
    group by p.service_id, e.endpoint_id, e.key
),

measured as (
    select
        c.endpoint_id,
        range_agg(d.up + d.down) as spans
    from (select distinct m.endpoint_id from counted as m) as c
    inner join fact.endpoint_day as d on c.endpoint_id = d.endpoint_id
    where
        d.day >= (lower($3::tstzrange) at time zone 'UTC')::date - 1
        and d.day <= (upper($3::tstzrange) at time zone 'UTC')::date
    group by c.endpoint_id
),

hole as (
    select
        c.key as endpoint,
        null as service,
        c.spans - coalesce(m.spans, '{}') as spans
    from counted as c
    left join measured as m on c.endpoint_id = m.endpoint_id
    union all
    select
        null,
        p.key,
        p.spans - coalesce(
            (select range_agg(c.spans) from counted as c where c.service_id = p.service_id), '{}'
        )
    from promised as p
)

select
    h.endpoint,
    h.service,
    lower(g.span) as starts,
    upper(g.span) as ends,
    sla.seconds(g.span) as seconds,
    count(*) over () as of_all,
    sum(sla.seconds(g.span)) over () as seconds_of_all
from hole as h
cross join lateral unnest(h.spans) as g (span)
order by sla.seconds(g.span) desc, lower(g.span) asc, h.endpoint asc, h.service asc
limit 40;
