-- What waits for a person in the provider's summary: reports, customers' own logs, targets at risk.

-- name: summary_reports
-- What became of the report of the solution of some contracts ($1) in their periods ($2, named $3,
-- of a kind $4): none where there is none. due: when it goes out by the contract's schedule, where
-- the clock makes it: months, and the periods that carry the verdict, since the contract is known.
select
    p.contract,
    r.key as report,
    case when r.report_id is null then 'none' else fact.report_state(r.report_id) end as state,
    (
        select count(*)::integer from fact.open_objections(r.report_id)
    ) as open_objections,
    due.at as due,
    coalesce(due.at < sla.as_of(), false) as overdue
from unnest($1::text[], $2::tstzrange[]) as p (contract, span)
inner join fact.contract as c on p.contract = c.key
left join
    lateral (
        select
            f.report_id,
            f.key,
            f.due_at
        from fact.report as f
        where f.contract_id = c.contract_id and f.scope = 'solution' and f.period = $3
        order by f.revision desc
        limit 1
    ) as r
    on true
cross join
    lateral (
        select coalesce(r.due_at, fact.report_due(c.contract_id, p.span)) as at
    ) as wished
left join
    lateral (
        select wished.at
        from fact.report_version(c.contract_id, p.span) as v
        where
            $4::text in ('month', v.basis)
            and wished.at > fact.by_the_clock_since(c.contract_id)
    ) as due
    on true
order by p.contract;

-- name: summary_disputes
-- The logs that customers hold against the figures of some contracts ($1) in their periods ($2).
select
    d.key,
    d.contract,
    d.results,
    d.results_down,
    d.first_at,
    d.last_at
from unnest($1::text[], $2::tstzrange[]) as p (contract, span)
inner join
    sla.dispute as d
    on p.contract = d.contract and tstzrange(d.first_at, d.last_at, '[]') && p.span
order by d.contract, d.key;

-- name: summary_risks
-- The budgets of some contracts ($1), each of the period that its basis names ($2) and that holds
-- the end of another one ($3), that are used up or will be at this pace; worst first. noon: that of
-- the first local day, for the period's name.
select
    p.contract,
    b.kind,
    b.starts,
    b.ends,
    (
        fact.local_day(p.contract, b.starts) + interval '12 hours'
    ) at time zone 'UTC' as noon,
    trim_scale(b.target * 100)::text as target,
    b.percent,
    b.budget_s,
    b.used_s,
    b.left_s,
    b.over_s,
    b.used_percent as used_share,
    b.to_come_s,
    b.projected_s,
    b.projected_over_s,
    b.used_up_at,
    b.clean_percent,
    b.known_until,
    b.up_s,
    b.down_s,
    b.unmeasured_s,
    b.pace_up_s,
    b.pace_down_s,
    b.promised_to_come_s,
    b.comes_until,
    b.versions
from unnest($1::text[], $2::text[], $3::timestamptz[]) as p (contract, basis, at)
cross join lateral fact.outlook(p.contract, 'solution', p.at) as b
where b.kind = p.basis and (b.over_s > 0 or b.projected_over_s > 0)
order by b.over_s > 0 desc, b.used_s / nullif(b.budget_s, 0) desc nulls last, p.contract asc;
