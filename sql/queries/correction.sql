-- Corrections of what was measured. Rows are added, never changed.

-- name: correction_lock
-- One change of the corrections at a time, until the end of the transaction.
select pg_advisory_xact_lock(hashtext('vigie correction'));

-- name: correction_targets
-- Every service and endpoint that a correction may name.
select
    'service' as kind,
    key
from fact.service
union all
select
    'endpoint' as kind,
    key
from fact.endpoint
order by kind, key;

-- name: contradicting_correction
-- A correction of the same service ($1) or endpoint ($2) with another effect ($4) that overlaps
-- the span ($3) and was not withdrawn.
select c.key
from fact.correction as c
left join fact.service as s on c.service_id = s.service_id
left join fact.endpoint as e on c.endpoint_id = e.endpoint_id
where
    (s.key = $1 or e.key = $2)
    and c.during && $3::tstzrange
    and c.effect <> $4
    and not exists (
        select 1
        from fact.correction_event as v
        where v.correction_id = c.correction_id and v.action = 'withdrawn'
    )
order by c.correction_id
limit 1;

-- name: add_correction
-- Records a correction and returns its key: c-, the UTC day ($1) of its start, the next number.
with numbered as (
    select
        format(
            'c-%s-%s',
            to_char($1::date, 'YYYYMMDD'),
            1 + coalesce(max(split_part(c.key, '-', 3)::integer), 0)
        ) as key
    from fact.correction as c
    where c.key like format('c-%s-%%', to_char($1::date, 'YYYYMMDD'))
)

insert into fact.correction (
    key, service_id, endpoint_id, during, effect, reason, evidence, recorded_by, recorded_at
)
select
    n.key,
    (select s.service_id from fact.service as s where s.key = $2) as service_id,
    (select e.endpoint_id from fact.endpoint as e where e.key = $3) as endpoint_id,
    $4 as during,
    $5 as effect,
    $6 as reason,
    $7 as evidence,
    $8 as recorded_by,
    $9 as recorded_at
from numbered as n
returning key;

-- name: correction_keys
-- Every correction.
select key
from fact.correction
order by correction_id;

-- name: correction_state
-- A correction ($1), what happened to it, and whether somebody ($2) may approve it.
select
    c.correction_id,
    c.recorded_by,
    fact.is_another_member($2, c.recorded_by) as may_approve,
    min(e.recorded_by) filter (
        where e.action = 'approved' and fact.is_another_person(e.recorded_by, c.recorded_by)
    ) as approved_by,
    min(e.recorded_at) filter (where e.action = 'withdrawn') as withdrawn_at
from fact.correction as c
left join fact.correction_event as e on c.correction_id = e.correction_id
where c.key = $1
group by c.correction_id;

-- name: add_correction_event
-- Records the approval or withdrawal of a correction.
insert into fact.correction_event (correction_id, action, reason, recorded_by, recorded_at)
values ($1, $2, $3, $4, $5);

-- name: list_corrections
-- One row per correction, latest start first.
select
    c.key,
    c.service,
    c.endpoint,
    c.starts,
    c.ends,
    c.effect,
    c.reason,
    c.evidence,
    c.recorded_by,
    c.recorded_at,
    c.approved_by,
    c.withdrawn_at,
    c.effective
from sla.correction as c
order by c.starts desc, c.key asc;

-- name: recorded_since
-- The corrections and maintenance windows of the services of a contract ($1; null: of any) of which
-- something was recorded at an instant ($2) or later, so that it may change figures of the past.
with covered as (
    select
        cs.service_id,
        v.valid
    from fact.contract as c
    inner join fact.contract_version as v on c.contract_id = v.contract_id
    inner join fact.contract_service as cs on v.version_id = cs.version_id
    where v.replaced_at is null and (c.key = $1 or $1::text is null)
)

select
    n.key,
    lower(n.during) as starts,
    upper(n.during) as ends
from fact.correction as n
where
    exists (
        select 1
        from fact.correction_event as e
        where e.correction_id = n.correction_id and e.recorded_at >= $2
    )
    and exists (
        select 1
        from covered as c
        left join fact.service_endpoint as se on c.service_id = se.service_id
        where
            c.valid && n.during
            and (n.service_id = c.service_id or n.endpoint_id = se.endpoint_id)
    )
union all
select
    m.key,
    m.starts,
    m.ends
from fact.maintenance as m
where
    (
        m.recorded_at >= $2
        or exists (
            select 1
            from fact.maintenance_event as e
            where e.maintenance_id = m.maintenance_id and e.recorded_at >= $2
        )
    )
    and exists (
        select 1
        from covered as c
        inner join fact.maintenance_scope as ms on c.service_id = ms.service_id
        where ms.maintenance_id = m.maintenance_id and c.valid && tstzrange(m.starts, m.ends)
    )
order by key;
