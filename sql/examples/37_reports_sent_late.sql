-- Which reports came later than the contract's schedule says, or not at all, and by how much?
select
    r.report,
    r.state,
    r.due_at,
    coalesce(r.circulated_at, r.sent_at) as reached_customer_at,
    extract(epoch from coalesce(r.circulated_at, r.sent_at, sla.as_of()) - r.due_at) as late_s
from sla.report as r
where
    r.revision = 1
    and coalesce(r.circulated_at, r.sent_at, sla.as_of()) > r.due_at + interval '1 hour'
order by late_s desc;
