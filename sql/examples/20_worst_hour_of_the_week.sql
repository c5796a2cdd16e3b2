-- In which hour of the week, local time, was most unplanned downtime of the last twelve months?
with down as (
    select c.contract, c.timezone, t.span
    from sla.contract as c
    cross join
        lateral sla.timeline(
            c.contract, 'solution', sla.period(c.contract, 'rolling_12_months', sla.as_of()::date)
        ) as t
    where c.replaced_at is null and c.valid @> sla.as_of() and t.class = 'unplanned'
),
hour as (
    select
        d.contract,
        g.starts at time zone d.timezone as local_hour,
        sla.seconds(d.span * tstzrange(g.starts, g.starts + interval '1 hour')) as seconds
    from down as d
    cross join
        lateral generate_series(
            date_trunc('hour', lower(d.span), d.timezone), upper(d.span), interval '1 hour'
        ) as g (starts)
)

select
    h.contract,
    to_char(h.local_hour, 'ID Dy HH24:00') as hour_of_week,
    sum(h.seconds) as unplanned_s
from hour as h
group by h.contract, to_char(h.local_hour, 'ID Dy HH24:00')
having sum(h.seconds) > 0
order by unplanned_s desc;
