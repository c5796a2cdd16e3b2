-- Results become spans: what each location saw, then the vote of the locations.

create or replace function fact.agrees(
    quorum text, votes bigint, covering bigint
) returns boolean
language sql immutable parallel safe
return votes > 0 and case quorum
    when 'any' then true
    when 'all' then votes >= covering
    else 2 * votes > covering
end;
comment on function fact.agrees(text, bigint, bigint) is
'True when so many votes of the locations that cover an instant decide it: strictly more than half (majority), any, or all.';

create or replace function fact.voted_spans(
    endpoints integer[], starts timestamptz, ends timestamptz
)
returns table (
    endpoint_id integer,
    up tstzmultirange,
    down tstzmultirange,
    certain_down tstzmultirange,
    possible_down tstzmultirange
)
language sql stable
begin atomic
    with cover as (
        select
            r.endpoint_id,
            r.location_id,
            r.outcome,
            tstzrange(
                r.first_at,
                case
                    when r.next_at <= r.last_at + 1.5 * r.every then r.next_at
                    else r.last_at + r.every
                end
            ) as covered,
            case
                when
                    r.outcome = 'down'
                    and r.next_known = 'down'
                    and r.next_known_at <= r.last_at + 1.5 * r.every
                    then tstzrange(r.first_at, r.next_known_at)
                when r.outcome = 'down' then tstzrange(r.first_at, r.last_at)
            end as certain,
            case
                when r.outcome = 'down' and r.next_known_at <= r.last_at + fact.reach()
                    then tstzrange(r.first_at, r.next_known_at)
                when r.outcome = 'down' then tstzrange(r.first_at, r.last_at)
                when r.next_known = 'down' and r.next_known_at <= r.last_at + fact.reach()
                    then tstzrange(r.last_at, r.next_known_at)
            end as possible
        from fact.runs(endpoints, starts - fact.reach(), ends + fact.reach()) as r
    ),
    island as (
        select
            c.endpoint_id,
            c.location_id,
            coalesce(range_agg(c.covered) filter (where c.outcome = 'up'), '{}') as up,
            coalesce(range_agg(c.covered) filter (where c.outcome = 'down'), '{}') as down,
            coalesce(range_agg(c.certain), '{}') as certain_down,
            coalesce(range_agg(c.possible) filter (where c.outcome <> 'unknown'), '{}')
            + coalesce(range_agg(c.covered) filter (where c.outcome = 'down'), '{}')
                as possible_down
        from cover as c
        group by c.endpoint_id, c.location_id
    ),
    lonely as (
        select i.endpoint_id from island as i group by i.endpoint_id having count(*) = 1
    ),
    edge as (
        select i.endpoint_id, e.at, e.covering, e.down, e.certain, e.possible
        from island as i
        cross join
            lateral (
                select lower(s), 1, 0, 0, 0 from unnest(i.up) as s
                union all
                select upper(s), -1, 0, 0, 0 from unnest(i.up) as s
                union all
                select lower(s), 1, 1, 0, 0 from unnest(i.down) as s
                union all
                select upper(s), -1, -1, 0, 0 from unnest(i.down) as s
                union all
                select lower(s), 0, 0, 1, 0 from unnest(i.certain_down) as s
                union all
                select upper(s), 0, 0, -1, 0 from unnest(i.certain_down) as s
                union all
                select lower(s), 0, 0, 0, 1 from unnest(i.possible_down) as s
                union all
                select upper(s), 0, 0, 0, -1 from unnest(i.possible_down) as s
                union all
                -- The quorum may change in between.
                select lower(v.valid), 0, 0, 0, 0 from fact.endpoint_version as v
                where v.endpoint_id = i.endpoint_id and not lower_inf(v.valid)
            ) as e (at, covering, down, certain, possible)
        where i.endpoint_id not in (select lonely.endpoint_id from lonely)
    ),
    tally as (
        select
            e.endpoint_id,
            e.at,
            tstzrange(e.at, lead(e.at) over so_far) as span,
            sum(sum(e.covering)) over so_far as covering,
            sum(sum(e.down)) over so_far as down,
            sum(sum(e.certain)) over so_far as certain,
            sum(sum(e.possible)) over so_far as possible
        from edge as e
        group by e.endpoint_id, e.at
        window so_far as (partition by e.endpoint_id order by e.at)
    ),
    voted as (
        select
            t.endpoint_id,
            t.span,
            t.covering > 0 and not fact.agrees(v.quorum, t.down::bigint, t.covering::bigint) as up,
            fact.agrees(v.quorum, t.down::bigint, t.covering::bigint) as down,
            fact.agrees(v.quorum, t.certain::bigint, t.covering::bigint) as certain_down,
            fact.agrees(v.quorum, t.possible::bigint, t.covering::bigint) as possible_down
        from tally as t
        inner join fact.endpoint_version as v
            on v.endpoint_id = t.endpoint_id and v.valid @> t.at
    ),
    state as (
        select i.endpoint_id, i.up, i.down, i.certain_down, i.possible_down
        from island as i
        where i.endpoint_id in (select lonely.endpoint_id from lonely)
        union all
        select
            i.endpoint_id,
            coalesce(range_agg(v.span) filter (where v.up), '{}'),
            coalesce(range_agg(v.span) filter (where v.down), '{}'),
            coalesce(range_agg(v.span) filter (where v.certain_down), '{}'),
            coalesce(range_agg(v.span) filter (where v.possible_down), '{}')
        from (
            select distinct i.endpoint_id from island as i
            except
            select l.endpoint_id from lonely as l
        ) as i
        -- Nobody voted where every result is unknown; the endpoint was measured all the same.
        left join voted as v on v.endpoint_id = i.endpoint_id and not upper_inf(v.span)
        group by i.endpoint_id
    )
    select
        s.endpoint_id,
        s.up * tstzmultirange(tstzrange(starts, ends)),
        s.down * tstzmultirange(tstzrange(starts, ends)),
        s.certain_down * tstzmultirange(tstzrange(starts, ends)),
        s.possible_down * tstzmultirange(tstzrange(starts, ends))
    from state as s;
end;
comment on function fact.voted_spans(integer[], timestamptz, timestamptz) is
'One row per endpoint that has results in or near the span: its state inside the span. Cover: a result holds until the next one when that comes within 1.5 intervals, else for one interval (nothing else is extrapolated). Down, certain_down (failed to failed) and possible_down (last good to first good) are voted on by the locations that cover the instant.';
