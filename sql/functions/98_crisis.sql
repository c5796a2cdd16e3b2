-- The crisis cell: its states, who fills it, and what every change of it has in common.

create or replace function fact.crisis_rank(state text) returns integer
language sql immutable parallel safe
return array_position(
    array[
        'open', 'staffed', 'mitigating', 'monitoring', 'resolved', 'reporting', 'dissolved',
        'reviewed'
    ],
    state
);
comment on function fact.crisis_rank(text) is
'How far a crisis is, from 1 (open) to 8 (reviewed); null for one that was cancelled or merged.';

create or replace function fact.states_of(command text) returns text[]
language sql immutable parallel safe
return case command
    when 'ack' then '{open,staffed,mitigating,monitoring}'::text[]
    when 'staff' then '{open,staffed,mitigating,monitoring,resolved,reporting}'
    when 'plan' then '{staffed,mitigating,monitoring}'
    when 'update' then '{open,staffed,mitigating,monitoring,resolved,reporting}'
    when 'affect' then '{open,staffed,mitigating,monitoring,resolved,reporting}'
    when 'waive' then '{open,staffed,mitigating,monitoring,resolved,reporting}'
    when 'workaround' then '{mitigating,monitoring}'
    when 'resolve' then '{open,staffed,mitigating,monitoring}'
    when 'report' then '{staffed,mitigating,monitoring,resolved,reporting}'
    when 'approve' then '{resolved,reporting}'
    when 'dissolve' then '{open,staffed,mitigating,monitoring,resolved,reporting}'
    when 'review' then '{dissolved}'
    when 'action'
        then '{open,staffed,mitigating,monitoring,resolved,reporting,dissolved,reviewed}'
    when 'cancel' then '{open,staffed,mitigating,monitoring}'
    when 'merge' then '{open,staffed,mitigating,monitoring}'
end;
comment on function fact.states_of(text) is
'The states in which a command is possible. Resolving and dissolving too early are possible commands: their guards say all that is missing.';

create or replace function fact.crisis_state(crisis_id integer) returns text
language sql stable parallel safe
begin atomic
    select e.state
    from fact.crisis_event as e
    where e.crisis_id = crisis_state.crisis_id
    order by e.event_id desc
    limit 1;
end;
comment on function fact.crisis_state(integer) is 'The state after the last event of a crisis.';

create or replace function fact.crisis_roles(crisis_id integer)
returns table (role text, person text, at timestamptz)
language sql stable parallel safe
begin atomic
    select distinct on (e.detail ->> 'role')
        e.detail ->> 'role',
        e.detail ->> 'person',
        e.at
    from fact.crisis_event as e
    where e.crisis_id = crisis_roles.crisis_id and e.kind = 'filled'
    order by e.detail ->> 'role', e.event_id desc;
end;
comment on function fact.crisis_roles(integer) is
'One row per role of a cell that is filled: by whom of the rota, and since when.';

create or replace function fact.mandatory_roles() returns text[]
language sql immutable parallel safe
return '{support_agent,incident_manager,support_manager,infrastructure,development}'::text[];
comment on function fact.mandatory_roles() is 'Whom a cell has at least (LEN-12).';

-- A person may leave the rota while in a cell: not an error, as it is to the rota.
create or replace function fact.name_of(person text) returns text
language sql stable
return coalesce(fact.rota_now() -> 'people' -> person ->> 'name', person);
comment on function fact.name_of(text) is
'What a person of a cell is called: by the rota, else the key.';

create or replace function fact.channels_of(person text) returns jsonb
language sql stable
return coalesce(fact.rota_now() -> 'people' -> person -> 'reach', '[]');
comment on function fact.channels_of(text) is
'Where a person of a cell is reached, the next one when one fails; nowhere when the rota does not know the person any more.';

create or replace function fact.utc_text(at timestamptz) returns text
language sql stable parallel safe
return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
comment on function fact.utc_text(timestamptz) is 'An instant in RFC 3339, whole seconds of UTC.';

create or replace function fact.check_said(name text, said text) returns void
language plpgsql immutable
as $$
begin
    -- Dots stand in the commands that are proposed, for what is to be written.
    if coalesce(btrim(fact.spelt(said), '….'), '') = '' then
        raise exception '%: is empty', name using hint = case name
            when 'by' then 'write who does it'
            else 'write it in a few words'
        end;
    end if;
end
$$;
comment on function fact.check_said(text, text) is 'Refuses a text that says nothing.';

create or replace function fact.enter_crisis(crisis_id integer, command text, actor text)
returns fact.crisis
language plpgsql
as $$
declare
    entered fact.crisis;
    state text;
begin
    perform fact.check_said('by', actor);
    -- What follows sees what the session before wrote: each statement has a snapshot of its own.
    select * into entered from fact.crisis as c where c.crisis_id = enter_crisis.crisis_id
    for no key update;
    if not found then
        raise exception 'there is no crisis-%', crisis_id using hint = 'vigie crisis list';
    end if;
    state := fact.crisis_state(crisis_id);
    if not state = any(fact.states_of(command)) then
        raise exception '%: is %, too % for %', entered.key, state,
            case
                when fact.crisis_rank(state) < fact.crisis_rank((fact.states_of(command))[1])
                    then 'early'
                else 'late'
            end,
            command
            using hint = format(
                'possible while it is %s%s',
                array_to_string(fact.states_of(command), ', '),
                case
                    when fact.crisis_rank(state) < fact.crisis_rank((fact.states_of(command))[1])
                        then format(
                            '; vigie crisis show %s tells how it becomes %s',
                            entered.key, (fact.states_of(command))[1]
                        )
                end
            );
    end if;
    return entered;
end
$$;
comment on function fact.enter_crisis(integer, text, text) is
'Locks a crisis until the end of the transaction; refuses a nameless actor, and a command that its state has no place for.';

create or replace function fact.add_crisis_event(
    crisis_id integer,
    kind text,
    state text,
    at timestamptz,
    actor text,
    reason text default null,
    detail jsonb default '{}'
) returns void
language sql
begin atomic
    insert into fact.crisis_event (crisis_id, kind, state, at, actor, reason, detail)
    values (
        crisis_id,
        kind,
        coalesce(state, fact.crisis_state(crisis_id)),
        at,
        -- One spelling of a person: two names of one look like two people.
        coalesce(fact.person_of(actor), regexp_replace(btrim(actor), '\s+', ' ', 'g')),
        nullif(btrim(reason), ''),
        coalesce(detail, '{}')
    );
end;
comment on function fact.add_crisis_event(
    integer, text, text, timestamptz, text, text, jsonb
) is 'Writes down what happened in a crisis; the state is the one before when none is given.';

create or replace function fact.refuse_missing(key text, aim text, missing text[]) returns void
language plpgsql stable
as $$
begin
    if cardinality(missing) > 0 then
        raise exception '%: cannot be %: %', key, aim, array_to_string(missing, '; ')
            using hint = format('vigie crisis show %s tells what to do next', key);
    end if;
end
$$;
comment on function fact.refuse_missing(text, text, text[]) is
'One error that names everything that is missing; none when nothing is.';

create or replace function fact.last_call(crisis_id integer) returns bigint
language sql stable parallel safe
begin atomic
    select coalesce(max(e.event_id), 0)
    from fact.crisis_event as e
    where
        e.crisis_id = last_call.crisis_id
        and e.kind = 'relapsed'
        and (e.detail ->> 'called')::boolean;
end;
comment on function fact.last_call(integer) is
'The event of the last relapse that people are called for again, 0 without one: answers of before count no more.';
