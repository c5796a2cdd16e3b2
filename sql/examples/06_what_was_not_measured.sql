-- Where are the holes in our measurement, the longest first?
select g.endpoint, g.starts, g.ends, g.seconds
from sla.data_gap as g
order by g.seconds desc
limit 50;
