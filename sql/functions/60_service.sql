-- The state of a service, from the roll-ups of its endpoints, in three-valued logic.

create or replace function fact.counted_spans(endpoint_id integer, during tstzmultirange)
returns tstzmultirange
language sql stable parallel safe
begin atomic
    with named as (
        select v.since, v.until
        from fact.endpoint_version as v
        where v.endpoint_id = counted_spans.endpoint_id
        order by v.valid desc
        limit 1
    ),
    measured as (
        select d.first_at
        from fact.endpoint_day as d
        where d.endpoint_id = counted_spans.endpoint_id and d.first_at is not null
        order by d.day
        limit 1
    ),
    bounds as materialized (
        select coalesce(n.since, (select m.first_at from measured as m)) as starts, n.until as ends
        from named as n
    )
    select
        case
            when b.starts is null or b.ends <= b.starts then '{}'
            else during * tstzmultirange(tstzrange(b.starts, b.ends))
        end
    from bounds as b;
end;
comment on function fact.counted_spans(integer, tstzmultirange) is
'The part of some spans in which an endpoint counts: from its since, else from its first result, to its until. Never measured and no since: it does not count.';

-- Views make it read as analysts do, row by row what they may see: much slower than the other.
create or replace function fact.counted(endpoint_id integer, during tstzmultirange)
returns tstzmultirange
language sql stable parallel safe
return fact.counted_spans(endpoint_id, during);
comment on function fact.counted(integer, tstzmultirange) is
'fact.counted_spans, for the views.';

create or replace function fact.doubt_left(
    possible tstzmultirange, down tstzmultirange, up tstzmultirange
) returns tstzmultirange
language sql immutable parallel safe
return case
    when isempty(down * up) then possible
    else
        possible - (
            select coalesce(range_agg(p.edge), '{}')
            from unnest(possible - down) as p (edge)
            where
                exists (select from unnest(down * up) as t (span) where t.span -|- p.edge)
                and not exists (select from unnest(down - up) as t (span) where t.span -|- p.edge)
        )
end;
comment on function fact.doubt_left(tstzmultirange, tstzmultirange, tstzmultirange) is
'When an endpoint was possibly down, without the edges of such downtime as a correction says was up: they were in doubt only because of it. An edge that other downtime touches stays.';

create or replace function fact.service_state(
    service_id integer, within tstzmultirange, corrected boolean default true
)
returns table (
    down tstzmultirange,
    unknown tstzmultirange,
    certain_down tstzmultirange,
    possible_down tstzmultirange,
    excluded tstzmultirange,
    due_s numeric,
    covered_s numeric
)
language sql stable parallel safe
begin atomic
    with near as (
        -- No edge of an outage reaches further from it.
        select tstzrange(lower(within) - fact.reach(), upper(within) + fact.reach()) as span
    ),
    days as (
        select
            (lower(n.span) at time zone 'UTC')::date as first_day,
            (upper(n.span) at time zone 'UTC')::date as last_day
        from near as n
    ),
    stated as materialized (
        select c.*
        from near as n
        cross join lateral fact.corrections_of(
            case when corrected then service_state.service_id end, null, n.span
        ) as c
    ),
    member as (
        select
            se.endpoint_id,
            fact.counted_spans(se.endpoint_id, range_agg(se.during) * within) as counted
        from fact.service_endpoint as se
        where se.service_id = service_state.service_id and not isempty(within)
        group by se.endpoint_id
    ),
    rolled as (
        select
            m.endpoint_id,
            m.counted,
            coalesce(range_agg(d.up), '{}') as up,
            coalesce(range_agg(d.down), '{}') as down,
            coalesce(range_agg(d.certain_down), '{}') as certain_down,
            coalesce(range_agg(d.possible_down), '{}') as possible_down
        from member as m
        cross join days as y
        left join fact.endpoint_day as d
            on d.endpoint_id = m.endpoint_id and d.day between y.first_day and y.last_day
        group by m.endpoint_id, m.counted
    ),
    repaired as (
        select
            r.counted as wanted,
            r.counted - c.excluded as counted,
            r.up - c.down - c.unknown + c.up as up,
            r.down - c.up - c.unknown + c.down as down,
            r.certain_down - c.up - c.unknown + c.down as certain_down,
            fact.doubt_left(r.possible_down, r.down, c.up + s.up) - c.up - c.unknown + c.down
                as possible_down
        from rolled as r
        cross join near as n
        cross join stated as s
        cross join lateral fact.corrections_of(
            null, case when corrected then r.endpoint_id end, n.span
        ) as c
    ),
    state as (
        select
            r.wanted,
            r.counted,
            r.counted * (r.up + r.down) as known,
            r.counted * r.down as down,
            r.counted * r.certain_down as certain,
            r.counted * r.possible_down + (r.counted - (r.up + r.down)) as doubtful
        from repaired as r
    ),
    edge as (
        select e.at, e.counted, e.known, e.down, e.certain, e.doubtful
        from state as s
        cross join
            lateral (
                select lower(p), 1, 0, 0, 0, 0 from unnest(s.counted) as p
                union all
                select upper(p), -1, 0, 0, 0, 0 from unnest(s.counted) as p
                union all
                select lower(p), 0, 1, 0, 0, 0 from unnest(s.known) as p
                union all
                select upper(p), 0, -1, 0, 0, 0 from unnest(s.known) as p
                union all
                select lower(p), 0, 0, 1, 0, 0 from unnest(s.down) as p
                union all
                select upper(p), 0, 0, -1, 0, 0 from unnest(s.down) as p
                union all
                select lower(p), 0, 0, 0, 1, 0 from unnest(s.certain) as p
                union all
                select upper(p), 0, 0, 0, -1, 0 from unnest(s.certain) as p
                union all
                select lower(p), 0, 0, 0, 0, 1 from unnest(s.doubtful) as p
                union all
                select upper(p), 0, 0, 0, 0, -1 from unnest(s.doubtful) as p
            ) as e (at, counted, known, down, certain, doubtful)
        union all
        -- The rule may change in between.
        select lower(v.valid), 0, 0, 0, 0, 0
        from fact.service_version as v
        where v.service_id = service_state.service_id and lower(v.valid) <@ within
    ),
    tally as (
        select
            e.at,
            tstzrange(e.at, lead(e.at) over so_far) as span,
            sum(sum(e.counted)) over so_far as counted,
            sum(sum(e.known)) over so_far as known,
            sum(sum(e.down)) over so_far as down,
            sum(sum(e.certain)) over so_far as certain,
            sum(sum(e.doubtful)) over so_far as doubtful
        from edge as e
        group by e.at
        window so_far as (order by e.at)
    ),
    ruled as (
        select
            t.*,
            case when v.every_endpoint then t.counted else coalesce(v.at_least, 1) end as needed
        from tally as t
        inner join fact.service_version as v
            on v.service_id = service_state.service_id and v.valid @> t.at
        where t.counted > 0
    ),
    decided as (
        select
            coalesce(range_agg(r.span), '{}') as counted,
            coalesce(range_agg(r.span) filter (where r.down >= r.needed), '{}') as down,
            coalesce(
                -- The unknown endpoints could not make it down.
                range_agg(r.span) filter (where r.down + r.counted - r.known < r.needed), '{}'
            ) as up,
            coalesce(range_agg(r.span) filter (where r.certain >= r.needed), '{}') as certain,
            coalesce(range_agg(r.span) filter (where r.doubtful >= r.needed), '{}') as doubtful
        from ruled as r
    ),
    measured as (
        select
            coalesce(sum(sla.seconds(s.counted)), 0) as due_s,
            coalesce(sum(sla.seconds(s.known)), 0) as covered_s,
            -- Where corrections left none of the endpoints.
            coalesce(range_agg(s.wanted), '{}') - coalesce(range_agg(s.counted), '{}')
                as left_out
        from state as s
    ),
    settled as (
        select
            d.down - c.up - c.unknown + c.down * within as down,
            d.up - c.down - c.unknown + c.up * within as up,
            d.certain - c.up - c.unknown + c.down * within as certain,
            d.doubtful + (within - d.counted) - c.up - c.unknown + (c.down + c.unknown) * within
                as possible,
            d.counted,
            m.left_out - c.up - c.down - c.unknown as excluded,
            m.due_s,
            m.covered_s
        from decided as d
        cross join measured as m
        cross join stated as c
    )
    select
        s.down,
        within - s.down - s.up - s.excluded,
        s.certain,
        s.possible - s.excluded,
        s.excluded,
        s.due_s + sla.seconds(within - s.counted - s.excluded),
        s.covered_s
    from settled as s;
end;
comment on function fact.service_state(integer, tstzmultirange, boolean) is
'When a service was down or unknown inside some spans; the rest it was up. Unknown only where the unknown endpoints could change the answer, and where none counts. certain_down and possible_down are the bounds that the sampling leaves; unknown endpoints are possibly down. excluded: corrections left none of its endpoints, and it is neither up nor unknown. due_s is the time that should have been measured, over the endpoints; covered_s the part that was. Corrections of endpoints, then of the service, are applied unless corrected is false.';
