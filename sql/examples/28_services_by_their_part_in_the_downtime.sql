-- Which essential service costs the solution most? Each by itself, last month and this one.
select m.contract, m.month, m.scope, m.percent, m.unplanned_s, m.planned_s, m.unmeasured_s
from sla.availability_month as m
inner join sla.contract as c on c.contract = m.contract and m.scope = any(c.essential)
where
    c.replaced_at is null
    and c.valid @> sla.as_of()
    and m.month >= date_trunc('month', sla.as_of() - interval '1 month')::date
order by m.contract asc, m.unplanned_s desc;
