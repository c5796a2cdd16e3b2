-- The error budgets of a month, a quarter and a year beside each other, and where they lead.

create or replace function fact.outlook(contract text, scope text, at timestamptz)
returns table (
    kind text,
    starts timestamptz,
    ends timestamptz,
    known_until timestamptz,
    target numeric,
    percent text,
    budget_s numeric,
    used_s numeric,
    left_s numeric,
    over_s numeric,
    used_percent text,
    to_come_s numeric,
    projected_s numeric,
    projected_over_s numeric,
    used_up_at timestamptz,
    clean_percent text,
    up_s numeric,
    down_s numeric,
    unmeasured_s numeric,
    pace_up_s numeric,
    pace_down_s numeric,
    promised_to_come_s numeric,
    comes_until timestamptz,
    versions bigint
)
language sql stable parallel safe
begin atomic
    with asked as materialized (
        select
            k.kind,
            k.place,
            l.known_until,
            sla.period(contract, k.kind, d.day) as span
        from (
            values (1, 'month'), (2, 'quarter'), (3, 'year')
        ) as k (place, kind)
        cross join
            lateral (select least(outlook.at, sla.as_of()) as known_until) as l
        cross join
            lateral (
                -- Of the period that ends at the instant, not of the one that begins there.
                select
                    fact.local_day(
                        contract, fact.finite(outlook.at) - interval '1 microsecond'
                    ) as day
            ) as d
    ),
    -- At once for the longest of them; the others are cut from it.
    class as materialized (
        select c.*, v.valid, v.target
        from (
            select
                range_merge(range_agg(a.span)) as span,
                (null, null, null, null, null, null, min(a.known_until), null)::fact.reading
                    as reading
            from asked as a
        ) as w
        cross join
            lateral fact.counted_time(
                contract, fact.known_scope(contract, scope), w.span, w.reading
            ) as c
        inner join fact.contract_version as v on v.version_id = c.version_id
        where c.scope = outlook.scope
    ),
    measured as materialized (
        select
            a.kind,
            a.place,
            a.span,
            a.known_until,
            c.version_id,
            c.target,
            sla.seconds(c.counted_up * a.span::tstzmultirange) as up_s,
            sla.seconds(c.counted_down * a.span::tstzmultirange) as down_s,
            sla.seconds(c.unmeasured * a.span::tstzmultirange) as unmeasured_s,
            c.future * a.span::tstzmultirange as future
        from asked as a
        inner join class as c on c.valid && a.span
    ),
    summed as materialized (
        select
            m.kind,
            m.place,
            m.span,
            m.known_until,
            (array_agg(m.target order by m.version_id desc) filter (where m.target is not null))[1]
                as target,
            count(*) as versions,
            sum(m.up_s) as up_s,
            sum(m.down_s) as down_s,
            sum(sla.seconds(m.future)) as to_come_s,
            sum(m.down_s) filter (where m.target is not null) as used_s,
            sum(m.unmeasured_s) filter (where m.target is not null) as unmeasured_s,
            sum(sla.seconds(m.future)) filter (where m.target is not null) as promised_to_come_s,
            max(upper(m.future)) filter (where m.target is not null) as comes_until,
            sum((1 - m.target) * (m.up_s + m.down_s + sla.seconds(m.future))) as budget_s
        from measured as m
        group by m.kind, m.place, m.span, m.known_until
    ),
    -- One pace for all rows, that of the year: at paces of their own a month could lead to more
    -- downtime than the year that holds it.
    paced as (
        select
            s.*,
            sum(s.up_s) filter (where s.kind = 'year') over () as pace_up_s,
            sum(s.down_s) filter (where s.kind = 'year') over () as pace_down_s
        from summed as s
    ),
    projected as (
        select
            p.*,
            case
                when p.pace_s > 0
                    then
                        p.used_s + div(p.pace_down_s * p.promised_to_come_s, p.pace_s)
                        + sign(mod(p.pace_down_s * p.promised_to_come_s, p.pace_s))
            end as projected_s
        from (select s.*, s.pace_up_s + s.pace_down_s as pace_s from paced as s) as p
    )
    select
        p.kind,
        lower(p.span),
        upper(p.span),
        p.known_until,
        p.target,
        sla.cut_percent(p.up_s, p.up_s + p.down_s),
        trim_scale(p.budget_s),
        trim_scale(p.used_s),
        trim_scale(greatest(p.budget_s - p.used_s, 0)),
        trim_scale(greatest(p.used_s - p.budget_s, 0)),
        sla.raised_percent(p.used_s, p.budget_s),
        p.to_come_s,
        trim_scale(p.projected_s),
        trim_scale(greatest(p.projected_s - p.budget_s, 0)),
        case
            when p.used_s <= p.budget_s and p.projected_s > p.budget_s
                then least(
                    p.comes_until,
                    p.known_until + make_interval(
                        secs => div(
                            sla.seconds(tstzrange(p.known_until, p.comes_until))
                            * (p.budget_s - p.used_s) * p.pace_s,
                            p.pace_down_s * p.promised_to_come_s
                        )
                    )
                )
        end,
        sla.cut_percent(p.up_s + p.to_come_s, p.up_s + p.down_s + p.to_come_s),
        p.up_s,
        p.down_s,
        p.unmeasured_s,
        p.pace_up_s,
        p.pace_down_s,
        p.promised_to_come_s,
        p.comes_until,
        p.versions
    from projected as p
    order by p.place;
end;
comment on function fact.outlook(text, text, timestamptz) is
'The rows of sla.budget_outlook with what they are computed from. up_s, down_s: as the contract counts them; pace_up_s, pace_down_s: those of the year. unmeasured_s: unknown time under a target that counts as neither, and so allows nothing. promised_to_come_s: the part of to_come_s that has a target; comes_until: when it ends. versions: how many of the contract the period meets.';

create or replace function sla.budget_outlook(contract text, scope text, at timestamptz)
returns table (
    kind text,
    starts timestamptz,
    ends timestamptz,
    known_until timestamptz,
    target numeric,
    percent text,
    budget_s numeric,
    used_s numeric,
    left_s numeric,
    over_s numeric,
    used_percent text,
    to_come_s numeric,
    projected_s numeric,
    projected_over_s numeric,
    used_up_at timestamptz,
    clean_percent text
)
language sql stable parallel safe
begin atomic
    select
        b.kind,
        b.starts,
        b.ends,
        b.known_until,
        b.target,
        b.percent,
        b.budget_s,
        b.used_s,
        b.left_s,
        b.over_s,
        b.used_percent,
        b.to_come_s,
        b.projected_s,
        b.projected_over_s,
        b.used_up_at,
        b.clean_percent
    from fact.outlook(contract, scope, budget_outlook.at) as b;
end;
comment on function sla.budget_outlook(text, text, timestamptz) is
'Three rows, month, quarter and year: the local periods of the contract that end at the instant or hold it, as they stood then; what was measured later is not in them. kind; starts, ends: UTC. known_until: the instant, or the roll-up where that is earlier. target, and percent so far, cut. budget_s: downtime that the target allows over the whole period, without what was not measured; used_s of it so far, left_s, over_s beyond it, seconds; null without a target; used_percent, raised. to_come_s: agreed time that is not over. projected_s: what is used at the end if the agreed time to come is down as often as the measured time of the year so far, the same pace in all three rows, whole seconds, raised; null before anything of the year was measured. projected_over_s: the same beyond the budget. used_up_at: when the budget is used up at this pace, UTC, by the clock; null: not in this period, or it is used up already. clean_percent: percent at the end if nothing is down any more, cut.';
