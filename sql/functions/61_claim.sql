-- What customers measured themselves, and what a service's state would be if they were right.

create or replace function fact.dispute_track(
    dispute_id integer, service_id integer, within tstzrange
)
returns table (up tstzmultirange, down tstzmultirange)
language sql stable parallel safe
begin atomic
    -- Materialized, and asked for as single values: the bounds would be computed for each result.
    with log as materialized (
        select
            d.every,
            1.5 * d.every as patience,
            within as span,
            lower(within) - 1.5 * d.every as since,
            upper(within) + 1.5 * d.every as until
        from fact.dispute as d
        where d.dispute_id = dispute_track.dispute_id
    ),
    told as (
        select
            r.at,
            r.outcome,
            lead(r.at) over (order by r.at) as next_at
        from fact.dispute_result as r
        where
            r.dispute_id = dispute_track.dispute_id
            and r.service_id = dispute_track.service_id
            and r.at > (select l.since from log as l)
            and r.at < (select l.until from log as l)
    ),
    cover as (
        select
            t.outcome,
            tstzrange(
                t.at,
                case
                    when t.next_at <= t.at + (select l.patience from log as l) then t.next_at
                    else t.at + (select l.every from log as l)
                end
            ) as span
        from told as t
    ),
    island as (
        select
            coalesce(range_agg(c.span) filter (where c.outcome = 'up'), '{}') as up,
            coalesce(range_agg(c.span) filter (where c.outcome = 'down'), '{}') as down
        from cover as c
    )
    select
        i.up * coalesce((select l.span::tstzmultirange from log as l), '{}'),
        i.down * coalesce((select l.span::tstzmultirange from log as l), '{}')
    from island as i;
end;
comment on function fact.dispute_track(integer, integer, tstzrange) is
'One row: when a customer''s log says that a service was up, and down, inside a span. Cover as of our own results: a result holds until the next one when that comes within 1.5 intervals of the log, else for one interval; nothing else is extrapolated.';

create or replace function fact.claimed_state(
    service_id integer, within tstzmultirange, corrected boolean, claim fact.claim
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
    with taken as (
        select
            s.*,
            coalesce(
                t.down * (
                    case
                        when 'down' = any((claim).taken)
                            then within - s.down - s.unknown - s.excluded
                        else '{}'
                    end
                    + case when 'unknown' = any((claim).taken) then s.unknown else '{}' end
                ),
                '{}'
            ) as became_down,
            coalesce(
                t.up * (
                    case when 'up' = any((claim).taken) then s.down else '{}' end
                    + case when 'unknown' = any((claim).taken) then s.unknown else '{}' end
                ),
                '{}'
            ) as became_up
        from fact.service_state(service_id, within, corrected) as s
        left join
            lateral fact.dispute_track(
                (claim).dispute_id, claimed_state.service_id, range_merge(within)
            ) as t
            on (claim).dispute_id is not null
    )
    select
        t.down - t.became_up + t.became_down,
        t.unknown - t.became_up - t.became_down,
        t.certain_down - t.became_up + t.became_down,
        t.possible_down - t.became_up + t.became_down,
        t.excluded,
        t.due_s,
        t.covered_s
    from taken as t;
end;
comment on function fact.claimed_state(integer, tstzmultirange, boolean, fact.claim) is
'fact.service_state, with what is taken of a customer''s log in the place of what we measured and corrected; without a claim, the same. What is taken is certain: it has no bounds. Time that corrections left out stays out.';
