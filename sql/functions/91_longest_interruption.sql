-- The indicator longest interruption.

create or replace function fact.longest_interruption(
    contract text, scope text, period tstzrange, reading fact.reading
)
returns table (
    working_s numeric,
    elapsed_s numeric,
    limit_s numeric,
    verdict text,
    greatest_elapsed_s numeric
)
language sql stable parallel safe
begin atomic
    with terms as (
        select
            trim_scale(extract(epoch from v.interruption_max)) as limit_s,
            fact.read_as(v.interruption_calendar, reading) as calendar_id,
            v.join_within
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
        order by v.valid desc
        limit 1
    ),
    class as materialized (
        select
            coalesce(range_agg(c.unplanned), '{}') as unplanned,
            coalesce(range_agg(c.planned), '{}') as planned,
            coalesce(range_agg(c.exposed + c.unplanned), '{}') as worst
        from fact.outage_class(contract, scope, fact.checked(period), reading) as c
    ),
    -- As fact.outage has them.
    listed as materialized (
        select
            fact.interruption_s(t.calendar_id, p) as working_s,
            sla.seconds(p) as elapsed_s
        from terms as t
        cross join class as c
        cross join
            lateral fact.joined(c.unplanned, c.planned - c.unplanned, t.join_within) as p
        where p && period
    ),
    longest as (
        select l.working_s, l.elapsed_s
        from listed as l
        order by l.working_s desc, l.elapsed_s desc
        limit 1
    ),
    -- What could have been one interruption, had all that is unknown been down; whole, as
    -- outages are: a boundary hides nothing.
    worst as (
        select max(fact.interruption_s(t.calendar_id, p)) as working_s
        from terms as t
        cross join class as c
        cross join lateral fact.joined(c.worst, c.planned - c.worst, t.join_within) as p
        where p && period
    ),
    figure as (
        select
            coalesce((select l.working_s from longest as l), 0) as working_s,
            coalesce((select l.elapsed_s from longest as l), 0) as elapsed_s,
            coalesce((select max(l.elapsed_s) from listed as l), 0) as greatest_elapsed_s,
            (select t.limit_s from terms as t) as limit_s,
            coalesce((select w.working_s from worst as w), 0) as worst_s
    )
    select
        f.working_s,
        f.elapsed_s,
        f.limit_s,
        case
            when f.limit_s is null or a.committed_s = 0 then 'not_applicable'
            when not a.complete then 'running'
            when f.working_s > f.limit_s then 'missed'
            when f.worst_s > f.limit_s then 'not_provable'
            else 'met'
        end,
        f.greatest_elapsed_s
    from figure as f
    cross join fact.availability(contract, scope, period, reading) as a;
end;
comment on function fact.longest_interruption(text, text, tstzrange, fact.reading) is
'The row of sla.longest_interruption, under another reading of the contract.';

create or replace function sla.longest_interruption(contract text, scope text, period tstzrange)
returns table (
    working_s numeric,
    elapsed_s numeric,
    limit_s numeric,
    verdict text,
    greatest_elapsed_s numeric
)
language sql stable parallel safe
begin atomic
    select l.*
    from fact.longest_interruption(contract, scope, period, null::fact.reading) as l;
end;
comment on function sla.longest_interruption(text, text, tstzrange) is
'One row: the greatest working time of one outage that touches the period (LEN-02), the elapsed time of that outage, the plan''s limit and the verdict. greatest_elapsed_s: the elapsed time of the outage that lasted longest, which may be another one: a night outage has no working time. not_provable: unknown time next to it, or by itself, could have been longer than the limit.';
