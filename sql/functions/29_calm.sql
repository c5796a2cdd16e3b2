-- Days without a fault, found in one pass over the key of the results.
-- fact.result has two small indexes for it: its key, and the results that are not up.

create or replace function fact.track_day(
    endpoints integer[], starts timestamptz, ends timestamptz
)
returns table (
    endpoint_id integer, up tstzrange, is_calm boolean, results bigint, first_at timestamptz
)
language plpgsql stable
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
declare
    -- Values, not expressions: the planner then looks at the partitions of these days only.
    near_start timestamptz := starts - fact.reach();
    near_end timestamptz := ends + fact.reach();
begin
    return query
    with neighbour as (
        select
            e.endpoint_id,
            l.location_id,
            before.at as before_at
        from unnest(endpoints) as e (endpoint_id)
        cross join fact.location as l
        left join
            lateral (
                select r.at
                from fact.result as r
                where
                    r.endpoint_id = e.endpoint_id
                    and r.location_id = l.location_id
                    and r.at >= near_start
                    and r.at < starts
                order by r.at desc
                limit 1
            ) as before
            on true
    ),
    -- A track without a neighbour begins with a result of its own.
    bounded as (
        select
            n.*,
            coalesce(n.before_at, first_one.at) as from_at
        from neighbour as n
        left join
            lateral (
                select r.at
                from fact.result as r
                where
                    n.before_at is null
                    and r.endpoint_id = n.endpoint_id
                    and r.location_id = n.location_id
                    and r.at >= starts
                    and r.at < ends
                order by r.at
                limit 1
            ) as first_one
            on true
        where coalesce(n.before_at, first_one.at) is not null
    ),
    track as (
        select
            b.*,
            v.every,
            v.valid,
            -- Where the first result is, if the day is calm.
            case when b.before_at is null then b.from_at else b.from_at + v.every end as first_at
        from bounded as b
        left join
            lateral (
                -- One at most; the limit keeps the planner from searching by time.
                select v.every, v.valid
                from fact.endpoint_version as v
                where v.endpoint_id = b.endpoint_id and v.valid @> b.from_at
                order by v.valid
                limit 1
            ) as v
            on true
    ),
    counted as (
        select
            t.*,
            s.results,
            -- Where the next result is due, if every one was in its slot.
            t.first_at + s.results * t.every as until
        from track as t
        cross join
            lateral (
                -- One aggregate, half the time of two: off the grid counts for more than a day.
                select
                    sum(
                        case when r.at = date_bin(t.every, r.at, t.from_at) then 1 else 1000000 end
                    ) as results
                from fact.result as r
                where
                    r.endpoint_id = t.endpoint_id
                    and r.location_id = t.location_id
                    and r.at >= starts
                    and r.at < ends
            ) as s
    )
    select
        c.endpoint_id,
        tstzrange(c.from_at, c.until) as up,
        coalesce(
            c.valid @> tstzrange(c.from_at, near_end)
            -- As many as the slots of the span, or of a part after which there are none.
            and c.until < ends + c.every
            and (
                c.until >= ends
                or not exists (
                    select from fact.result as r
                    where
                        r.endpoint_id = c.endpoint_id
                        and r.location_id = c.location_id
                        and r.at >= c.until
                        and r.at >= near_start
                        and r.at < near_end
                )
            )
            and not exists (
                select from fact.result as r
                where
                    r.endpoint_id = c.endpoint_id
                    and r.location_id = c.location_id
                    and r.at >= c.from_at
                    and r.at >= near_start
                    and r.at < near_end
                    and r.outcome <> 'up'
            ),
            false
        ) as is_calm,
        c.results,
        c.first_at
    from counted as c;
end
$$;
comment on function fact.track_day(integer[], timestamptz, timestamptz) is
'One row per endpoint and location that has results in the span, or so near before it that they matter: whether the track is calm: every slot of one interval has a result, every one is good, and so are its neighbours. A calm track was up in the span up, first_at is its first result and results their number. Reads the indexes of the results only.';
