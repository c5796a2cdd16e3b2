-- What changed in corrected reports since their first revision, and why?
select c.report, c.figure, c.before, c.after, c.reason
from sla.report_change as c
where c.since like '%/r1'
order by c.report, c.figure;
