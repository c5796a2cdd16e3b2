-- Which outages of this month met the crisis trigger (longer than 10 minutes, several customers)?
select distinct o.services, o.started, o.ended, o.elapsed_s
from sla.contract as c
cross join
    lateral sla.outage(
        c.contract, 'solution', sla.period(c.contract, 'month', sla.as_of()::date)
    ) as o
where c.replaced_at is null and c.valid @> sla.as_of() and o.crisis
order by o.started;
