-- The figure of every contract and scope, by local day, month, quarter and year.

create or replace view fact.scope_period as
with scope as (
    select c.contract_id, c.key as contract, 'solution' as scope
    from fact.contract as c
    union
    select c.contract_id, c.key as contract, s.key as scope
    from fact.contract as c
    inner join fact.contract_version as v
        on v.contract_id = c.contract_id and v.replaced_at is null
    inner join fact.contract_service as cs on cs.version_id = v.version_id
    inner join fact.service as s on s.service_id = cs.service_id
),
life as (
    select
        c.contract_id,
        fact.local_day(c.key, min(lower(v.valid)))::timestamp as starts,
        -- A period that begins as the contract or the roll-up ends has nothing to tell.
        fact.local_day(
            c.key,
            max(least(coalesce(upper(v.valid), 'infinity'), sla.as_of())) - interval '1 microsecond'
        )::timestamp as ends
    from fact.contract as c
    inner join fact.contract_version as v on v.contract_id = c.contract_id
    where v.replaced_at is null
    group by c.contract_id, c.key
)
select s.contract, s.scope, k.kind, d.day::date as day
from scope as s
inner join life as l on l.contract_id = s.contract_id
cross join (
    values
    ('day', interval '1 day'),
    ('month', interval '1 month'),
    ('quarter', interval '3 months'),
    ('year', interval '1 year')
) as k (kind, step)
cross join
    lateral generate_series(date_trunc(k.kind, l.starts), l.ends, k.step) as d (day)
where isfinite(l.ends);
comment on view fact.scope_period is
'One row per contract, scope, kind and local period since the contract began, up to the roll-up.';

create or replace view sla.availability_day as
select p.contract, p.scope, p.day, a.*
from fact.scope_period as p
cross join lateral (select sla.period(p.contract, 'day', p.day) as span) as d
cross join lateral sla.availability(p.contract, p.scope, d.span) as a
-- A move over the date line skips a day.
where p.kind = 'day' and not isempty(d.span);

create or replace view sla.availability_month as
select p.contract, p.scope, p.day as month, a.*
from fact.scope_period as p
cross join
    lateral sla.availability(
        p.contract, p.scope, sla.period(p.contract, 'month', p.day)
    ) as a
where p.kind = 'month';

create or replace view sla.availability_quarter as
select p.contract, p.scope, p.day as quarter, a.*
from fact.scope_period as p
cross join
    lateral sla.availability(
        p.contract, p.scope, sla.period(p.contract, 'quarter', p.day)
    ) as a
where p.kind = 'quarter';

create or replace view sla.availability_year as
select p.contract, p.scope, p.day as year, a.*
from fact.scope_period as p
cross join
    lateral sla.availability(
        p.contract, p.scope, sla.period(p.contract, 'year', p.day)
    ) as a
where p.kind = 'year';

-- The four share their columns, and so their comments.
do $$
declare
    kind text;
    said record;
begin
    foreach kind in array array['day', 'month', 'quarter', 'year'] loop
        execute format(
            'comment on view sla.availability_%1$s is %2$L',
            kind,
            format(
                'One row per contract, scope and local %1$s since the contract began. Key: contract, scope, %1$s. Ask for one contract by its key: every row is computed when it is read. Seconds add up over periods, percentages do not.',
                kind
            )
        );
        execute format(
            'comment on column sla.availability_%1$s.%1$s is %2$L',
            kind,
            case kind
                when 'day' then 'The local day, in the contract''s zone.'
                else format('First local day of the %s, in the contract''s zone.', kind)
            end
        );
        for said in
            select * from (values
                ('contract', 'Key of the contract.'),
                ('scope', 'solution (all essential services), or the key of a service.'),
                ('period_s', 'Length of the period, seconds: a local day may have 23 or 25 hours. The sum of outside, excluded, planned, unplanned, unknown and up.'),
                ('outside_s', 'Outside the contract''s dates or its agreed hours, seconds.'),
                ('excluded_s', 'Taken out by an approved correction, seconds.'),
                ('planned_s', 'Inaccessible inside a valid maintenance window (or the whole window, where the contract says so), seconds. LEN-04.'),
                ('unplanned_s', 'Down, and nothing excuses it, seconds.'),
                ('unknown_s', 'Not known, seconds: unmeasured_s + future_s. Counts as the contract says; by default not at all.'),
                ('up_s', 'Up, seconds.'),
                ('committed_s', 'What the figure is divided by, seconds: up + unplanned, with planned and unknown time added where the contract counts them.'),
                ('ratio', 'Available share of the committed time, exact; null when nothing was committed. LEN-01.'),
                ('percent', 'The same in percent, cut (never rounded) to 4 decimals; 100 only without any unplanned second; null when nothing was committed.'),
                ('low', 'Percent if all that may have been down was down, cut; null when nothing was committed.'),
                ('high', 'Percent if only what was certainly down was down, cut; null when nothing was committed.'),
                ('coverage', 'Measured share of the time that should have been measured, percent, cut; null when none was due.'),
                ('target', 'Promised share of the committed time, by the terms in force last in the period; null: none promised. LEN-01: 0.9998.'),
                ('budget_s', 'Downtime that the target allows over the whole period, also while it runs, seconds; null: no target.'),
                ('budget_used_s', 'Downtime that counts against the budget, seconds.'),
                ('verdict', 'met, missed, not_provable (unknown time could make it missed), not_applicable or running; compared on exact numbers. Contractual only where the contract''s basis is this kind of period, else an indicator.'),
                ('confidence', 'clear, or within_uncertainty (the target lies between low and high); null when not applicable.'),
                ('budget_left_s', 'Budget not used, seconds; 0 when it is used up; null: no target.'),
                ('budget_used_percent', 'Used share of the budget, percent, raised to 2 decimals; null: no budget.'),
                ('budget_over_s', 'Downtime beyond the budget, seconds; null: no target.'),
                ('future_s', 'Agreed time that is not over yet, as of the roll-up, seconds.'),
                ('unmeasured_s', 'Agreed time that is over but was not measured, seconds.'),
                ('complete', 'True when the whole period is over, as of the roll-up.')
            ) as c (name, meaning)
        loop
            execute format(
                'comment on column sla.availability_%s.%I is %L', kind, said.name, said.meaning
            );
        end loop;
    end loop;
end
$$;
