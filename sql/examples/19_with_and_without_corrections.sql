-- What would last month's figure be without corrections, or under another reading of the contract?
select
    c.contract,
    r.topic,
    r.ambiguity,
    r.reading,
    r.agreed,
    coalesce(r.percent, r.working_s || ' s') as figure,
    r.verdict
from sla.contract as c
cross join
    lateral sla.readings(
        c.contract, 'solution', sla.period(c.contract, 'month', sla.as_of()::date)
    ) as r
where c.replaced_at is null and c.valid @> sla.as_of()
order by c.contract asc, r.ambiguity asc nulls first, r.topic asc, r.agreed desc, r.reading asc;
