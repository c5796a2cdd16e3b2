-- What did the failed tries of the last day see?
select a.endpoint, a.reason, a.detail, count(*) as tries, min(a.at) as first, max(a.at) as last
from sla.attempt as a
where a.at > sla.as_of() - interval '1 day'
group by a.endpoint, a.reason, a.detail
order by tries desc;
