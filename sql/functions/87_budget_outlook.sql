-- The error budgets of a month, a quarter and a year beside each other, and where they lead.

create or replace function fact.budget_outlook(contract text, scope text, at timestamptz)
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
    past_s numeric,
    begun timestamptz,
    versions bigint
)
language sql stable parallel safe
begin atomic
    with asked as materialized (
        select
            k.kind,
            k.place,
            l.known_until,
            fact.local_period(k.kind, d.day, fact.timezone(contract, d.day)) as span
        from (
            values (1, 'month'), (2, 'quarter'), (3, 'year')
        ) as k (place, kind)
        cross join
            lateral (select least(budget_outlook.at, sla.as_of()) as known_until) as l
        cross join
            lateral (
                select
                    fact.timezone(contract, (budget_outlook.at at time zone 'UTC')::date) as zone
            ) as z
        cross join
            lateral (
                -- Of the period that ends at the instant, not of the one that begins there.
                select
                    (
                        (fact.finite(budget_outlook.at) - interval '1 microsecond')
                        at time zone z.zone
                    )::date as day
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
            lateral fact.counted_class(
                contract, fact.known_scope(contract, scope), w.span, w.reading
            ) as c
        inner join fact.contract_version as v on v.version_id = c.version_id
        where c.scope = budget_outlook.scope
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
            sla.seconds(c.future * a.span::tstzmultirange) as future_s,
            sla.seconds(c.agreed * a.span::tstzmultirange) as agreed_s
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
            sum(m.future_s) as to_come_s,
            sum(m.agreed_s - m.future_s) as past_s,
            sum(m.down_s) filter (where m.target is not null) as used_s,
            sum((1 - m.target) * (m.up_s + m.down_s + m.future_s)) as budget_s
        from measured as m
        group by m.kind, m.place, m.span, m.known_until
    ),
    projected as (
        select
            s.*,
            greatest(
                lower(s.span),
                (
                    select min(lower(v.valid)) from fact.contract_version as v
                    where
                        v.contract_id = fact.contract_id(contract)
                        and v.replaced_at is null
                )
            ) as begun,
            -- As much downtime in each hour to come as in each hour that is over.
            case
                when s.past_s > 0
                    then
                        s.used_s + div(s.used_s * s.to_come_s, s.past_s)
                        + sign(mod(s.used_s * s.to_come_s, s.past_s))
            end as projected_s
        from summed as s
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
            when p.used_s <= p.budget_s and p.projected_s > p.budget_s and p.used_s > 0
                then p.begun + make_interval(
                    secs => div(
                        sla.seconds(tstzrange(p.begun, p.known_until)) * p.budget_s, p.used_s
                    )
                )
        end,
        sla.cut_percent(p.up_s + p.to_come_s, p.up_s + p.down_s + p.to_come_s),
        p.up_s,
        p.down_s,
        p.past_s,
        p.begun,
        p.versions
    from projected as p
    order by p.place;
end;
comment on function fact.budget_outlook(text, text, timestamptz) is
'The rows of sla.budget_outlook with what they are computed from. up_s, down_s: as the contract counts them. past_s: agreed time that is over. begun: from when on it is. versions: how many of the contract the period meets.';

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
    from fact.budget_outlook(contract, scope, budget_outlook.at) as b;
end;
comment on function sla.budget_outlook(text, text, timestamptz) is
'Three rows, month, quarter and year: the local periods of the contract that end at the instant or hold it, as they stood then; what was measured later is not in them. kind; starts, ends: UTC. known_until: the instant, or the roll-up where that is earlier. target, and percent so far, cut. budget_s: downtime that the target allows over the whole period; used_s of it so far, left_s, over_s beyond it, seconds; null without a target; used_percent, raised. to_come_s: agreed time that is not over. projected_s: what is used at the end if the agreed time to come is down as often as the agreed time that is over, whole seconds, raised; null before anything is over. projected_over_s: the same beyond the budget. used_up_at: when the budget is used up at this pace, UTC, by the clock; null: not in this period, or it is used up already. clean_percent: percent at the end if nothing is down any more, cut.';
