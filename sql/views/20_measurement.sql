-- The evidence, by key.

create or replace view sla.result as
select
    e.key as endpoint,
    l.key as location,
    r.at,
    r.outcome::text as outcome,
    r.reason,
    r.status,
    r.attempts,
    r.lag_us,
    r.duration_us,
    r.dns_us,
    r.connect_us,
    r.tls_us,
    r.first_byte_us
from (
    select * from fact.result
    union all
    select * from fact.evidence
) as r
inner join fact.endpoint as e on e.endpoint_id = r.endpoint_id
inner join fact.location as l on l.location_id = r.location_id;
comment on view sla.result is
'One row per endpoint, location and slot. Key: endpoint, location, at. Of the days in sla.dropped_day only what matters is left: results that were not up, both neighbours of each of these and of each hole, and the first and last of the day.';
comment on column sla.result.endpoint is 'Key of the endpoint.';
comment on column sla.result.location is 'Key of the location that probed.';
comment on column sla.result.at is 'The slot: the scheduled instant, UTC.';
comment on column sla.result.outcome is
'up, down (the target failed) or unknown (we could not tell).';
comment on column sla.result.reason is 'Why it was not up; null when up, or when not known.';
comment on column sla.result.status is 'Status code that the last attempt was answered with: of HTTP, the response code of DNS, or that of a gRPC call; null when none was read.';
comment on column sla.result.attempts is 'Tries in the slot; 0 when the slot was missed.';
comment on column sla.result.lag_us is 'From the slot to the first try, microseconds.';
comment on column sla.result.duration_us is 'Of the last try, microseconds.';
comment on column sla.result.dns_us is 'Name look-up, microseconds; null: not reached.';
comment on column sla.result.connect_us is 'TCP connect, microseconds; null: not reached.';
comment on column sla.result.tls_us is 'TLS handshake, microseconds; null: none.';
comment on column sla.result.first_byte_us is
'From the request to the first byte of the answer, microseconds; null: none came.';

create or replace view sla.attempt as
select
    e.key as endpoint,
    l.key as location,
    a.at,
    a.attempt,
    a.started,
    a.outcome::text as outcome,
    a.reason,
    a.detail,
    a.address,
    a.status,
    a.duration_us,
    a.body
from fact.attempt as a
inner join fact.endpoint as e on e.endpoint_id = a.endpoint_id
inner join fact.location as l on l.location_id = a.location_id;
comment on view sla.attempt is
'One row per try that was not up. Key: endpoint, location, at, attempt.';
comment on column sla.attempt.endpoint is 'Key of the endpoint.';
comment on column sla.attempt.location is 'Key of the location that probed.';
comment on column sla.attempt.at is 'The slot, UTC.';
comment on column sla.attempt.attempt is 'Number of the try in the slot, from 1.';
comment on column sla.attempt.started is 'When the try began, UTC.';
comment on column sla.attempt.outcome is 'down or unknown.';
comment on column sla.attempt.reason is 'Why, from the closed list.';
comment on column sla.attempt.detail is 'What was seen and what was expected.';
comment on column sla.attempt.address is 'IP address that was probed; null: none was reached.';
comment on column sla.attempt.status is 'Status code of the answer: of HTTP, the response code of DNS, or that of a gRPC call; null when none was read.';
comment on column sla.attempt.duration_us is 'From start to verdict, microseconds.';
comment on column sla.attempt.body is
'The first bytes of the answer, at most 1 KiB, printable and without secrets; null: none came, or it is not kept.';

create or replace view sla.latency_day as
select
    e.key as endpoint,
    d.day,
    d.results_up as results,
    fact.latency_percentile(d.latency_bucket, d.latency_count, 0.50) as p50_ms,
    fact.latency_percentile(d.latency_bucket, d.latency_count, 0.95) as p95_ms,
    fact.latency_percentile(d.latency_bucket, d.latency_count, 0.99) as p99_ms
from fact.endpoint_day as d
inner join fact.endpoint as e on e.endpoint_id = d.endpoint_id;
comment on view sla.latency_day is
'One row per endpoint and UTC day: latency of its good results over all locations. Key: endpoint, day.';
comment on column sla.latency_day.endpoint is 'Key of the endpoint.';
comment on column sla.latency_day.day is 'UTC day.';
comment on column sla.latency_day.results is 'Number of good results.';
comment on column sla.latency_day.p50_ms is 'Median, ms, from a histogram; at most 9 % too high.';
comment on column sla.latency_day.p95_ms is '95th percentile, ms; at most 9 % too high.';
comment on column sla.latency_day.p99_ms is '99th percentile, ms; at most 9 % too high.';

create or replace view sla.data_gap as
with lifetime as (
    select
        e.endpoint_id,
        e.key,
        min(d.first_at) as first_at
    from fact.endpoint as e
    inner join fact.endpoint_day as d on d.endpoint_id = e.endpoint_id
    group by e.endpoint_id, e.key
),
due as (
    select
        l.endpoint_id,
        l.key,
        g.day::date as day,
        fact.counted(l.endpoint_id, tstzmultirange(
            fact.day_span(g.day::date) * tstzrange(null, sla.as_of())
        )) as counted
    from lifetime as l
    cross join
        lateral generate_series(
            (l.first_at at time zone 'UTC')::date::timestamp,
            (least(sla.as_of(), 'infinity') at time zone 'UTC')::date::timestamp,
            interval '1 day'
        ) as g (day)
    where sla.as_of() >= l.first_at
),
gap as (
    select u.key, u.counted - coalesce(d.up + d.down, '{}') as spans
    from due as u
    left join fact.endpoint_day as d on d.endpoint_id = u.endpoint_id and d.day = u.day
)
select
    g.key as endpoint,
    lower(p.span) as starts,
    upper(p.span) as ends,
    sla.seconds(p.span) as seconds
from gap as g
cross join lateral unnest(g.spans) as p (span);
comment on view sla.data_gap is
'One row per hole of an endpoint, cut at UTC midnights: time that counts but gave neither up nor down. Key: endpoint, starts.';
comment on column sla.data_gap.endpoint is 'Key of the endpoint.';
comment on column sla.data_gap.starts is 'Where the hole begins, UTC.';
comment on column sla.data_gap.ends is 'Where it ends, UTC, exclusive.';
comment on column sla.data_gap.seconds is 'Its length, seconds.';

create or replace view sla.dropped_day as
select d.day, d.dropped_at
from fact.dropped_day as d;
comment on view sla.dropped_day is
'One row per UTC day whose results were dropped because they were old. Key: day. Its figures are final: they stand in the roll-up and do not change any more.';
comment on column sla.dropped_day.day is 'The UTC day.';
comment on column sla.dropped_day.dropped_at is 'When, UTC.';

create or replace view sla.blind_span as
with edge as (
    select
        b.location_id,
        b.at,
        b.blind,
        b.why,
        coalesce(lag(b.blind) over (partition by b.location_id order by b.at), false) as before
    from fact.blind_edge as b
),
turn as (
    select
        e.location_id,
        e.at as starts,
        lead(e.at) over (partition by e.location_id order by e.at) as ends,
        e.blind,
        e.why
    from edge as e
    where e.blind <> e.before
)
select
    l.key as location,
    t.starts,
    t.ends,
    case when t.ends is not null then sla.seconds(tstzrange(t.starts, t.ends)) end as seconds,
    t.why
from turn as t
inner join fact.location as l on l.location_id = t.location_id
where t.blind;
comment on view sla.blind_span is
'One row per span in which a location could not tell whether targets were down, because its references said that our own network was. Key: location, starts. Targets that failed meanwhile are unknown there, with reason network.';
comment on column sla.blind_span.location is 'Key of the location.';
comment on column sla.blind_span.starts is 'When the references were asked and failed, UTC.';
comment on column sla.blind_span.ends is
'When they were asked and answered again, UTC; null: they have not yet.';
comment on column sla.blind_span.seconds is 'Its length, seconds; null while it is open.';
comment on column sla.blind_span.why is 'Which references failed.';
