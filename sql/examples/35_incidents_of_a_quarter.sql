-- What failed in the last 90 days, for how long, and who took it?
select i.incident, i.services, i.started, i.ended, i.elapsed_s, i.relapses, i.assigned_to, i.crisis
from sla.incident as i
where i.started >= sla.as_of() - interval '90 days'
order by i.started desc;
