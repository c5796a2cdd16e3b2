-- Results become spans: what each location saw, then the vote of the locations.

create or replace function fact.reach() returns interval
language sql immutable parallel safe
return interval '90 minutes';
comment on function fact.reach() is
'How far a result can matter to another: 1.5 times the longest interval an endpoint may have (1 h).';

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
    with sample as (
        select
            r.endpoint_id,
            r.location_id,
            r.at,
            r.outcome,
            v.every,
            lead(r.at) over track as next_at,
            lead(r.at) over known as next_known_at,
            lead(r.outcome) over known as next_known
        from fact.result as r
        inner join fact.endpoint_version as v
            on v.endpoint_id = r.endpoint_id and v.valid @> r.at
        where
            r.endpoint_id = any(endpoints)
            and r.at >= starts - fact.reach()
            and r.at < ends + fact.reach()
        window
            track as (partition by r.endpoint_id, r.location_id order by r.at),
            known as (
                partition by r.endpoint_id, r.location_id, r.outcome = 'unknown' order by r.at
            )
    ),
    cover as (
        select
            s.*,
            tstzrange(
                s.at,
                case when s.next_at <= s.at + 1.5 * s.every then s.next_at else s.at + s.every end
            ) as covered,
            tstzrange(s.at, s.next_known_at) as until_known,
            s.outcome <> 'unknown' and s.next_known_at <= s.at + 1.5 * s.every as followed,
            s.outcome <> 'unknown' and s.next_known_at <= s.at + fact.reach() as in_reach
        from sample as s
    ),
    island as (
        select
            c.endpoint_id,
            c.location_id,
            coalesce(range_agg(c.covered) filter (where c.outcome = 'up'), '{}') as up,
            coalesce(range_agg(c.covered) filter (where c.outcome = 'down'), '{}') as down,
            coalesce(
                range_agg(c.until_known)
                filter (where c.followed and c.outcome = 'down' and c.next_known = 'down'),
                '{}'
            ) as certain_down,
            coalesce(
                range_agg(c.until_known)
                filter (where c.in_reach and 'down' in (c.outcome, c.next_known)),
                '{}'
            ) + coalesce(range_agg(c.covered) filter (where c.outcome = 'down'), '{}')
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
