-- Which terms applied when, and what did we believe them to be at the time?
select
    c.contract,
    lower(c.valid) as starts,
    upper(c.valid) as ends,
    c.plan,
    c.target,
    c.basis,
    c.essential,
    c.recorded_at,
    c.replaced_at
from sla.contract as c
order by c.contract, lower(c.valid), c.recorded_at;
