-- The figures of every contract, month by month; the registry as each contract sees it.

create or replace view sla.availability_month as
with scope as (
    select c.contract_id, c.key as contract, 'solution' as scope
    from fact.contract as c
    union
    select c.contract_id, c.key as contract, s.key as scope
    from fact.contract as c
    inner join fact.contract_version as v
        on v.contract_id = c.contract_id and v.replaced_at is null
    inner join fact.contract_service as cs on cs.version_id = v.version_id
    inner join fact.service as s on s.service_id = cs.service_id
),
life as (
    select
        v.contract_id,
        min(lower(v.valid) at time zone v.timezone) as starts,
        least(max(coalesce(upper(v.valid), 'infinity')), sla.as_of()) at time zone 'UTC' as ends
    from fact.contract_version as v
    where v.replaced_at is null
    group by v.contract_id
),
month as (
    select l.contract_id, m.day::date as month
    from life as l
    cross join
        lateral generate_series(
            date_trunc('month', l.starts), l.ends, interval '1 month'
        ) as m (day)
    where isfinite(l.ends)
)
select s.contract, s.scope, m.month, a.*
from scope as s
inner join month as m on m.contract_id = s.contract_id
cross join lateral sla.availability(
    s.contract, s.scope, sla.period(s.contract, 'month', m.month)
) as a;
comment on view sla.availability_month is
'One row per contract, scope and local month since the contract began. Key: contract, scope, month. Ask for one contract: every row is computed when it is read. Columns as in sla.availability.';
comment on column sla.availability_month.contract is 'Key of the contract.';
comment on column sla.availability_month.scope is 'solution, or the key of a service.';
comment on column sla.availability_month.month is 'First local day of the month.';

create or replace view sla.maintenance as
select c.key as contract, m.*
from fact.contract as c
cross join
    lateral (
        select range_merge(range_agg(tstzrange(w.starts, w.ends))) as span
        from fact.maintenance as w
    ) as registry
cross join lateral sla.maintenance_of(c.key, registry.span) as m
where registry.span is not null;
comment on view sla.maintenance is
'One row per maintenance window and contract whose services it covers. Key: contract, key. Columns as in sla.maintenance_of.';
comment on column sla.maintenance.contract is 'Key of the contract.';

create or replace view sla.correction as
select
    c.key,
    s.key as service,
    n.key as endpoint,
    lower(c.during) as starts,
    upper(c.during) as ends,
    c.effect,
    c.reason,
    c.evidence,
    c.recorded_by,
    c.recorded_at,
    (
        select min(e.recorded_by)
        from fact.correction_event as e
        where
            e.correction_id = c.correction_id
            and e.action = 'approved'
            and e.recorded_by <> c.recorded_by
    ) as approved_by,
    (
        select min(e.recorded_at)
        from fact.correction_event as e
        where e.correction_id = c.correction_id and e.action = 'withdrawn'
    ) as withdrawn_at,
    fact.is_effective(c.correction_id) as effective
from fact.correction as c
left join fact.service as s on s.service_id = c.service_id
left join fact.endpoint as n on n.endpoint_id = c.endpoint_id;
comment on view sla.correction is 'One row per correction. Key: key.';
comment on column sla.correction.key is 'Key of the correction.';
comment on column sla.correction.service is 'The service that it corrects; null: an endpoint.';
comment on column sla.correction.endpoint is 'The endpoint that it corrects; null: a service.';
comment on column sla.correction.starts is 'First instant, UTC.';
comment on column sla.correction.ends is 'End, UTC, exclusive.';
comment on column sla.correction.effect is
'exclude: the span leaves the figure; up, down, unknown: it was so, whatever was measured.';
comment on column sla.correction.reason is 'Why the span was measured wrongly.';
comment on column sla.correction.evidence is 'Proof; null: none given.';
comment on column sla.correction.recorded_by is 'Who recorded it.';
comment on column sla.correction.recorded_at is 'When, UTC.';
comment on column sla.correction.approved_by is 'Another person who approved it; null: nobody yet.';
comment on column sla.correction.withdrawn_at is 'When it was withdrawn, UTC; null: it was not.';
comment on column sla.correction.effective is 'True when it changes figures: approved, not withdrawn.';
