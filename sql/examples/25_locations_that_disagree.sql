-- Where did locations contradict each other? One of them may have the problem.
select
    r.endpoint,
    r.at,
    array_agg(r.location order by r.location) filter (where r.outcome = 'up') as said_up,
    array_agg(r.location order by r.location) filter (where r.outcome = 'down') as said_down
from sla.result as r
where r.at > sla.as_of() - interval '7 days'
group by r.endpoint, r.at
having bool_or(r.outcome = 'up') and bool_or(r.outcome = 'down')
order by r.at desc;
