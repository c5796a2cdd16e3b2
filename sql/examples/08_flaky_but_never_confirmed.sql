-- Which endpoints were up only on a second or third try? No outage, yet worth a look.
select r.endpoint, count(*) as slots, max(r.attempts) as most_tries
from sla.result as r
where r.outcome = 'up' and r.attempts > 1 and r.at > sla.as_of() - interval '7 days'
group by r.endpoint
order by slots desc;
