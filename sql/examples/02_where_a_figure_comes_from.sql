-- Which spans make this month's figure? The timeline without its good spans.
select
    c.contract,
    t.class,
    lower(t.span) as starts,
    upper(t.span) as ends,
    sla.seconds(t.span) as seconds
from sla.contract as c
cross join
    lateral sla.timeline(
        c.contract, 'solution', sla.period(c.contract, 'month', sla.as_of()::date)
    ) as t
where c.replaced_at is null and c.valid @> sla.as_of() and t.class <> 'up'
order by c.contract, t.span;
