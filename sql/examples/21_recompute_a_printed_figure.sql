-- Can a printed percentage be recomputed by hand? From the spans alone, for contracts that leave
-- planned and unknown time out.
with spent as (
    select
        c.contract,
        month.period,
        coalesce(sum(sla.seconds(t.span)) filter (where t.class = 'up'), 0) as up_s,
        coalesce(sum(sla.seconds(t.span)) filter (where t.class = 'unplanned'), 0) as unplanned_s
    from sla.contract as c
    cross join lateral sla.period(c.contract, 'month', sla.as_of()::date) as month (period)
    cross join lateral sla.timeline(c.contract, 'solution', month.period) as t
    where
        c.replaced_at is null
        and c.valid @> sla.as_of()
        and c.maintenance <> 'up'
        and c.unknown = 'neither'
    group by c.contract, month.period
)

select
    s.contract,
    s.up_s,
    s.unplanned_s,
    sla.cut_percent(s.up_s, s.up_s + s.unplanned_s) as by_hand,
    a.percent as printed
from spent as s
cross join lateral sla.availability(s.contract, 'solution', s.period) as a
order by s.contract;
