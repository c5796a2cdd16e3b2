-- The SLAM chart (service level agreement monitoring): month by month, which promise was kept.

create or replace function fact.slam_months(contract text, period tstzrange, months integer)
returns table (
    scope text,
    indicator text,
    month date,
    mark text,
    percent text,
    complete boolean,
    up_s numeric,
    down_s numeric,
    committed_s numeric,
    used_s numeric,
    limit_s numeric,
    worst_s numeric,
    worst_limit_s numeric,
    unmeasured_s numeric
)
language sql stable parallel safe
begin atomic
    with local as (
        select
            -- A month that has not begun has no mark.
            fact.local_day(
                contract,
                least(
                    upper(fact.checked(period)),
                    -- Nothing may have been rolled up at all.
                    greatest(sla.as_of(), lower(period) + interval '1 microsecond')
                ) - interval '1 microsecond'
            )::timestamp as ends
    ),
    dated as materialized (
        select m.month::date as month, sla.period(contract, 'month', m.month::date) as span
        from local as l
        cross join
            lateral generate_series(
                date_trunc('month', l.ends) - (greatest(months, 1) - 1) * interval '1 month',
                date_trunc('month', l.ends),
                interval '1 month'
            ) as m (month)
    ),
    -- A week more, for the interruptions that cross an edge.
    reach as (
        select
            tstzrange(
                min(lower(d.span)) - interval '7 days',
                greatest(
                    max(upper(d.span)),
                    least(max(upper(d.span)) + interval '7 days', sla.as_of())
                )
            ) as span
        from dated as d
    ),
    class as materialized (
        select s.* from fact.counted_time(
            contract, null, (select r.span from reach as r), null::fact.reading
        ) as s
    ),
    solution as materialized (
        select
            range_agg(c.unplanned) as unplanned,
            range_agg(c.planned) as planned,
            range_agg(c.exposed + c.unplanned) as worst
        from class as c
        where c.scope = 'solution'
    ),
    terms as materialized (
        select distinct on (d.month)
            d.month,
            d.span,
            trim_scale(extract(epoch from v.interruption_max)) as limit_s,
            v.interruption_calendar as calendar_id,
            v.join_within
        from dated as d
        inner join fact.contract_version as v
            on v.contract_id = fact.contract_id(contract) and v.valid && d.span
        where v.replaced_at is null
        order by d.month asc, v.valid desc
    ),
    run as materialized (
        select g.join_within, w.is_worst, p.span
        from (select distinct t.join_within from terms as t) as g
        cross join solution as s
        cross join
            lateral (
                values (false, s.unplanned, s.planned), (true, s.worst, s.planned - s.worst)
            ) as w (is_worst, down, planned)
        cross join lateral fact.joined(w.down, w.planned, g.join_within) as p (span)
    ),
    lasting as (
        select
            t.month,
            t.limit_s,
            coalesce(max(n.working_s) filter (where not r.is_worst), 0) as longest_s,
            coalesce(max(n.working_s) filter (where r.is_worst), 0) as worst_s
        from terms as t
        left join run as r
            on
                r.join_within = t.join_within
                and r.span && t.span
                -- Working time is never longer than elapsed time: only these can change a mark.
                and sla.seconds(r.span) * 4 >= t.limit_s * 3
        left join lateral (select fact.interruption_s(t.calendar_id, r.span) as working_s) as n
            on r.span is not null
        where t.limit_s is not null
        group by t.month, t.limit_s
    ),
    summed as materialized (
        select
            d.month,
            upper(d.span) <= sla.as_of() as complete,
            c.scope,
            sum(n.up_s) as up_s,
            sum(n.down_s) as down_s,
            sum(n.unmeasured_s) as unmeasured_s,
            sum(n.up_s + n.down_s) filter (where v.target is not null) as committed_s,
            sum(n.down_s) filter (where v.target is not null) as used_s,
            sum(n.worst_s) filter (where v.target is not null) as worst_s,
            sum((1 - v.target) * (n.up_s + n.down_s + n.future_s)) as budget_s,
            sum((1 - v.target) * (n.up_s + n.worst_s)) as worst_budget_s
        from class as c
        inner join fact.contract_version as v on v.version_id = c.version_id
        inner join dated as d on d.span && v.valid
        cross join
            lateral (
                select
                    sla.seconds(c.counted_up * d.span::tstzmultirange) as up_s,
                    sla.seconds(c.counted_down * d.span::tstzmultirange) as down_s,
                    sla.seconds(c.worst_down * d.span::tstzmultirange) as worst_s,
                    sla.seconds(c.unmeasured * d.span::tstzmultirange) as unmeasured_s,
                    sla.seconds(c.future * d.span::tstzmultirange) as future_s
            ) as n
        group by d.month, d.span, c.scope
    ),
    indicator as (
        select
            u.scope,
            'availability' as indicator,
            u.month,
            u.complete,
            u.up_s,
            u.down_s,
            u.committed_s,
            u.used_s,
            u.budget_s as limit_s,
            u.worst_s,
            u.worst_budget_s as worst_limit_s,
            u.unmeasured_s,
            sla.cut_percent(u.up_s, u.up_s + u.down_s) as percent
        from summed as u
        where u.committed_s is not null
        union all
        select
            'solution',
            'longest interruption',
            u.month,
            u.complete,
            u.up_s,
            u.down_s,
            u.up_s + u.down_s,
            l.longest_s,
            l.limit_s,
            l.worst_s,
            l.limit_s as worst_limit_s,
            u.unmeasured_s,
            null
        from summed as u
        inner join lasting as l on l.month = u.month
        where u.scope = 'solution'
    )
    select
        i.scope,
        i.indicator,
        i.month,
        case
            when i.complete and i.committed_s = 0 then 'not_measurable'
            -- The limit is that of the whole month: no clean rest of it makes up for more.
            when i.used_s > i.limit_s then 'missed'
            when i.complete and i.worst_s > i.worst_limit_s then 'not_measurable'
            when i.used_s > 0 and i.used_s * 4 >= i.limit_s * 3 then 'at_risk'
            when not i.complete then 'running'
            else 'met'
        end,
        i.percent,
        i.complete,
        i.up_s,
        i.down_s,
        i.committed_s,
        i.used_s,
        i.limit_s,
        i.worst_s,
        i.worst_limit_s,
        i.unmeasured_s
    from indicator as i
    order by i.scope = 'solution' desc, i.scope asc, i.indicator asc, i.month asc;
end;
comment on function fact.slam_months(text, tstzrange, integer) is
'The rows of sla.slam with what their marks are made of: the month is over; up and down as the contract counts them; what of it was promised; what was used of the limit, the budget or the longest interruption; the same with unknown time as down; and the unknown time that counts as neither. An interruption shorter than three quarters of its limit is 0 here.';

create or replace function sla.slam(contract text, period tstzrange, months integer default 13)
returns table (
    scope text,
    indicator text,
    month date,
    mark text,
    percent text
)
language sql stable parallel safe
begin atomic
    select s.scope, s.indicator, s.month, s.mark, s.percent
    from fact.slam_months(contract, fact.checked(period), months) as s;
end;
comment on function sla.slam(text, tstzrange, integer) is
'The SLAM chart (service level agreement monitoring): one row per commitment and local month, for so many months up to the one in which the period ends, or the roll-up''s where that is earlier, but not before the one in which the period begins; key: scope, indicator, month. Only months in which the contract promises it. scope is solution or a service; indicator: availability, or the solution''s longest interruption. month: its first day. mark: met; missed: beyond the limit, also before the month is over, as no clean time makes up for it; at_risk: met, or running, with at least three quarters of the budget or of the longest interruption allowed used; not_measurable: over, and nothing was committed, or unknown time could make it missed; running: not over as of the roll-up. Of months that are over, the marks are those of sla.availability and sla.longest_interruption; an interruption is followed for a week beyond the chart. percent: the availability of the month, cut; null when nothing was committed, and for interruptions.';
