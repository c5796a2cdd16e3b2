-- The current rota: who is called, in which order and how. No rota: nobody is.

create or replace function fact.rota_now() returns jsonb
language sql stable parallel safe
begin atomic
    select r.spec from fact.rota as r where r.replaced_at is null;
end;
comment on function fact.rota_now() is
'The current wording of the rota, its placeholders as they are; null: there is none.';

create or replace function fact.rota_person(person text) returns jsonb
language plpgsql stable parallel safe
as $$
declare
    people jsonb := fact.rota_now() -> 'people';
begin
    if people is null then
        raise exception 'person "%": there is no rota', person
            using hint = 'Write reports/rota.yaml, then run vigie apply.';
    elsif people -> person is null then
        raise exception 'person "%": there is none of this key in the rota', person
            using hint = 'People of the rota: ' || (
                select string_agg(p.key, ', ' order by p.key)
                from jsonb_object_keys(people) as p (key)
            );
    end if;
    return people -> person;
end
$$;
comment on function fact.rota_person(text) is
'What the current rota says of a person; an error that names those it knows when there is none of this key.';

create or replace function fact.person_name(person text) returns text
language sql stable parallel safe
return fact.rota_person(person) ->> 'name';
comment on function fact.person_name(text) is
'What a person of the rota is called; an error when there is none of this key.';

create or replace function fact.has_role(person text, role text) returns boolean
language sql stable parallel safe
return (fact.rota_person(person) -> 'roles') ? role;
comment on function fact.has_role(text, text) is
'Whether a person of the rota may hold a role in a crisis cell; an error when there is none of this key.';

create or replace function fact.reach_of(person text) returns jsonb
language sql stable parallel safe
return fact.rota_person(person) -> 'reach';
comment on function fact.reach_of(text) is
'How a person of the rota is reached, as the targets of a message: [{"channel": "email", "to": …}], the next one when one fails. An error when there is none of this key.';

create or replace function fact.is_open(calendar text, at timestamptz) returns boolean
language sql stable parallel safe
begin atomic
    -- Asked while people are called: what is not known must not be an error, nor keep anybody
    -- from being called.
    select
        coalesce(
            (
                select
                    case
                        when
                            fact.stores_year(
                                c.calendar_id, (is_open.at at time zone c.timezone)::date
                            )
                            then
                                not isempty(
                                    fact.open_hours(
                                        c.calendar_id,
                                        tstzrange(is_open.at, is_open.at + interval '1 microsecond')
                                    )
                                )
                    end
                from fact.calendar as c
                where c.key = is_open.calendar and c.replaced_at is null
            ),
            true
        );
end;
comment on function fact.is_open(text, timestamptz) is
'Whether a calendar is open at an instant. True as well where nobody knows: no calendar, one that is not stored, or a year that was not spelled out.';

create or replace function fact.is_on_duty(person text, at timestamptz) returns boolean
language sql stable parallel safe
return fact.is_open(fact.rota_person(person) ->> 'hours', at);
comment on function fact.is_on_duty(text, timestamptz) is
'Whether the hours of a person of the rota are open at an instant; of one without hours always. An error when there is none of this key.';

create or replace function fact.on_duty(people text[], at timestamptz) returns text[]
language sql stable parallel safe
begin atomic
    with asked as (
        select
            p.person,
            p.place,
            fact.is_on_duty(p.person, on_duty.at) as is_on_duty
        from unnest(on_duty.people) with ordinality as p (person, place)
    )
    select
        coalesce(
            array_agg(a.person order by a.place) filter (where a.is_on_duty),
            on_duty.people,
            '{}'
        )
    from asked as a;
end;
comment on function fact.on_duty(text[], timestamptz) is
'Those of the people who are on duty at an instant, in their order; all of them when nobody is, for quiet hours never silence a crisis. An error when one is not of the rota.';

create or replace function fact.level_people(level integer, at timestamptz) returns text[]
language sql stable parallel safe
begin atomic
    with rota as (
        select fact.rota_now() -> 'levels' as levels
    ),
    called as (
        select
            -- Of a negative number the remainder is negative.
            r.levels
            -> mod(
                mod(level_people.level - 1, jsonb_array_length(r.levels))
                + jsonb_array_length(r.levels),
                jsonb_array_length(r.levels)
            ) as people
        from rota as r
    )
    select
        fact.on_duty(
            array(
                select p.person
                from called as c
                cross join
                    lateral jsonb_array_elements_text(c.people)
                    with ordinality as p (person, place)
                order by p.place
            ),
            level_people.at
        );
end;
comment on function fact.level_people(integer, timestamptz) is
'Who is called at a level of escalation, counted from 1, at an instant: those of the level who are on duty, or all of it when nobody is. After the last level the first comes again. Nobody when there is no rota.';
