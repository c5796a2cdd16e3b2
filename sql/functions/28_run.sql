-- The results of each endpoint and location as runs of equal outcomes.

create or replace function fact.reach() returns interval
language sql immutable parallel safe
return interval '90 minutes';
comment on function fact.reach() is
'How far a result can matter to another: 1.5 times the longest interval an endpoint may have (1 h).';

create or replace function fact.runs(
    endpoints integer[], near_start timestamptz, near_end timestamptz
)
returns table (
    endpoint_id integer,
    location_id smallint,
    outcome fact.outcome,
    every interval,
    first_at timestamptz,
    last_at timestamptz,
    next_at timestamptz,
    next_known_at timestamptz,
    next_known fact.outcome
)
language plpgsql stable
-- A plan for these very days: it opens their partitions only.
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
begin
    return query
    with track as (
        -- One per location, cut where the interval of the endpoint changes.
        select
            e.endpoint_id,
            l.location_id,
            v.every,
            1.5 * v.every as patience,
            greatest(near_start, lower(v.valid)) as since,
            least(near_end, upper(v.valid)) as until
        from unnest(endpoints) as e (endpoint_id)
        cross join fact.location as l
        inner join fact.endpoint_version as v
            on
                v.endpoint_id = e.endpoint_id
                and v.valid && tstzrange(near_start, near_end)
    ),
    piece as (
        select t.*, f.at as first_at, f.outcome
        from track as t
        cross join
            lateral (
                select r.at, r.outcome
                from fact.result as r
                where
                    r.endpoint_id = t.endpoint_id
                    and r.location_id = t.location_id
                    and r.at >= near_start
                    and r.at < near_end
                    and r.at >= t.since
                    and r.at < t.until
                order by r.at
                limit 1
            ) as f
    ),
    -- An hour of one-minute slots, all there and all good, holds no turn: nothing to compare.
    stretch as (
        select
            p.endpoint_id,
            p.location_id,
            p.every,
            p.patience,
            p.since,
            p.until,
            -- With the good neighbour on either side.
            unnest(range_agg(tstzrange(c.at - p.every, c.at + 61 * p.every))) as span
        from piece as p
        cross join
            lateral (
                select c.at
                from generate_series(p.first_at, p.until, 60 * p.every) as c (at)
                cross join
                    lateral (
                        -- One aggregate, half the time of two: off the grid counts for many.
                        select
                            sum(
                                case
                                    when r.at = date_bin(p.every, r.at, p.first_at) then 1
                                    else 1000
                                end
                            ) as results
                        from fact.result as r
                        where
                            r.endpoint_id = p.endpoint_id
                            and r.location_id = p.location_id
                            and r.at >= near_start
                            and r.at < near_end
                            and r.at >= c.at
                            and r.at < c.at + 60 * p.every
                    ) as s
                where s.results is distinct from 60
                union
                select date_bin(60 * p.every, r.at, p.first_at)
                from fact.result as r
                where
                    r.endpoint_id = p.endpoint_id
                    and r.location_id = p.location_id
                    and r.at >= p.first_at
                    and r.at < p.until
                    and r.at >= near_start
                    and r.at < near_end
                    and r.outcome <> 'up'
            ) as c
        group by p.endpoint_id, p.location_id, p.every, p.patience, p.since, p.until
    ),
    -- The first result of each run of equal outcomes without a hole, and what came before it.
    turn as (
        select
            p.endpoint_id,
            p.location_id,
            p.every,
            p.patience,
            p.since,
            p.until,
            p.first_at as at,
            p.outcome,
            null as before_at
        from piece as p
        union all
        select
            h.endpoint_id,
            h.location_id,
            h.every,
            h.patience,
            h.since,
            h.until,
            s.at,
            s.outcome,
            s.before_at
        from stretch as h
        cross join
            lateral (
                select
                    r.at,
                    coalesce(n.outcome, 'up') as outcome,
                    lag(r.at) over by_time as before_at,
                    lag(coalesce(n.outcome, 'up')) over by_time as before
                from fact.result as r
                left join
                    fact.result as n
                    on
                        n.endpoint_id = h.endpoint_id
                        and n.location_id = h.location_id
                        and n.at = r.at
                        and n.at >= near_start
                        and n.at < near_end
                        and n.at >= greatest(h.since, lower(h.span))
                        and n.at < least(h.until, upper(h.span))
                        and n.outcome <> 'up'
                where
                    r.endpoint_id = h.endpoint_id
                    and r.location_id = h.location_id
                    and r.at >= near_start
                    and r.at < near_end
                    and r.at >= greatest(h.since, lower(h.span))
                    and r.at < least(h.until, upper(h.span))
                window by_time as (order by r.at)
            ) as s
        where s.outcome <> s.before or s.at > s.before_at + h.patience
    ),
    run as (
        select
            t.endpoint_id,
            t.location_id,
            t.every,
            t.patience,
            t.outcome,
            t.at as first_at,
            coalesce(lead(t.before_at) over piece, (
                select max(r.at)
                from fact.result as r
                where
                    r.endpoint_id = t.endpoint_id
                    and r.location_id = t.location_id
                    and r.at >= near_start
                    and r.at < near_end
                    and r.at >= t.at
                    and r.at < t.until
            )) as last_at,
            lead(t.at) over track as next_at,
            lead(t.at) over known as next_known_at,
            lead(t.outcome) over known as next_known
        from turn as t
        window
            piece as (partition by t.endpoint_id, t.location_id, t.since order by t.at),
            track as (partition by t.endpoint_id, t.location_id order by t.at),
            known as (
                partition by t.endpoint_id, t.location_id, t.outcome = 'unknown' order by t.at
            )
    )
    select
        r.endpoint_id,
        r.location_id,
        r.outcome,
        r.every,
        r.first_at,
        r.last_at,
        r.next_at,
        r.next_known_at,
        r.next_known
    from run as r;
end
$$;
comment on function fact.runs(integer[], timestamptz, timestamptz) is
'One row per maximal run of results of one endpoint, location, outcome and interval that has no hole (no gap over 1.5 intervals): its first and last result, the next result of the track, and the next one that is not unknown. Counts slots in the key of the results, finds faults in an index of their own, and compares neighbours only near faults and holes.';
