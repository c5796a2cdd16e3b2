-- How the error budget was used up.

create or replace function fact.budget_curve(contract text, scope text, period tstzrange)
returns table (
    at timestamptz, budget_used_s numeric, budget_left_s numeric, class text
)
language sql stable parallel safe
begin atomic
    with piece as (
        select
            c.unplanned,
            case when v.unknown = 'down' then c.unknown * c.exposed else '{}' end as presumed_down,
            v.target is not null as is_promised,
            bool_or(v.target is not null) over () as is_any_promised
        from fact.scope_class(contract, scope, fact.checked(period), null::fact.reading) as c
        inner join fact.contract_version as v on v.version_id = c.version_id
    ),
    spent as (
        select 'unplanned' as class, range_agg(p.unplanned) as spans
        from piece as p
        where p.is_promised = p.is_any_promised
        union all
        select 'unknown', range_agg(p.presumed_down)
        from piece as p
        where p.is_promised = p.is_any_promised
    ),
    part as (
        select s.class, p.span
        from spent as s
        cross join lateral unnest(s.spans) as p (span)
    ),
    -- No two parts overlap, so all that was used before a corner ended at or before it.
    corner as (
        select lower(p.span) as at, p.class, 0 as used_s from part as p
        union all
        select upper(p.span), null, sla.seconds(p.span) from part as p
        union all
        select lower(period), null, 0
        union all
        select greatest(lower(period), least(upper(period), sla.as_of())), null, 0
    ),
    used as (
        select
            c.at,
            sum(sum(c.used_s)) over (order by c.at) as used_s,
            max(c.class) as class
        from corner as c
        group by c.at
    )
    select
        u.at,
        trim_scale(u.used_s),
        trim_scale(greatest(a.budget_s - u.used_s, 0)),
        u.class
    from used as u
    cross join fact.availability(contract, scope, period, null::fact.reading) as a
    order by u.at;
end;
comment on function fact.budget_curve(text, text, tstzrange) is
'The rows of sla.budget_curve, with the rights of whoever asks.';

create or replace function sla.budget_curve(contract text, scope text, period tstzrange)
returns table (
    at timestamptz, budget_used_s numeric, budget_left_s numeric, class text
)
language sql stable parallel safe
begin atomic
    select b.* from fact.budget_curve(contract, scope, period) as b;
end;
comment on function sla.budget_curve(text, text, tstzrange) is
'One row per corner of the error budget''s burn-down: the period''s start, every start and end of time that used it up, and the end of what is known; straight lines between them are the exact curve. at: UTC. budget_used_s and budget_left_s: seconds used up to there, and left of the whole period''s budget, 0 when it is overdrawn, null without a target; the last row has those of sla.availability. class: what uses it up from there to the next row, unplanned, or unknown where the contract counts that as down; null: nothing.';
