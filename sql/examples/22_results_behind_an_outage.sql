-- Which results made the latest outage, from just before it to just after it?
with latest as (
    select c.contract, o.services, o.started, o.ended
    from sla.contract as c
    cross join
        lateral sla.outage(
            c.contract, 'solution', sla.period(c.contract, 'month', sla.as_of()::date)
        ) as o
    where c.replaced_at is null and c.valid @> sla.as_of()
    order by o.started desc
    limit 1
)

select l.contract, r.endpoint, r.location, r.at, r.outcome, r.reason, r.status
from latest as l
inner join sla.endpoint as e on e.service = any(l.services) and e.valid @> l.started
inner join sla.result as r on r.endpoint = e.endpoint
where r.at between l.started - interval '2 minutes' and l.ended + interval '2 minutes'
order by r.at, r.endpoint, r.location;
