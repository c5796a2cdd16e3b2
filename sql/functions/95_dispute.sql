-- A customer's own log beside ours: where both agree, where not, and what it would come to.

create or replace function fact.dispute_id(dispute text) returns integer
language plpgsql stable parallel safe
as $$
declare
    found_id integer;
begin
    select d.dispute_id into found_id from fact.dispute as d where d.key = dispute;
    if found_id is null then
        raise exception 'dispute "%": there is none of this key', dispute
            using hint = 'Disputes: ' || coalesce(
                (select string_agg(d.key, ', ' order by d.key) from fact.dispute as d), 'none'
            );
    end if;
    return found_id;
end
$$;
comment on function fact.dispute_id(text) is 'The dispute of this key; an error when there is none.';

create or replace function sla.dispute_track(dispute text, service text, period tstzrange)
returns table (up tstzmultirange, down tstzmultirange)
language sql stable parallel safe
begin atomic
    select t.up, t.down
    from fact.service as s
    cross join
        lateral fact.dispute_track(
            fact.dispute_id(dispute), s.service_id, fact.checked(period)
        ) as t
    where s.key = dispute_track.service;
end;
comment on function sla.dispute_track(text, text, tstzrange) is
'One row: when the customer''s log says that a service was up, and down, inside the period. A result holds until the next one when that comes within 1.5 intervals of the log, else for one interval; nothing else is extrapolated. No row for a service that does not exist.';

create or replace function fact.dispute_log(dispute text, period tstzrange)
returns table (
    dispute_id integer, contract text, service_id integer, service text, span tstzrange
)
language sql stable parallel safe
begin atomic
    select
        d.dispute_id,
        c.key as contract,
        s.service_id,
        s.key as service,
        tstzrange(min(r.at), max(r.at) + d.every) * fact.checked(period)
    from fact.dispute as d
    inner join fact.contract as c on c.contract_id = d.contract_id
    inner join fact.dispute_result as r on r.dispute_id = d.dispute_id
    inner join fact.service as s on s.service_id = r.service_id
    where d.dispute_id = fact.dispute_id(dispute)
    group by d.dispute_id, c.key, d.every, s.service_id
    having tstzrange(min(r.at), max(r.at) + d.every) && fact.checked(period);
end;
comment on function fact.dispute_log(text, tstzrange) is
'One row per service of a customer''s log: the part of the period between its first result and the end of its last one.';

create or replace function fact.dispute_ours(dispute text, period tstzrange)
returns table (service text, class text, said text, spans tstzmultirange)
language sql stable parallel safe
begin atomic
    with log as (
        select
            l.*,
            l.service_id in (
                select cs.service_id
                from fact.contract_version as v
                inner join fact.contract_service as cs on cs.version_id = v.version_id
                where v.contract_id = fact.contract_id(l.contract) and v.replaced_at is null
            ) as covered
        from fact.dispute_log(dispute, period) as l
    ),
    classed as (
        select l.service_id, l.service, t.class, range_agg(t.span) as spans
        from log as l
        cross join lateral sla.timeline(l.contract, l.service, l.span) as t
        where l.covered
        group by l.service_id, l.service, t.class
        union all
        -- The contract was worded anew, without it.
        select l.service_id, l.service, 'outside', tstzmultirange(l.span)
        from log as l
        where not l.covered
    ),
    -- Planned may be up or down: what was measured tells.
    measured as (
        select c.service, c.spans * s.down as down, c.spans * s.unknown as unknown, c.spans
        from classed as c
        cross join
            lateral fact.service_state(c.service_id, c.spans, true) as s
        where c.class = 'planned'
    )
    select
        c.service,
        c.class,
        case c.class when 'up' then 'up' when 'unplanned' then 'down' end,
        c.spans
    from classed as c
    where c.class <> 'planned'
    union all
    select m.service, 'planned', w.said, w.spans
    from measured as m
    cross join
        lateral (
            values
            ('down', m.down),
            ('up', m.spans - m.down - m.unknown),
            (null, m.unknown)
        ) as w (said, spans);
end;
comment on function fact.dispute_ours(text, tstzrange) is
'One row per service of a customer''s log, class of sla.timeline and state that we measured: when it was so, inside the time of the log. said: up or down; null where there is nothing to compare, because the time is unknown, excluded or outside.';

create or replace function sla.dispute_difference(dispute text, period tstzrange)
returns table (
    service text,
    span tstzrange,
    ours text,
    theirs text,
    agrees boolean,
    first_line integer,
    last_line integer,
    reasons text
)
language sql stable parallel safe
begin atomic
    with log as materialized (
        select l.*, t.up, t.down
        from fact.dispute_log(dispute, period) as l
        cross join lateral fact.dispute_track(l.dispute_id, l.service_id, l.span) as t
    ),
    cell as (
        select
            l.dispute_id,
            l.service_id,
            l.service,
            o.class,
            w.theirs,
            case when w.theirs <> 'unknown' then w.theirs = o.said end as agrees,
            unnest(o.spans * w.spans) as span
        from log as l
        inner join fact.dispute_ours(dispute, period) as o on o.service = l.service
        cross join
            lateral (
                values
                ('up', l.up),
                ('down', l.down),
                ('unknown', tstzmultirange(l.span) - l.up - l.down)
            ) as w (theirs, spans)
    )
    select
        c.service,
        c.span,
        c.class,
        c.theirs,
        c.agrees,
        r.first_line,
        r.last_line,
        r.reasons
    from cell as c
    cross join
        lateral (
            select
                min(r.line) as first_line,
                max(r.line) as last_line,
                string_agg(distinct r.reason, ', ' order by r.reason) as reasons
            from fact.dispute_result as r
            where
                c.theirs <> 'unknown'
                and r.dispute_id = c.dispute_id
                and r.service_id = c.service_id
                and r.at < upper(c.span)
                -- The one that speaks for the beginning of the span may have come before it.
                and r.at >= (
                    select max(b.at)
                    from fact.dispute_result as b
                    where
                        b.dispute_id = c.dispute_id
                        and b.service_id = c.service_id
                        and b.at <= lower(c.span)
                )
        ) as r
    order by c.service, c.span;
end;
comment on function sla.dispute_difference(text, tstzrange) is
'One row per service and span of a customer''s log inside the period; the spans of a service partition the time from its first result to the end of its last one. ours: class of sla.timeline of the service. theirs: up, down, or unknown where the log has a hole. agrees: whether both say up, or both down, as measured and corrected (planned time may be either); null where one of both does not know, or the time does not count: outside, excluded. first_line and last_line: of the file, of the results that speak for the span, as they are ordered there; reasons: theirs, each once; null: none.';

create or replace function sla.dispute_summary(dispute text, period tstzrange)
returns table (
    service text,
    told_s numeric,
    compared_s numeric,
    agree_s numeric,
    agree_percent text,
    ours_down_s numeric,
    theirs_down_s numeric,
    ours_unknown_s numeric,
    theirs_unknown_s numeric,
    uncounted_s numeric,
    spans bigint
)
language sql stable parallel safe
begin atomic
    with piece as (
        select
            d.service,
            sla.seconds(d.span) as s,
            case
                when d.ours in ('outside', 'excluded') then 'uncounted'
                when d.agrees then 'agree'
                when not d.agrees and d.theirs = 'up' then 'ours_down'
                when not d.agrees then 'theirs_down'
                when d.theirs = 'unknown' then 'theirs_unknown'
                else 'ours_unknown'
            end as kind
        from sla.dispute_difference(dispute, period) as d
    ),
    total as (
        select
            p.service,
            coalesce(sum(p.s), 0) as told,
            coalesce(sum(p.s) filter (where p.kind = 'agree'), 0) as agree,
            coalesce(sum(p.s) filter (where p.kind = 'ours_down'), 0) as ours_down,
            coalesce(sum(p.s) filter (where p.kind = 'theirs_down'), 0) as theirs_down,
            coalesce(sum(p.s) filter (where p.kind = 'ours_unknown'), 0) as ours_unknown,
            coalesce(sum(p.s) filter (where p.kind = 'theirs_unknown'), 0) as theirs_unknown,
            coalesce(sum(p.s) filter (where p.kind = 'uncounted'), 0) as uncounted,
            count(*) filter (where p.kind in ('ours_down', 'theirs_down')) as spans
        from piece as p
        group by grouping sets ((p.service), ())
    )
    select
        t.service,
        t.told,
        t.agree + t.ours_down + t.theirs_down,
        t.agree,
        sla.cut_percent(t.agree, t.agree + t.ours_down + t.theirs_down),
        t.ours_down,
        t.theirs_down,
        t.ours_unknown,
        t.theirs_unknown,
        t.uncounted,
        t.spans
    from total as t
    order by t.service nulls last;
end;
comment on function sla.dispute_summary(text, tstzrange) is
'One row per service of a customer''s log, and one of all together (service null; the time of each service counts). Seconds inside the period: told_s, from the first result of the log to the end of the last, = agree_s + ours_down_s (we say down, they say up) + theirs_down_s (the reverse) + ours_unknown_s (they measured, we did not) + theirs_unknown_s (the log has a hole) + uncounted_s (outside the contract or its hours, or excluded). compared_s = agree_s + ours_down_s + theirs_down_s. agree_percent: agree_s of compared_s, cut; null when nothing can be compared. spans: how many spans differ.';

create or replace function sla.dispute_effect(dispute text, scope text, period tstzrange)
returns table (
    taken text,
    percent text,
    unplanned_s numeric,
    unplanned_more_s numeric,
    planned_s numeric,
    unknown_s numeric,
    committed_s numeric,
    budget_s numeric,
    budget_used_s numeric,
    target numeric,
    verdict text,
    confidence text
)
language sql stable parallel safe
begin atomic
    with log as (
        select d.dispute_id, c.key as contract
        from fact.dispute as d
        inner join fact.contract as c on c.contract_id = d.contract_id
        where d.dispute_id = fact.dispute_id(dispute)
    ),
    choice as (
        select
            c.place,
            c.taken,
            (
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                (case when c.words <> '{}' then l.dispute_id end, c.words)::fact.claim
            )::fact.reading as as_read,
            l.contract
        from log as l
        cross join
            (
                values
                (1, 'nothing', '{}'::text[]),
                (2, 'down', '{down}'),
                (3, 'up', '{up}'),
                (4, 'down and up', '{down,up}'),
                (5, 'everything', '{down,up,unknown}')
            ) as c (place, taken, words)
    )
    select
        c.taken,
        a.percent,
        a.unplanned_s,
        a.unplanned_s - first_value(a.unplanned_s) over (order by c.place),
        a.planned_s,
        a.unknown_s,
        a.committed_s,
        a.budget_s,
        a.budget_used_s,
        a.target,
        a.verdict,
        a.confidence
    from choice as c
    cross join
        lateral fact.availability(c.contract, scope, fact.checked(period), c.as_read) as a
    order by c.place;
end;
comment on function sla.dispute_effect(text, text, tstzrange) is
'One row per way of taking a customer''s log: what the availability of their contract''s scope would be, by the same rules, hours and windows. taken: nothing (the row of sla.availability); down (they are right where they say down and we say up); up (the reverse); down and up (both); everything (both, and where we do not know). unplanned_more_s: how much more unplanned downtime than in the first row, negative when less. The other columns are those of sla.availability. It changes no figure.';
