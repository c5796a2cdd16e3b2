-- How far a customer's own log and ours agree, and what theirs would come to.

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
