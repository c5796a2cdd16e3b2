-- Which outages over ten minutes were no crisis for the contract (too few customers, or no rule)?
select c.contract, o.services, o.started, o.ended, o.elapsed_s
from sla.contract as c
cross join
    lateral sla.outage(
        c.contract, 'solution', sla.period(c.contract, 'year', sla.as_of()::date)
    ) as o
where
    c.replaced_at is null
    and c.valid @> sla.as_of()
    and o.elapsed_s > 600
    and not o.crisis
order by o.elapsed_s desc;
