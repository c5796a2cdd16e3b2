-- How long did it take to answer, to staff the cell and to resolve: median and worst, by quarter?
select
    date_trunc('quarter', c.opened_at, 'UTC')::date as quarter,
    count(*) as crises,
    percentile_disc(0.5) within group (order by c.to_acknowledge_s) as median_to_acknowledge_s,
    max(c.to_acknowledge_s) as worst_to_acknowledge_s,
    percentile_disc(0.5) within group (order by c.to_staff_s) as median_to_staff_s,
    max(c.to_staff_s) as worst_to_staff_s,
    percentile_disc(0.5) within group (order by c.to_resolve_s) as median_to_resolve_s,
    max(c.to_resolve_s) as worst_to_resolve_s
from sla.crisis as c
where c.set_aside_at is null
group by quarter
order by quarter;
