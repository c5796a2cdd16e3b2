-- Audited statements that a span was measured wrongly.

create or replace function fact.is_another_person(name text, author text) returns boolean
language sql immutable parallel safe
begin atomic
    select fact.spelt(name) not in ('', fact.spelt(author));
end;
comment on function fact.is_another_person(text, text) is
'True when the name is not blank and not the author''s: capitals, spaces and what cannot be seen make nobody another person.';

-- The rota is asked as somebody approves, not later: who is in it must not change figures.
create or replace function fact.check_approver() returns trigger
language plpgsql
as $$
declare
    correction fact.correction;
begin
    select c.* into correction
    from fact.correction as c
    where c.correction_id = new.correction_id;
    if not fact.is_another_member(new.recorded_by, correction.recorded_by) then
        raise exception 'correction %: is approved by its author, or by nobody', correction.key
            using
                errcode = 'check_violation',
                hint = 'Another person than the author must approve it: write who in recorded_by.';
    end if;
    return new;
end
$$;
comment on function fact.check_approver() is
'Refuses an approval by the author of a correction, however the name is spelt and also under the other name that the rota has, and by a blank name.';

create or replace function fact.is_effective(correction_id integer) returns boolean
language sql stable parallel safe
begin atomic
    select
        exists (
            select 1
            from fact.correction_event as e
            inner join fact.correction as c on c.correction_id = e.correction_id
            where
                e.correction_id = is_effective.correction_id
                and e.action = 'approved'
                and fact.is_another_person(e.recorded_by, c.recorded_by)
        )
        and not exists (
            select 1
            from fact.correction_event as e
            where e.correction_id = is_effective.correction_id and e.action = 'withdrawn'
        );
end;
comment on function fact.is_effective(integer) is
'True when a correction changes figures: recorded by one person, approved by another, not withdrawn.';

create or replace function fact.corrections_of(
    service_id integer, endpoint_id integer, span tstzrange
)
returns table (
    excluded tstzmultirange, up tstzmultirange, down tstzmultirange, unknown tstzmultirange
)
language sql stable parallel safe
begin atomic
    with effective as (
        select c.effect, c.during
        from fact.correction as c
        where
            (
                c.service_id = corrections_of.service_id
                or c.endpoint_id = corrections_of.endpoint_id
            )
            and c.during && span
            and fact.is_effective(c.correction_id)
    ),
    joined as (
        select
            coalesce(range_agg(e.during) filter (where e.effect = 'exclude'), '{}') as excluded,
            coalesce(range_agg(e.during) filter (where e.effect = 'up'), '{}') as up,
            coalesce(range_agg(e.during) filter (where e.effect = 'down'), '{}') as down,
            coalesce(range_agg(e.during) filter (where e.effect = 'unknown'), '{}') as unknown
        from effective as e
    )
    select j.excluded, j.up - j.unknown - j.down, j.down, j.unknown - j.down
    from joined as j;
end;
comment on function fact.corrections_of(integer, integer, tstzrange) is
'The effective corrections of a service, or of an endpoint (the other argument null), by effect. Where they contradict each other, down counts before unknown, and unknown before up.';
