-- Which announced windows broke a rule, and what downtime fell into them?
select m.contract, m.key, m.starts, m.ends, m.why, m.notice_days, m.down_s
from sla.maintenance as m
where not m.valid
order by m.starts;
