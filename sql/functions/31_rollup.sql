-- Endpoint days: the spans, counts and latencies that every figure reads.

create or replace function fact.day_span(day date) returns tstzrange
language sql immutable parallel safe
return tstzrange(day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
comment on function fact.day_span(date) is 'A UTC day as a span.';

create or replace function fact.latency_bucket(duration_us integer) returns smallint
language sql immutable parallel safe
return floor(
    8 * ln(greatest(duration_us, 1)::double precision) / ln(2::double precision)
)::smallint;
comment on function fact.latency_bucket(integer) is
'Number of the latency bucket: 8 to a doubling, so a bucket is 9 % wide. Bucket b holds [2^(b/8), 2^((b+1)/8)) microseconds.';

create or replace function fact.tally(
    endpoints integer[], starts timestamptz, ends timestamptz
)
returns table (
    endpoint_id integer,
    location_id smallint,
    in_day boolean,
    outcome fact.outcome,
    bucket smallint,
    results bigint,
    first_at timestamptz,
    last_at timestamptz,
    every interval,
    first_phase interval,
    last_phase interval
)
language sql stable
begin atomic
    select
        r.endpoint_id,
        r.location_id,
        r.at >= starts and r.at < ends as in_day,
        r.outcome,
        case when r.outcome = 'up' then fact.latency_bucket(r.duration_us) end as bucket,
        count(*) as results,
        min(r.at) as first_at,
        max(r.at) as last_at,
        v.every,
        min(r.at - date_bin(v.every, r.at, 'epoch')) as first_phase,
        max(r.at - date_bin(v.every, r.at, 'epoch')) as last_phase
    from fact.result as r
    inner join fact.endpoint_version as v
        on v.endpoint_id = r.endpoint_id and v.valid @> r.at
    where
        r.endpoint_id = any(endpoints)
        and r.at >= starts - fact.reach()
        and r.at < ends + fact.reach()
    group by r.endpoint_id, r.location_id, in_day, r.outcome, bucket, v.every;
end;
comment on function fact.tally(integer[], timestamptz, timestamptz) is
'One row per endpoint, location, outcome, latency bucket and interval, apart for the span and for what lies near it: how many results, and where on the grid of their interval (phase) they lie. One pass over the results.';

create or replace function fact.roll_up(day date) returns bigint
language sql volatile
begin atomic
    -- One roller at a time. In a statement of its own: the next one then sees its work.
    select pg_advisory_xact_lock(hashtext('fact.roll_up'));

    -- Marks and results are written in one transaction and read in one snapshot, so a mark
    -- that is taken here stands for results that are seen here.
    with mark as (
        delete from fact.dirty_day as d
        where d.day = roll_up.day
        returning d.endpoint_id
    ),
    dirty as (
        select coalesce(array_agg(distinct m.endpoint_id), '{}') as endpoints from mark as m
    ),
    bounds as (
        select
            fact.day_span(roll_up.day) as span,
            lower(fact.day_span(roll_up.day)) as starts,
            upper(fact.day_span(roll_up.day)) as ends
    ),
    tally as materialized (
        select t.*
        from dirty as d
        cross join bounds as b
        cross join lateral fact.tally(d.endpoints, b.starts, b.ends) as t
    ),
    track as (
        select
            t.endpoint_id,
            min(t.first_at) as first_at,
            max(t.last_at) + min(t.every) as until,
            -- Every slot has a result and every result is good: nothing to look at more closely.
            bool_and(t.outcome = 'up')
            and min(t.every) = max(t.every)
            and min(t.first_phase) = max(t.last_phase)
            and sum(t.results) * min(t.every) = max(t.last_at) - min(t.first_at) + min(t.every)
                as is_calm
        from tally as t
        group by t.endpoint_id, t.location_id
    ),
    calm as (
        select
            t.endpoint_id,
            range_agg(tstzrange(t.first_at, t.until)) * tstzmultirange(b.span) as up
        from track as t
        cross join bounds as b
        group by t.endpoint_id, b.span
        having bool_and(t.is_calm)
    ),
    restless as (
        select coalesce(array_agg(r.endpoint_id), '{}') as endpoints
        from (
            select t.endpoint_id from track as t
            group by t.endpoint_id
            having not bool_and(t.is_calm)
        ) as r
    ),
    state as (
        select
            c.endpoint_id,
            c.up,
            '{}'::tstzmultirange as down,
            '{}'::tstzmultirange as certain_down,
            '{}'::tstzmultirange as possible_down
        from calm as c
        union all
        select v.*
        from restless as r
        cross join bounds as b
        cross join lateral fact.voted_spans(r.endpoints, b.starts, b.ends) as v
    ),
    counted as (
        select
            t.endpoint_id,
            sum(t.results) as results,
            sum(t.results) filter (where t.outcome = 'up') as results_up,
            sum(t.results) filter (where t.outcome = 'down') as results_down,
            min(t.first_at) as first_at
        from tally as t
        where t.in_day
        group by t.endpoint_id
    ),
    bucket as (
        select t.endpoint_id, t.bucket, sum(t.results)::integer as results
        from tally as t
        where t.in_day and t.bucket is not null
        group by t.endpoint_id, t.bucket
    ),
    latency as (
        select
            b.endpoint_id,
            array_agg(b.bucket order by b.bucket) as buckets,
            array_agg(b.results order by b.bucket) as counts
        from bucket as b
        group by b.endpoint_id
    ),
    rolled as (
        insert into fact.endpoint_day (
            endpoint_id, day, up, down, certain_down, possible_down,
            results, results_up, results_down, first_at, latency_bucket, latency_count
        )
        select
            s.endpoint_id,
            roll_up.day,
            s.up,
            s.down,
            s.certain_down,
            s.possible_down,
            coalesce(c.results, 0),
            coalesce(c.results_up, 0),
            coalesce(c.results_down, 0),
            c.first_at,
            coalesce(l.buckets, '{}'),
            coalesce(l.counts, '{}')
        from state as s
        left join counted as c on c.endpoint_id = s.endpoint_id
        left join latency as l on l.endpoint_id = s.endpoint_id
        on conflict (endpoint_id, day) do update
            set
                up = excluded.up,
                down = excluded.down,
                certain_down = excluded.certain_down,
                possible_down = excluded.possible_down,
                results = excluded.results,
                results_up = excluded.results_up,
                results_down = excluded.results_down,
                first_at = excluded.first_at,
                latency_bucket = excluded.latency_bucket,
                latency_count = excluded.latency_count
        returning endpoint_id
    )
    select count(*) from rolled;
end;
comment on function fact.roll_up(date) is
'Rebuilds the dirty endpoint days of one UTC day from the results; gives their number. A pure function of the results of the day and of those near it. Most days have every slot and no failure, and need no second look.';

create or replace function fact.advance_watermark(up_to timestamptz) returns timestamptz
language sql volatile
begin atomic
    update fact.watermark as w
    set rolled_up_to = greatest(w.rolled_up_to, date_trunc('second', up_to))
    returning w.rolled_up_to;
end;
comment on function fact.advance_watermark(timestamptz) is
'Says that results up to here, in whole seconds, are rolled up; never goes back. Gives the watermark.';
