-- How fast were the endpoints each day? Percentiles come from histograms, never from means.
select l.endpoint, l.day, l.results, l.p50_ms, l.p95_ms, l.p99_ms
from sla.latency_day as l
where l.day > (sla.as_of() - interval '7 days')::date
order by l.endpoint, l.day;
