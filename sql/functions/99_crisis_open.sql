-- How a crisis begins, whom it calls, and who answers.

create or replace function fact.affected_customers(crisis_id integer, at timestamptz)
returns table (customer_id integer)
language sql stable
begin atomic
    select distinct k.customer_id
    from fact.crisis as c
    inner join fact.crisis_service as s on s.crisis_id = c.crisis_id
    inner join fact.contract_service as cs on cs.service_id = s.service_id
    inner join fact.contract_version as v on v.version_id = cs.version_id
    inner join fact.contract as k on k.contract_id = v.contract_id
    where
        c.crisis_id = affected_customers.crisis_id
        and v.replaced_at is null
        and v.valid && tstzrange(least(c.started, at), at, '[]');
end;
comment on function fact.affected_customers(integer, timestamptz) is
'The customers whose contracts cover a service of the crisis, between its start and an instant.';

create or replace function fact.add_affected(crisis_id integer, at timestamptz) returns void
language sql
begin atomic
    insert into fact.crisis_customer (crisis_id, customer_id, added_at, added_by, reason)
    select crisis_id, a.customer_id, at, 'vigie', 'a contract covers a service of it'
    from fact.affected_customers(crisis_id, at) as a
    on conflict do nothing;
end;
comment on function fact.add_affected(integer, timestamptz) is
'Puts those customers on the list of a crisis; nobody leaves it.';

create or replace function fact.page_crisis(crisis_id integer, now timestamptz) returns void
language plpgsql
as $$
declare
    levels integer := (select t.levels from fact.crisis_terms() as t);
    level integer := 0;
    round integer := 1;
    called bigint;
    people text[] := '{}';
    reached text[];
begin
    select (e.detail ->> 'level')::integer, (e.detail ->> 'round')::integer, e.event_id
    into level, round, called
    from fact.crisis_event as e
    where e.crisis_id = page_crisis.crisis_id and e.kind = 'paged'
    order by e.event_id desc
    limit 1;
    level := coalesce(level, 0);
    round := coalesce(round, 1);
    if called < fact.last_call(crisis_id) then
        level := 0;
        round := round + 1;
    end if;
    -- A level with nobody in it is passed over at once.
    for tries in 1..levels loop
        level := level + 1;
        if level > levels then
            level := 1;
            round := round + 1;
        end if;
        people := fact.level_people(level, now);
        exit when cardinality(people) > 0;
    end loop;
    if cardinality(people) = 0 then
        return; -- without a rota nobody is called
    end if;
    reached := fact.tell_people(
        crisis_id, people, format('page/%s/%s', round, level), 'page',
        jsonb_build_object('level', level, 'round', round), true, now
    );
    perform fact.add_crisis_event(
        crisis_id, 'paged', null, now, 'vigie', null, jsonb_build_object(
            'level', level, 'round', round, 'people', people,
            'without_channel', array(select unnest(people) except select unnest(reached))
        )
    );
end
$$;
comment on function fact.page_crisis(integer, timestamptz) is
'Calls the next level of the rota: the first, then each after the other, then the first again; after a relapse from the first on.';

create or replace function fact.create_crisis(
    incident_id integer,
    services integer[],
    trigger text,
    started timestamptz,
    actor text,
    reason text,
    now timestamptz
) returns integer
language plpgsql
as $$
declare
    made_id integer;
begin
    insert into fact.crisis (incident_id, trigger, started, opened_at, opened_by, reason, late)
    values (
        incident_id, trigger, started, now, actor, reason,
        coalesce(
            (select i.late from fact.incident as i where i.incident_id = create_crisis.incident_id),
            false
        )
    )
    returning crisis_id into made_id;
    insert into fact.crisis_service (crisis_id, service_id)
    select distinct made_id, unnest(services);
    perform fact.add_affected(made_id, now);
    perform fact.add_crisis_event(made_id, 'opened', 'open', now, actor, reason);
    perform fact.page_crisis(made_id, now);
    return made_id;
end
$$;
comment on function fact.create_crisis(
    integer, integer[], text, timestamptz, text, text, timestamptz
) is 'Writes down a new crisis with its services and customers, and calls the first level.';

create or replace function fact.open_crisis(
    incident_id integer, trigger text, actor text, reason text, now timestamptz
) returns integer
language plpgsql
as $$
declare
    found_id integer;
    began timestamptz;
begin
    perform fact.check_said('by', actor);
    perform fact.check_said('reason', reason);
    perform pg_advisory_xact_lock(hashtext('vigie crisis'));
    select c.crisis_id into found_id from fact.crisis as c
    where c.incident_id = open_crisis.incident_id;
    if found_id is not null then
        if trigger = 'hand'
            and coalesce(fact.crisis_rank(fact.crisis_state(found_id)) > 4, true)
        then
            raise exception 'incident-%: its crisis-% is %', incident_id, found_id,
                fact.crisis_state(found_id)
                using hint = 'for a further one name the services instead';
        end if;
        return found_id;
    end if;
    select s.started into began from fact.incident_state as s
    where s.incident_id = open_crisis.incident_id;
    if began is null then
        raise exception 'there is no incident-%', incident_id using hint = 'vigie incident list';
    end if;
    return fact.create_crisis(
        incident_id,
        array(
            select s.service_id from fact.incident_service as s
            where s.incident_id = open_crisis.incident_id
        ),
        trigger, began, actor, reason, now
    );
end
$$;
comment on function fact.open_crisis(integer, text, text, text, timestamptz) is
'Opens the crisis of an incident and calls the first level; gives the one that it has already, whatever became of that. A person who opens it is told when that one is over.';

create or replace function fact.open_crisis_of(
    services integer[],
    trigger text,
    started timestamptz,
    actor text,
    reason text,
    now timestamptz
) returns integer
language plpgsql
as $$
declare
    found_id integer;
begin
    perform fact.check_said('by', actor);
    perform fact.check_said('reason', reason);
    if coalesce(cardinality(services), 0) = 0 then
        raise exception 'services: none is named' using hint = 'write an incident or services';
    end if;
    perform pg_advisory_xact_lock(hashtext('vigie crisis'));
    found_id := fact.active_crisis(services, now);
    if found_id is not null then
        return found_id;
    end if;
    found_id := fact.failing_incident(services);
    if found_id is not null then
        -- Else the clock would open a second one for the same outage.
        return fact.open_crisis(found_id, trigger, actor, reason, now);
    end if;
    return fact.create_crisis(
        null, services, trigger, least(started, fact.failing_since(services)), actor, reason, now
    );
end
$$;
comment on function fact.open_crisis_of(
    integer[], text, timestamptz, text, text, timestamptz
) is
'Opens a crisis of services, by hand or for an anomaly; of the incident that takes them down, if there is one. Gives the crisis that goes on about them already.';

create or replace function fact.crisis_acknowledged(
    crisis_id integer, person text, at timestamptz
) returns boolean
language plpgsql
as $$
declare
    member text;
begin
    perform fact.check_said('by', person);
    perform 1 from fact.crisis as c where c.crisis_id = crisis_acknowledged.crisis_id
    for no key update;
    if not found then
        raise exception 'there is no crisis-%', crisis_id using hint = 'vigie crisis list';
    end if;
    if not fact.crisis_state(crisis_id) = any(fact.states_of('ack')) then
        return false;
    end if;
    member := fact.member(person);
    if exists (
        select 1 from fact.crisis_event as e
        where
            e.crisis_id = crisis_acknowledged.crisis_id
            and e.kind = 'acknowledged'
            and e.event_id > fact.last_call(e.crisis_id)
            and not fact.is_another_member(member, e.actor)
    ) then
        return false;
    end if;
    perform fact.add_crisis_event(crisis_id, 'acknowledged', null, at, member);
    return true;
end
$$;
comment on function fact.crisis_acknowledged(integer, text, timestamptz) is
'Writes down that a person looks after a crisis: nobody further is called. False, and nothing more: that person did so before, or it is over.';
