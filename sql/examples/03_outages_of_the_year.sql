-- Every outage of the year, the longest in working time first, with its bounds.
select c.contract, o.*
from sla.contract as c
cross join
    lateral sla.outage(
        c.contract, 'solution', sla.period(c.contract, 'year', sla.as_of()::date)
    ) as o
where c.replaced_at is null and c.valid @> sla.as_of()
order by o.working_s desc, o.elapsed_s desc;
