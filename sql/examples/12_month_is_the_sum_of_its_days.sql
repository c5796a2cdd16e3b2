-- Does every month add up from its days? The differences are 0.
with day as (
    select
        d.contract,
        d.scope,
        date_trunc('month', d.day)::date as month,
        sum(d.period_s) as period_s,
        sum(d.up_s) as up_s,
        sum(d.planned_s) as planned_s,
        sum(d.unplanned_s) as unplanned_s,
        sum(d.unknown_s) as unknown_s
    from sla.availability_day as d
    where d.day >= date_trunc('month', sla.as_of() - interval '1 month')::date
    group by d.contract, d.scope, date_trunc('month', d.day)::date
)

select
    m.contract,
    m.scope,
    m.month,
    d.up_s - m.up_s as up_difference_s,
    d.planned_s - m.planned_s as planned_difference_s,
    d.unplanned_s - m.unplanned_s as unplanned_difference_s,
    -- Days that have not begun are unknown in the month and have no row of their own.
    d.unknown_s + (m.period_s - d.period_s) - m.unknown_s as unknown_difference_s
from sla.availability_month as m
inner join day as d on d.contract = m.contract and d.scope = m.scope and d.month = m.month
order by m.contract, m.scope, m.month;
