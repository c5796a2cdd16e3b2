-- Where does a customer's own log differ from ours, and what says each?
select
    d.contract,
    l.service,
    lower(l.span) as starts,
    upper(l.span) as ends,
    l.ours,
    l.theirs,
    l.reasons
from sla.dispute as d
cross join
    lateral sla.dispute_difference(
        d.key, tstzrange(d.first_at, d.last_at + d.every_s * interval '1 second')
    ) as l
where not l.agrees
order by starts, d.contract, l.service;
