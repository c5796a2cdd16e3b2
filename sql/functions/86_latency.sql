-- How fast a contract's scope answered, day by day.

create or replace function fact.latency_histogram(contract text, scope text, period tstzrange)
returns table (day date, results bigint, buckets smallint[], counts integer[])
language sql stable parallel safe
begin atomic
    with covered as (
        select se.endpoint_id, range_agg(v.valid * se.during) as in_force
        from fact.contract_version as v
        inner join fact.contract_service as cs on cs.version_id = v.version_id
        inner join fact.service as s on s.service_id = cs.service_id
        inner join fact.service_endpoint as se
            on se.service_id = s.service_id and se.during && fact.checked(period)
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && period
            and case
                when fact.known_scope(contract, scope) = 'solution' then cs.essential
                else s.key = scope
            end
        group by se.endpoint_id
    ),
    cell as (
        select d.day, u.bucket, sum(u.results) as results
        from covered as c
        inner join fact.endpoint_day as d on d.endpoint_id = c.endpoint_id
        cross join lateral unnest(d.latency_bucket, d.latency_count) as u (bucket, results)
        where
            d.day >= (lower(period) at time zone 'UTC')::date
            and d.day <= ((upper(period) - interval '1 microsecond') at time zone 'UTC')::date
            and fact.day_span(d.day) && c.in_force
        group by d.day, u.bucket
    )
    select
        c.day,
        sum(c.results)::bigint,
        array_agg(c.bucket order by c.bucket),
        array_agg(c.results::integer order by c.bucket)
    from cell as c
    group by c.day
    order by c.day;
end;
comment on function fact.latency_histogram(text, text, tstzrange) is
'One row per UTC day that the period touches and that has good results: how many there are in each bucket of fact.latency_bucket, of all endpoints of the scope together.';

create or replace function sla.latency(contract text, scope text, period tstzrange)
returns table (
    day date, results bigint, p50_ms numeric, p95_ms numeric, p99_ms numeric
)
language sql stable parallel safe
begin atomic
    select
        h.day,
        h.results,
        fact.latency_percentile(h.buckets, h.counts, 0.50),
        fact.latency_percentile(h.buckets, h.counts, 0.95),
        fact.latency_percentile(h.buckets, h.counts, 0.99)
    from fact.latency_histogram(contract, scope, period) as h
    order by h.day;
end;
comment on function sla.latency(text, text, tstzrange) is
'One row per UTC day that the period touches and that has good results: how fast the endpoints of the scope answered, their histograms added, because percentiles cannot be. results: how many good ones. p50_ms, p95_ms, p99_ms: milliseconds, at most 9 % too high. scope is solution (the essential services) or a service key.';
