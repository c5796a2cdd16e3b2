-- Latencies of endpoint days, as histograms that add.

create or replace function fact.latency_bucket(duration_us integer) returns smallint
language sql immutable parallel safe
return floor(
    8 * ln(greatest(duration_us, 1)::double precision) / ln(2::double precision)
)::smallint;
comment on function fact.latency_bucket(integer) is
'Number of the latency bucket: 8 to a doubling, so a bucket is 9 % wide. Bucket b holds [2^(b/8), 2^((b+1)/8)) microseconds.';

create or replace function fact.roll_up_latency(day date) returns bigint
language sql volatile
begin atomic
    select pg_advisory_xact_lock(hashtext('fact.roll_up'));

    with mark as (
        delete from fact.stale_latency as s
        where s.day = roll_up_latency.day
    ),
    bucket as (
        select
            d.endpoint_id,
            fact.latency_bucket(r.duration_us) as bucket,
            count(*)::integer as results
        from fact.endpoint_day as d
        inner join fact.result as r on r.endpoint_id = d.endpoint_id
        where
            d.day = roll_up_latency.day
            and d.latency_results <> d.results_up
            and r.at >= lower(fact.day_span(roll_up_latency.day))
            and r.at < upper(fact.day_span(roll_up_latency.day))
            and r.outcome = 'up'
        group by d.endpoint_id, bucket
    ),
    latency as (
        select
            b.endpoint_id,
            array_agg(b.bucket order by b.bucket) filter (where b.bucket is not null) as buckets,
            array_agg(b.results order by b.bucket) filter (where b.bucket is not null) as counts,
            sum(b.results) as results
        from bucket as b
        group by b.endpoint_id
    ),
    caught_up as (
        update fact.endpoint_day as d
        set
            latency_bucket = coalesce(l.buckets, '{}'),
            latency_count = coalesce(l.counts, '{}'),
            latency_results = l.results
        from latency as l
        where d.endpoint_id = l.endpoint_id and d.day = roll_up_latency.day
        returning d.endpoint_id
    )
    select count(*) from caught_up;
end;
comment on function fact.roll_up_latency(date) is
'Rebuilds the latencies of the endpoint days of one UTC day that have good results they do not count yet; gives their number.';
