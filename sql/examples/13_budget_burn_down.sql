-- How was this month's error budget used up?
select
    c.contract,
    b.at,
    b.class,
    b.budget_used_s,
    b.budget_left_s
from sla.contract as c
cross join lateral sla.period(c.contract, 'month', sla.as_of()::date) as month
cross join lateral sla.budget_curve(c.contract, 'solution', month) as b
where c.replaced_at is null and c.valid @> sla.as_of()
order by c.contract, b.at;
