-- How long until a service works again, and how long does it work in between (MTTR, MTBF)?
select
    a.contract,
    a.scope,
    count(o.started) as outages,
    round(avg(o.elapsed_s) / 60, 1) as mttr_minutes,
    round(a.up_s / nullif(count(o.started), 0) / 3600, 1) as mtbf_hours
from sla.availability_year as a
left join
    lateral sla.outage(a.contract, a.scope, sla.period(a.contract, 'year', a.year)) as o
    on true
where a.year >= date_trunc('year', sla.as_of())::date
group by a.contract, a.scope, a.up_s
order by mttr_minutes desc nulls last;
