-- Endpoint days: the spans, counts and latencies that every figure reads.

create or replace function fact.day_span(day date) returns tstzrange
language sql immutable parallel safe
return tstzrange(day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
comment on function fact.day_span(date) is 'A UTC day as a span.';

create or replace function fact.counted_results(
    endpoints integer[], starts timestamptz, ends timestamptz
)
returns table (
    endpoint_id integer,
    results bigint,
    results_up bigint,
    results_down bigint,
    first_at timestamptz
)
language plpgsql stable
set plan_cache_mode = 'force_custom_plan'
as $$
#variable_conflict use_column
begin
    return query
    select
        e.endpoint_id,
        c.results,
        c.results - n.results as results_up,
        n.results_down,
        c.first_at
    from unnest(endpoints) as e (endpoint_id)
    cross join
        lateral (
            select
                count(*) as results,
                min(r.at) as first_at
            from fact.result as r
            where
                r.endpoint_id = e.endpoint_id
                and r.at >= starts
                and r.at < ends
        ) as c
    -- What is not up has an index of its own.
    cross join
        lateral (
            select
                count(*) as results,
                count(*) filter (where r.outcome = 'down') as results_down
            from fact.result as r
            where
                r.endpoint_id = e.endpoint_id
                and r.at >= starts
                and r.at < ends
                and r.outcome <> 'up'
        ) as n;
end
$$;
comment on function fact.counted_results(integer[], timestamptz, timestamptz) is
'One row per endpoint: how many results it has in the span, by outcome, and the first; null without any.';

create or replace function fact.endpoint_state(
    endpoints integer[], starts timestamptz, ends timestamptz
)
returns table (
    endpoint_id integer,
    up tstzmultirange,
    down tstzmultirange,
    certain_down tstzmultirange,
    possible_down tstzmultirange,
    results bigint,
    results_up bigint,
    results_down bigint,
    first_at timestamptz
)
language sql stable
begin atomic
    with endpoint as (
        select
            t.endpoint_id,
            bool_and(t.is_calm) as is_calm,
            range_agg(t.up) * tstzmultirange(tstzrange(starts, ends)) as up,
            sum(t.results)::bigint as results,
            min(t.first_at) as first_at
        from fact.track_day(endpoints, starts, ends) as t
        group by t.endpoint_id
    ),
    restless as (
        select array_agg(e.endpoint_id) as endpoints
        from endpoint as e
        where not e.is_calm
        having count(*) > 0
    )
    select
        e.endpoint_id,
        e.up,
        '{}' as down,
        '{}' as certain_down,
        '{}' as possible_down,
        e.results,
        e.results as results_up,
        0 as results_down,
        e.first_at
    from endpoint as e
    where e.is_calm
    union all
    select
        v.endpoint_id,
        v.up,
        v.down,
        v.certain_down,
        v.possible_down,
        c.results,
        c.results_up,
        c.results_down,
        c.first_at
    from restless as r
    cross join lateral fact.voted_spans(r.endpoints, starts, ends) as v
    inner join fact.counted_results(r.endpoints, starts, ends) as c
        on c.endpoint_id = v.endpoint_id;
end;
comment on function fact.endpoint_state(integer[], timestamptz, timestamptz) is
'One row per endpoint that has results in or near the span: its state inside the span, and its results. Most endpoint days are calm and need no second look; the others are voted on.';

create or replace function fact.joined(one tstzmultirange, other tstzmultirange)
returns tstzmultirange
language sql immutable parallel safe
return coalesce(one + other, one, other);
comment on function fact.joined(tstzmultirange, tstzmultirange) is
'Both together; null is nothing, and costs nothing.';

create or replace function fact.share_out(day date, most integer)
returns table (dirty_id bigint, marked_at timestamptz)
language sql volatile
begin atomic
    -- One roller at a time. In a statement of its own: the next one then sees its work.
    select pg_advisory_xact_lock(hashtext('fact.roll_up'));

    with mark as (
        delete from fact.dirty_day as d
        where d.day = share_out.day
        returning d.endpoint_ids, coalesce(d.since, '-infinity') as since, d.marked_at
    ),
    dirty as (
        select e.endpoint_id, min(m.since) as since, min(m.marked_at) as marked_at
        from mark as m
        cross join unnest(m.endpoint_ids) as e (endpoint_id)
        group by e.endpoint_id
    ),
    numbered as (
        select
            d.endpoint_id,
            d.since,
            d.marked_at,
            b.band,
            row_number() over (partition by b.band order by d.endpoint_id) as number
        from dirty as d
        -- One late result must not take a whole lot back to the beginning of its day.
        cross join lateral date_bin('15 minutes', d.since, '2000-01-01 00:00+00') as b (band)
    ),
    lot as (
        insert into fact.dirty_day as d (day, endpoint_ids, since, marked_at)
        select
            share_out.day,
            array_agg(n.endpoint_id),
            nullif(min(n.since), '-infinity'),
            min(n.marked_at)
        from numbered as n
        group by n.band, (n.number - 1) / most
        order by n.band
        returning d.dirty_id, d.marked_at
    )
    select l.dirty_id, l.marked_at from lot as l;
end;
comment on function fact.share_out(date, integer) is
'Makes of the marks of one UTC day as few as can be, of so many endpoints at most and each endpoint in one of them; gives their numbers, and when the first of what each stands for was marked. What is marked stays marked.';

create or replace function fact.roll_up(day date, marks bigint[] default null) returns bigint
language sql volatile
begin atomic
    select pg_advisory_xact_lock(hashtext('fact.roll_up'));

    insert into fact.stale_latency (day, marked_by)
    values (roll_up.day, pg_current_xact_id())
    on conflict on constraint stale_latency_pkey do update set marked_by = excluded.marked_by;

    -- Marks and results are written in one transaction and read in one snapshot, so a mark
    -- that is taken here stands for results that are seen here.
    with mark as (
        delete from fact.dirty_day as d
        where d.day = roll_up.day and (roll_up.marks is null or d.dirty_id = any(roll_up.marks))
        returning d.endpoint_ids, coalesce(d.since, '-infinity') as since
    ),
    dirty as (
        select
            e.endpoint_id,
            min(m.since) as since,
            -- No new result reaches back to what lies before.
            min(m.since) - fact.reach() as reached
        from mark as m
        cross join unnest(m.endpoint_ids) as e (endpoint_id)
        where fact.final_until() is null or roll_up.day > fact.final_until()
        group by e.endpoint_id
    ),
    part as (
        select
            d.endpoint_id,
            d.since,
            s.starts,
            greatest(
                s.starts, least(upper(b.span), date_bin('15 minutes', d.reached, lower(b.span)))
            ) as settled_until,
            case when s.starts > lower(b.span) then tstzmultirange(tstzrange(null, s.starts)) end
                as kept,
            e.up,
            e.down,
            e.certain_down,
            e.possible_down,
            case when s.starts > lower(b.span) then e.settled_results else 0 end
                as settled_results,
            case when s.starts > lower(b.span) then e.settled_up else 0 end as settled_up,
            case when s.starts > lower(b.span) then e.settled_down else 0 end as settled_down,
            e.first_at,
            case when e.latency_until <= d.since then e.latency_until end as latency_until
        from dirty as d
        cross join fact.day_span(roll_up.day) as b (span)
        left join fact.endpoint_day as e
            on e.endpoint_id = d.endpoint_id and e.day = roll_up.day
        cross join
            lateral (
                select
                    case
                        when e.settled_until <= d.reached then e.settled_until
                        else lower(b.span)
                    end as starts
            ) as s
    ),
    -- Most endpoints have the same instants.
    flock as (
        select p.starts, p.settled_until, array_agg(p.endpoint_id) as endpoints
        from part as p
        group by p.starts, p.settled_until
    ),
    settled as (
        select s.*
        from flock as f
        cross join lateral fact.endpoint_state(f.endpoints, f.starts, f.settled_until) as s
        where f.starts < f.settled_until
    ),
    unsettled as (
        select s.*
        from flock as f
        cross join fact.day_span(roll_up.day) as b (span)
        cross join lateral fact.endpoint_state(f.endpoints, f.settled_until, upper(b.span)) as s
        where f.settled_until < upper(b.span)
    ),
    rolled as (
        insert into fact.endpoint_day as e (
            endpoint_id, day, up, down, certain_down, possible_down,
            results, results_up, results_down, first_at, latency_bucket, latency_count,
            settled_until, settled_results, settled_up, settled_down, latency_until
        )
        select
            p.endpoint_id,
            roll_up.day,
            fact.joined(fact.joined(p.up * p.kept, s.up), u.up),
            fact.joined(fact.joined(p.down * p.kept, s.down), u.down),
            fact.joined(fact.joined(p.certain_down * p.kept, s.certain_down), u.certain_down),
            fact.joined(fact.joined(p.possible_down * p.kept, s.possible_down), u.possible_down),
            p.settled_results + coalesce(s.results, 0) + coalesce(u.results, 0),
            p.settled_up + coalesce(s.results_up, 0) + coalesce(u.results_up, 0),
            p.settled_down + coalesce(s.results_down, 0) + coalesce(u.results_down, 0),
            least(p.first_at, s.first_at, u.first_at),
            '{}',
            '{}',
            p.settled_until,
            p.settled_results + coalesce(s.results, 0),
            p.settled_up + coalesce(s.results_up, 0),
            p.settled_down + coalesce(s.results_down, 0),
            p.latency_until
        from part as p
        left join settled as s on s.endpoint_id = p.endpoint_id
        left join unsettled as u on u.endpoint_id = p.endpoint_id
        where s.endpoint_id is not null or u.endpoint_id is not null
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
                settled_until = excluded.settled_until,
                settled_results = excluded.settled_results,
                settled_up = excluded.settled_up,
                settled_down = excluded.settled_down,
                latency_until = excluded.latency_until
        returning e.endpoint_id
    )
    select count(*) from rolled;
end;
comment on function fact.roll_up(date, bigint[]) is
'Rebuilds the dirty endpoint days of one UTC day from the results, all of them or those of some marks; gives their number. A pure function of the results of the day and of those near it: where all new results are late in the day, what no new result reaches is kept instead of computed again. What is final stays as it is. Latencies follow in fact.roll_up_latency.';

create or replace function fact.advance_watermark(up_to timestamptz) returns timestamptz
language sql volatile
begin atomic
    update fact.watermark as w
    set
        rolled_up_to = greatest(
            case when w.rolled_up_to <= now() then w.rolled_up_to end,
            date_trunc('second', least(up_to, now()))
        )
    returning w.rolled_up_to;
end;
comment on function fact.advance_watermark(timestamptz) is
'Says that results up to here, in whole seconds, are rolled up, and gives the watermark. It never goes back, and never beyond the clock of the database; where it lies beyond that, a clock was wrong, and it starts anew: else a period would count as over before it is.';
