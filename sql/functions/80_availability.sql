-- The promised figure, its bounds and its verdict. Compared on exact numbers, cut for display.

create or replace function fact.measured(
    contract text,
    scope text,
    period tstzrange,
    reading fact.reading
)
returns table (
    version_id integer,
    target numeric,
    agreed_s numeric,
    future_s numeric,
    excluded_s numeric,
    planned_s numeric,
    unplanned_s numeric,
    unknown_s numeric,
    up_s numeric,
    counted_up_s numeric,
    counted_down_s numeric,
    worst_down_s numeric,
    low_up_s numeric,
    low_down_s numeric,
    high_up_s numeric,
    high_down_s numeric,
    due_s numeric,
    covered_s numeric
)
language sql stable parallel safe
begin atomic
    with terms as (
        select
            v.version_id,
            v.target,
            coalesce((reading).maintenance, v.maintenance) as maintenance,
            coalesce((reading).unknown, v.unknown) as unknown
        from fact.contract_version as v
        where v.contract_id = fact.contract_id(contract)
    ),
    classed as (
        select
            c.*,
            t.target,
            c.unplanned + c.exposed as worst,
            c.unplanned + c.possible as low_down,
            -- Planned time that the contract counts as up.
            case when t.maintenance = 'up' then c.planned else '{}' end as maintained,
            case when t.unknown = 'up' then c.unknown else '{}' end as presumed_up,
            case when t.unknown = 'down' then c.unknown * c.exposed else '{}' end as presumed_down,
            t.unknown = 'neither' as unknown_is_neither
        from fact.scope_class(contract, scope, period, reading) as c
        inner join terms as t on t.version_id = c.version_id
    )
    select
        c.version_id,
        c.target,
        sla.seconds(c.agreed),
        sla.seconds(c.future),
        sla.seconds(c.excluded),
        sla.seconds(c.planned),
        sla.seconds(c.unplanned),
        sla.seconds(c.unknown),
        sla.seconds(c.up),
        sla.seconds(c.up + c.maintained + c.presumed_up),
        sla.seconds(c.unplanned + c.presumed_down),
        case
            when c.unknown_is_neither then sla.seconds(c.worst)
            else sla.seconds(c.unplanned + c.presumed_down)
        end,
        sla.seconds(c.up + c.maintained - c.low_down),
        sla.seconds(c.low_down),
        sla.seconds(c.up + c.maintained + c.unknown + (c.unplanned - c.certain)),
        sla.seconds(c.certain),
        c.due_s,
        c.covered_s
    from classed as c;
end;
comment on function fact.measured(text, text, tstzrange, fact.reading) is
'One row per contract version in the period: the seconds of each class, and the up and down seconds under the contract''s policies (counted), with unknown as down (worst), and at the bounds (low, high). reading: the contract read otherwise than agreed.';

create or replace function fact.availability(
    contract text,
    scope text,
    period tstzrange,
    reading fact.reading
)
returns table (
    period_s numeric,
    outside_s numeric,
    excluded_s numeric,
    planned_s numeric,
    unplanned_s numeric,
    unknown_s numeric,
    up_s numeric,
    committed_s numeric,
    ratio numeric,
    percent text,
    low text,
    high text,
    coverage text,
    target numeric,
    budget_s numeric,
    budget_used_s numeric,
    verdict text,
    confidence text,
    budget_left_s numeric,
    budget_used_percent text,
    budget_over_s numeric,
    future_s numeric,
    unmeasured_s numeric,
    complete boolean
)
language sql stable parallel safe
begin atomic
    with piece as (
        select m.*
        from fact.measured(contract, scope, period, reading) as m
    ),
    total as (
        select
            sla.seconds(fact.checked(period)) as period_s,
            upper(period) <= sla.as_of() as complete,
            coalesce(sum(m.agreed_s), 0) as agreed_s,
            coalesce(sum(m.future_s), 0) as future_s,
            coalesce(sum(m.excluded_s), 0) as excluded_s,
            coalesce(sum(m.planned_s), 0) as planned_s,
            coalesce(sum(m.unplanned_s), 0) as unplanned_s,
            coalesce(sum(m.unknown_s), 0) as unknown_s,
            coalesce(sum(m.up_s), 0) as up_s,
            coalesce(sum(m.counted_up_s), 0) as counted_up_s,
            coalesce(sum(m.counted_down_s), 0) as counted_down_s,
            coalesce(sum(m.low_up_s), 0) as low_up_s,
            coalesce(sum(m.low_down_s), 0) as low_down_s,
            coalesce(sum(m.high_up_s), 0) as high_up_s,
            coalesce(sum(m.high_down_s), 0) as high_down_s,
            coalesce(sum(m.due_s), 0) as due_s,
            coalesce(sum(m.covered_s), 0) as covered_s
        from piece as m
    ),
    -- Of the versions that promise something. Each allows its own target's share of its own time.
    promised as (
        select
            sum(m.counted_up_s + m.counted_down_s) as committed_s,
            sum(m.future_s) as future_s,
            sum(m.counted_down_s) as down_s,
            sum(m.worst_down_s) as worst_down_s,
            sum(m.low_down_s) as low_down_s,
            sum(m.high_down_s) as high_down_s,
            sum((1 - m.target) * (m.counted_up_s + m.counted_down_s)) as allowed_s,
            sum((1 - m.target) * (m.counted_up_s + m.counted_down_s + m.future_s)) as budget_s,
            sum((1 - m.target) * (m.counted_up_s + m.worst_down_s)) as worst_allowed_s,
            sum((1 - m.target) * (m.low_up_s + m.low_down_s)) as low_allowed_s,
            sum((1 - m.target) * (m.high_up_s + m.high_down_s)) as high_allowed_s
        from piece as m
        where m.target is not null
    ),
    latest as (
        select v.target
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && period
            and exists (
                select from fact.contract_service as cs
                inner join fact.service as s on s.service_id = cs.service_id
                where
                    cs.version_id = v.version_id
                    and case when scope = 'solution' then cs.essential else s.key = scope end
            )
        order by v.valid desc
        limit 1
    ),
    judged as (
        select
            t.*,
            trim_scale(p.budget_s) as budget_s,
            t.counted_up_s + t.counted_down_s as committed_s,
            -- Nothing promised at all: what is used up is shown, of no budget.
            trim_scale(coalesce(p.down_s, t.counted_down_s)) as budget_used_s,
            case
                when coalesce(p.committed_s + p.future_s, 0) = 0 then 'not_applicable'
                when not t.complete then 'running'
                when p.committed_s = 0 then 'not_applicable'
                when p.down_s > p.allowed_s then 'missed'
                when p.worst_down_s > p.worst_allowed_s then 'not_provable'
                else 'met'
            end as verdict,
            case
                when coalesce(p.committed_s, 0) = 0 then null
                when p.low_down_s > p.low_allowed_s and p.high_down_s <= p.high_allowed_s
                    then 'within_uncertainty'
                else 'clear'
            end as confidence
        from total as t
        cross join promised as p
    )
    select
        j.period_s,
        j.period_s - j.agreed_s,
        j.excluded_s,
        j.planned_s,
        j.unplanned_s,
        j.unknown_s + j.future_s,
        j.up_s,
        j.committed_s,
        j.counted_up_s / nullif(j.committed_s, 0),
        sla.cut_percent(j.counted_up_s, j.committed_s),
        sla.cut_percent(j.low_up_s, j.low_up_s + j.low_down_s),
        sla.cut_percent(j.high_up_s, j.high_up_s + j.high_down_s),
        sla.cut_percent(j.covered_s, j.due_s),
        (select l.target from latest as l),
        j.budget_s,
        j.budget_used_s,
        j.verdict,
        j.confidence,
        trim_scale(greatest(j.budget_s - j.budget_used_s, 0)),
        sla.raised_percent(j.budget_used_s, j.budget_s),
        trim_scale(greatest(j.budget_used_s - j.budget_s, 0)),
        j.future_s,
        j.unknown_s,
        j.complete
    from judged as j;
end;
comment on function fact.availability(text, text, tstzrange, fact.reading) is
'One row: sla.availability, with or without corrections, under the contract''s own words (the last two null) or another maintenance convention and unknown policy.';

create or replace function sla.availability(contract text, scope text, period tstzrange)
returns table (
    period_s numeric,
    outside_s numeric,
    excluded_s numeric,
    planned_s numeric,
    unplanned_s numeric,
    unknown_s numeric,
    up_s numeric,
    committed_s numeric,
    ratio numeric,
    percent text,
    low text,
    high text,
    coverage text,
    target numeric,
    budget_s numeric,
    budget_used_s numeric,
    verdict text,
    confidence text,
    budget_left_s numeric,
    budget_used_percent text,
    budget_over_s numeric,
    future_s numeric,
    unmeasured_s numeric,
    complete boolean
)
language sql stable parallel safe
begin atomic
    select a.* from fact.availability(contract, scope, period, null::fact.reading) as a;
end;
comment on function sla.availability(text, text, tstzrange) is
'One row: the availability of a contract''s scope over a period. Seconds are exact; period_s = outside_s + excluded_s + planned_s + unplanned_s + unknown_s + up_s. committed_s = up + unplanned, unknown and planned time added where the contract counts them. percent is cut to 4 decimals; null when nothing was committed. low and high: with possible_down and unknown as down, with certain_down and unknown as up. coverage: share of the due time of the endpoints that was measured, each endpoint by itself, also where the others decide. budget_s is what the target allows over the whole period, also while it runs; where terms change inside it, each version allows its own target''s share of its own time, and time without a target counts neither in the budget nor in the verdict. target is that of the latest version that covers the scope. verdict: met, missed, not_provable, not_applicable or running; confidence: clear or within_uncertainty. unknown_s = unmeasured_s, which is over, + future_s, which is not. Effective corrections are applied.';
