-- Which outages of the last twelve months interrupted working hours, and was the limit kept?
select
    c.contract,
    o.services,
    o.started,
    o.working_s,
    o.elapsed_s,
    c.interruption_max_s as limit_s,
    o.working_s > c.interruption_max_s as over_limit
from sla.contract as c
cross join
    lateral sla.outage(
        c.contract, 'solution', sla.period(c.contract, 'rolling_12_months', sla.as_of()::date)
    ) as o
where c.replaced_at is null and c.valid @> sla.as_of() and o.working_s > 0
order by o.working_s desc;
