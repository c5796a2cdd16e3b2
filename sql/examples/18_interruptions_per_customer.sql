-- How often and how long was the average customer interrupted this year (SAIFI, SAIDI, CAIDI)?
with interrupted as (
    select c.customer, count(o.started) as outages, coalesce(sum(o.clipped_s), 0) as seconds
    from sla.contract as c
    left join
        lateral sla.outage(
            c.contract, 'solution', sla.period(c.contract, 'year', sla.as_of()::date)
        ) as o
        on true
    where c.replaced_at is null and c.valid @> sla.as_of()
    group by c.customer
)

select
    count(*) as customers,
    sum(i.outages) as interruptions,
    round(sum(i.outages) / count(*), 3) as saifi_interruptions,
    round(sum(i.seconds) / count(*) / 60, 3) as saidi_minutes,
    round(sum(i.seconds) / nullif(sum(i.outages), 0) / 60, 3) as caidi_minutes
from interrupted as i;
