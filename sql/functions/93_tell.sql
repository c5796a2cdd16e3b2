-- What the team is told besides crises: before one, when Vigie is blind, and to try the channels.

create or replace function fact.tell_person(
    person text,
    key text,
    kind text,
    facts jsonb,
    urgent boolean,
    now timestamptz,
    incident_id integer default null
) returns void
language plpgsql
as $$
begin
    -- Asked again every second: a conflict would write each time.
    if exists (select from fact.outbox as o where o.key = tell_person.key) then
        return;
    end if;
    perform fact.queue_message(
        tell_person.key,
        tell_person.kind,
        'team',
        tell_person.person,
        fact.reach_of(tell_person.person),
        tell_person.facts || jsonb_build_object('name', fact.person_name(tell_person.person)),
        tell_person.urgent,
        tell_person.now,
        tell_person.incident_id,
        null
    );
end
$$;
comment on function fact.tell_person(
    text, text, text, jsonb, boolean, timestamptz, integer
) is
'Queues a message to a person of the rota, once for each key.';

create or replace function fact.incident_facts(incident_id integer) returns jsonb
language sql stable
begin atomic
    select
        jsonb_build_object(
            'incident', i.key,
            'services', (
                select
                    jsonb_agg(jsonb_build_object('key', s.key, 'name', s.name) order by s.key)
                from fact.incident_service as m
                inner join fact.service as s on s.service_id = m.service_id
                where m.incident_id = i.incident_id
            ),
            'started', t.started,
            'opened', i.opened_at,
            'state', t.state,
            'late', i.late,
            'cause', (
                select fact.outage_cause(array_agg(s.key), tstzrange(t.started, 'infinity'))
                from fact.incident_service as m
                inner join fact.service as s on s.service_id = m.service_id
                where m.incident_id = i.incident_id
            )
        )
    from fact.incident as i
    inner join fact.incident_state as t on t.incident_id = i.incident_id
    where i.incident_id = incident_facts.incident_id;
end;
comment on function fact.incident_facts(integer) is
'What messages print of an incident: its services, its start, its state and the first failed result.';

create or replace function fact.tell_ahead(incident_id integer, now timestamptz) returns void
language plpgsql
as $$
declare
    facts constant jsonb := fact.incident_facts(tell_ahead.incident_id);
    person text;
begin
    if fact.rota_now() is null then
        return;
    end if;
    foreach person in array fact.level_people(1, tell_ahead.now) loop
        perform fact.tell_person(
            person,
            format(
                '%s/pre_alert/%s/%s',
                facts ->> 'incident',
                to_char(tell_ahead.now at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'),
                person
            ),
            'pre_alert',
            facts,
            true,
            tell_ahead.now,
            tell_ahead.incident_id
        );
    end loop;
end
$$;
comment on function fact.tell_ahead(integer, timestamptz) is
'Warns the people of the first level that an incident may become a crisis.';

create or replace function fact.blind_locations(now timestamptz)
returns table (location text, since timestamptz, why text)
language sql stable
begin atomic
    with agent as (
        select
            a.location_id,
            max(a.seen_at) as seen_at
        from fact.agent as a
        group by a.location_id
    ),
    edge as (
        select distinct on (b.location_id) b.location_id, b.at, b.blind, b.why
        from fact.blind_edge as b
        where b.at > blind_locations.now - interval '30 days'
        order by b.location_id asc, b.at desc
    )
    select l.key, a.seen_at, 'no agent of this location was heard of'
    from agent as a
    inner join fact.location as l on l.location_id = a.location_id
    where a.seen_at < blind_locations.now - interval '2 minutes'
    union all
    select l.key, e.at, format('its own network is down: %s', e.why)
    from edge as e
    inner join agent as a on a.location_id = e.location_id
    inner join fact.location as l on l.location_id = e.location_id
    where
        e.blind
        and e.at < blind_locations.now - interval '2 minutes'
        and a.seen_at >= blind_locations.now - interval '2 minutes';
end;
comment on function fact.blind_locations(timestamptz) is
'One row per location that has measured nothing for two minutes, since when, and why: its agents are silent, or their own network is down.';

create or replace function fact.tell_routine(now timestamptz) returns void
language plpgsql
as $$
declare
    rota constant jsonb := fact.rota_now();
    local constant timestamp
        := tell_routine.now at time zone coalesce(rota #>> '{test,timezone}', 'UTC');
    blind record;
    person text;
begin
    if rota is null then
        return;
    end if;
    for blind in select * from fact.blind_locations(tell_routine.now) loop
        foreach person in array fact.level_people(1, tell_routine.now) loop
            perform fact.tell_person(
                person,
                format('blind/%s/%s/%s', blind.location, extract(epoch from blind.since), person),
                'blind',
                jsonb_build_object(
                    'started', blind.since, 'cause', format('%s: %s', blind.location, blind.why)
                ),
                true,
                tell_routine.now
            );
        end loop;
    end loop;
    if
        to_char(local, 'dy') = rota #>> '{test,weekday}'
        and local::time >= (rota #>> '{test,at}')::time
    then
        for person in select k.key from jsonb_object_keys(rota -> 'people') as k (key) loop
            perform fact.tell_person(
                person,
                format('test/%s/%s', local::date, person),
                'test',
                jsonb_build_object('started', tell_routine.now),
                false,
                tell_routine.now
            );
        end loop;
    end if;
end
$$;
comment on function fact.tell_routine(timestamptz) is
'Tells the first level once of each time that a location is blind, and tries the channels of everybody once a week.';
