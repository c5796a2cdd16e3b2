-- How fresh are the figures, and which definitions made them?
select
    sla.as_of() as figures_hold_up_to,
    max(r.at) as newest_result,
    count(distinct r.endpoint) as endpoints,
    sla.version() as definitions
from sla.result as r
where r.at > sla.as_of() - interval '1 hour';
