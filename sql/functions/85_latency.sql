-- Percentiles from mergeable histograms: counts of buckets add, percentiles do not.

create or replace function fact.latency_percentile(
    buckets smallint[], counts integer[], share numeric
) returns numeric
language sql immutable parallel safe
begin atomic
    with cell as (
        select u.bucket, sum(u.results) as results
        from unnest(buckets, counts) as u (bucket, results)
        group by u.bucket
    ),
    heap as (
        select
            c.bucket,
            sum(c.results) over (order by c.bucket) as so_far,
            sum(c.results) over () as results
        from cell as c
    )
    select round((2 ^ ((min(h.bucket) + 1) / 8.0))::numeric / 1000, 1)
    from heap as h
    where h.so_far >= share * h.results;
end;
comment on function fact.latency_percentile(smallint[], integer[], numeric) is
'Upper edge, in milliseconds, of the bucket in which the share of the results is reached. Null without results. At most 9 % too high.';
