-- Which corrections wait for a second person, and which change figures?
select k.key, k.service, k.endpoint, k.starts, k.ends, k.effect, k.recorded_by, k.effective
from sla.correction as k
where k.withdrawn_at is null
order by k.effective, k.starts;
