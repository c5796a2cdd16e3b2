-- How was this month's error budget used up, day by day?
select
    c.contract,
    g.day::date as day,
    a.budget_used_s,
    a.budget_s,
    a.budget_left_s
from sla.contract as c
cross join lateral sla.period(c.contract, 'month', sla.as_of()::date) as month
cross join
    lateral generate_series(
        lower(month), least(upper(month), sla.as_of()), interval '1 day'
    ) as g (day)
cross join
    lateral sla.availability(
        c.contract,
        'solution',
        tstzrange(lower(month), least(g.day + interval '1 day', upper(month)))
    ) as a
where c.replaced_at is null and c.valid @> sla.as_of()
order by c.contract, g.day;
