-- The year is the sum of its months' seconds, never the mean of their percentages.
with month as (
    select
        m.contract,
        sum(m.up_s) as up_s,
        sum(m.unplanned_s) as unplanned_s
    from sla.availability_month as m
    where
        m.scope = 'solution'
        and m.month >= date_trunc('year', sla.as_of())::date
    group by m.contract
)

select
    m.contract,
    m.up_s - y.up_s as up_difference_s,
    m.unplanned_s - y.unplanned_s as unplanned_difference_s,
    y.percent
from month as m
cross join
    lateral sla.availability(
        m.contract, 'solution', sla.period(m.contract, 'year', sla.as_of()::date)
    ) as y
order by m.contract;
