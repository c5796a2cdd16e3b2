-- How much inaccessible time did maintenance cause each quarter (LEN-05: 6 h where possible)?
select
    q.contract,
    q.quarter,
    q.planned_s,
    6 * 3600 as wished_limit_s,
    q.planned_s > 6 * 3600 as over_wished_limit
from sla.availability_quarter as q
where q.scope = 'solution'
order by q.contract, q.quarter;
