-- Whom would four hours of maintenance of every service hit, and by when must they be told?
select
    p.contract,
    p.announce_before,
    p.forbidden_s,
    p.cap_left_s,
    p.month_budget_left_s,
    p.valid,
    coalesce(p.why, p.remark) as note
from
    sla.maintenance_plan(
        null, tstzrange(sla.as_of() + interval '7 days', sla.as_of() + interval '7 days 4 hours')
    ) as p
order by p.contract;
