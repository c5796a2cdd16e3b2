-- Did we keep our promises last month? One row per contract.
select
    c.contract,
    c.customer_name,
    a.percent,
    a.target,
    a.verdict,
    a.confidence,
    a.budget_used_s,
    a.budget_s
from sla.contract as c
cross join
    lateral sla.availability(
        c.contract,
        'solution',
        sla.period(c.contract, 'month', (sla.as_of() - interval '1 month')::date)
    ) as a
where c.replaced_at is null and c.valid @> sla.as_of()
order by a.ratio nulls last;
