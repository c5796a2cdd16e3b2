-- Which outages met the crisis trigger and were never called? Empty, unless nobody watched.
select c.contract, o.services, o.started, o.ended, o.elapsed_s, o.cause
from sla.contract as c
cross join
    lateral sla.outage(
        c.contract, 'solution', sla.period(c.contract, 'year', sla.as_of()::date)
    ) as o
where
    c.replaced_at is null
    and c.valid @> sla.as_of()
    and o.crisis
    and not exists (
        select from sla.crisis as k
        where
            k.services && o.services
            -- What fails after a crisis was dissolved or set aside is another one.
            and tstzrange(k.started, least(k.dissolved_at, k.set_aside_at), '[]')
            && tstzrange(o.started, o.ended)
    )
order by o.started;
