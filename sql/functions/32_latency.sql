-- Latencies of endpoint days, as histograms that add.

create or replace function fact.latency_bucket(duration_us integer) returns smallint
language sql immutable parallel safe
return floor(
    8 * ln(greatest(duration_us, 1)::double precision) / ln(2::double precision)
)::smallint;
comment on function fact.latency_bucket(integer) is
'Number of the latency bucket: 8 to a doubling, so a bucket is 9 % wide. Bucket b holds [2^(b/8), 2^((b+1)/8)) microseconds.';

create or replace function fact.roll_up_latency(
    day date, until timestamptz, first_id integer default 0, last_id integer default 2147483647
) returns bigint
language sql volatile
begin atomic
    select pg_advisory_xact_lock(hashtext('fact.roll_up'));

    with stale as (
        select
            d.endpoint_id,
            coalesce(d.latency_until, lower(b.span)) as starts,
            least(roll_up_latency.until, upper(b.span)) as ends,
            case when d.latency_until is null then 0 else d.latency_results end as counted,
            case when d.latency_until is not null then d.latency_bucket end as buckets,
            case when d.latency_until is not null then d.latency_count end as counts
        -- By way of the endpoints: days are found in the key of an endpoint only.
        from fact.endpoint as e
        inner join fact.endpoint_day as d
            on d.endpoint_id = e.endpoint_id and d.day = roll_up_latency.day
        cross join fact.day_span(roll_up_latency.day) as b (span)
        where
            e.endpoint_id between roll_up_latency.first_id and roll_up_latency.last_id
            and d.latency_results <> d.results_up
    ),
    fresh as (
        select s.endpoint_id, r.bucket, r.results
        from stale as s
        cross join fact.location as l
        cross join
            lateral (
                select fact.latency_bucket(r.duration_us) as bucket, count(*)::integer as results
                from fact.result as r
                where
                    r.endpoint_id = s.endpoint_id
                    and r.location_id = l.location_id
                    and r.at >= lower(fact.day_span(roll_up_latency.day))
                    and r.at < upper(fact.day_span(roll_up_latency.day))
                    and r.at >= s.starts
                    and r.at < s.ends
                    and r.outcome = 'up'
                group by bucket
            ) as r
    ),
    bucket as (
        select b.endpoint_id, b.bucket, sum(b.results)::integer as results, sum(b.fresh) as fresh
        from (
            select f.endpoint_id, f.bucket, f.results, f.results as fresh from fresh as f
            union all
            select s.endpoint_id, k.bucket, k.results, 0
            from stale as s
            cross join lateral unnest(s.buckets, s.counts) as k (bucket, results)
        ) as b
        group by b.endpoint_id, b.bucket
    ),
    latency as (
        select
            b.endpoint_id,
            array_agg(b.bucket order by b.bucket) filter (where b.bucket is not null) as buckets,
            array_agg(b.results order by b.bucket) filter (where b.bucket is not null) as counts,
            sum(b.fresh)::integer as fresh
        from bucket as b
        group by b.endpoint_id
    ),
    caught_up as (
        update fact.endpoint_day as d
        set
            latency_bucket = coalesce(l.buckets, '{}'),
            latency_count = coalesce(l.counts, '{}'),
            latency_results = s.counted + l.fresh,
            latency_until = s.ends
        from stale as s
        inner join latency as l on l.endpoint_id = s.endpoint_id
        where
            d.endpoint_id = s.endpoint_id
            and d.day = roll_up_latency.day
            and s.starts < s.ends
        returning d.endpoint_id
    )
    select count(*) from caught_up;
end;
comment on function fact.roll_up_latency(date, timestamptz, integer, integer) is
'Counts the latencies of the good results of one UTC day that lie before an instant and are not counted yet, of all endpoints or of those from one number to another; gives how many endpoint days it changed. After an earlier result came late, an endpoint day is counted anew.';
