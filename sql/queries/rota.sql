-- The rota: brought into the database, and shown.

-- name: replace_rota
-- A wording that is not wanted any more stays as evidence.
update fact.rota as r
set replaced_at = $1
where
    r.replaced_at is null
    and not exists (
        select from wanted_rota as w
        where w.spec = r.spec
    )
returning
    case when exists (select from wanted_rota) then 'changed' else 'ended' end as action,
    'rota' as line;

-- name: add_rota
with added as (
    insert into fact.rota (spec, recorded_at)
    select
        w.spec,
        $1 as recorded_at
    from wanted_rota as w
    where
        not exists (
            select from fact.rota as r
            where r.replaced_at is null
        )
    returning recorded_at
)

select
    'added' as action,
    'rota' as line
from added as a
where
    -- It was told as changed.
    not exists (
        select from fact.rota as r
        where r.replaced_at = a.recorded_at
    );

-- name: rota_people
-- Everybody of the current rota, and whether they are on duty at $1.
select
    p.key,
    p.spec ->> 'name' as name,
    array(select jsonb_array_elements_text(p.spec -> 'roles')) as roles,
    p.spec -> 'reach' as reach,
    p.spec ->> 'hours' as hours,
    fact.is_on_duty(p.key, $1) as on_duty
from jsonb_each(fact.rota_now() -> 'people') as p (key, spec)
order by p.key;

-- name: rota_watched
-- What the current rota says besides people, and the shortest outage that is a crisis by the
-- contracts in force at $1 (null: none is).
select
    r.rota::text as rota,
    extract(epoch from fact.warn_after()) as pre_alert_after_s,
    (
        select extract(epoch from min(v.crisis_longer_than))
        from fact.contract_version as v
        where v.replaced_at is null and v.valid @> $1::timestamptz
    ) as crisis_after_s
from fact.rota_now() as r (rota);

-- name: rota_levels
-- The levels of escalation, who stands in each, and who of them is called at $1.
select
    l.level::integer as level,
    array(select jsonb_array_elements_text(l.people)) as people,
    fact.level_people(l.level::integer, $1) as called
from jsonb_array_elements(fact.rota_now() -> 'levels') with ordinality as l (people, level)
order by l.level;
