-- Stand-ins until the rota and the outbox are here. Deleted when they are.

create or replace function fact.rota_now() returns jsonb
language sql stable
begin atomic
    select r.spec from fact.rota as r where r.replaced_at is null;
end;
comment on function fact.rota_now() is 'The rota in force; null: none.';

create or replace function fact.level_people(level integer, at timestamptz) returns text[]
language sql stable
begin atomic
    select
        coalesce(
            array(
                select p.person
                from
                    jsonb_array_elements_text(fact.rota_now() -> 'levels' -> (level - 1))
                    with ordinality as p (person, place)
                where level_people.at is not null
                order by p.place
            ),
            '{}'
        );
end;
comment on function fact.level_people(integer, timestamptz) is 'Whom a level of escalation calls, from 1.';

create or replace function fact.reach_of(person text) returns jsonb
language sql stable
begin atomic
    select coalesce(fact.rota_now() -> 'people' -> person -> 'reach', '[]');
end;
comment on function fact.reach_of(text) is 'Where a person is reached, in this order.';

create or replace function fact.person_name(person text) returns text
language sql stable
begin atomic
    select coalesce(fact.rota_now() -> 'people' -> person ->> 'name', person);
end;
comment on function fact.person_name(text) is 'What a person is called; the key where the rota names nobody.';

create or replace function fact.has_role(person text, role text) returns boolean
language sql stable
begin atomic
    select coalesce(fact.rota_now() -> 'people' -> person -> 'roles' ? role, false);
end;
comment on function fact.has_role(text, text) is 'Whether the rota gives a person this role.';

create or replace function fact.queue_message(
    key text,
    kind text,
    audience text,
    recipient text,
    targets jsonb,
    facts jsonb,
    urgent boolean,
    due_at timestamptz,
    incident_id integer,
    crisis_id integer
) returns bigint
language sql
begin atomic
    insert into fact.outbox (
        key, kind, audience, recipient, targets, facts, urgent, due_at, incident_id, crisis_id
    )
    values (
        key, kind, audience, recipient, targets, facts, urgent, due_at, incident_id, crisis_id
    )
    on conflict do nothing
    returning message_id;
end;
comment on function fact.queue_message(
    text, text, text, text, jsonb, jsonb, boolean, timestamptz, integer, integer
) is 'Queues a message once; null when it was queued before.';
