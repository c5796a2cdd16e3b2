-- Messages to people: queued with the change that they tell of, leased, sent, tried again.
--
-- Instants are the database's own: leases of several computers must not hang on their clocks.

create or replace function fact.queue_message(
    key text,
    kind text,
    audience text,
    recipient text,
    targets jsonb,
    facts jsonb,
    urgent boolean default false,
    due_at timestamptz default null,
    incident_id integer default null,
    crisis_id integer default null
)
returns bigint
language sql volatile
begin atomic
    insert into fact.outbox (
        key, kind, audience, recipient, targets, facts, urgent, due_at, incident_id, crisis_id
    )
    select
        queue_message.key,
        queue_message.kind,
        queue_message.audience,
        queue_message.recipient,
        queue_message.targets,
        queue_message.facts,
        coalesce(queue_message.urgent, false),
        coalesce(queue_message.due_at, clock_timestamp()),
        queue_message.incident_id,
        queue_message.crisis_id
    where coalesce(queue_message.targets, '[]') not in ('[]', 'null')
    on conflict (key) do nothing;

    select pg_notify('vigie_outbox', '');

    select o.message_id from fact.outbox as o
    where
        o.key = queue_message.key
        and coalesce(queue_message.targets, '[]') not in ('[]', 'null');
end;
comment on function fact.queue_message(
    text, text, text, text, jsonb, jsonb, boolean, timestamptz, integer, integer
) is
'Queues a message in the caller''s transaction, once per key, and gives its number, also of one that was there before; null where there is no target to send it to.';

create or replace function fact.claim_messages(
    worker text, most integer, lease interval, now timestamptz
)
returns setof fact.outbox
language sql volatile
begin atomic
    with due as (
        select o.message_id from fact.outbox as o
        where
            o.state = 'queued'
            and o.due_at <= claim_messages.now
            and (o.leased_until is null or o.leased_until <= claim_messages.now)
        order by o.urgent desc, o.due_at asc, o.message_id asc
        limit claim_messages.most
        for update skip locked
    )
    update fact.outbox as o
    set leased_by = claim_messages.worker, leased_until = claim_messages.now + claim_messages.lease
    from due
    where o.message_id = due.message_id
    returning o.*;
end;
comment on function fact.claim_messages(text, integer, interval, timestamptz) is
'Leases messages that are due, urgent ones first, also those whose worker let its lease run out. The name of the worker must be a new one for each call: it is what later calls prove the lease with.';

create or replace function fact.attempt_message(
    message_id bigint, worker text, lease interval, now timestamptz
)
returns boolean
language sql volatile
begin atomic
    with held as (
        update fact.outbox as o
        set
            attempts = o.attempts + 1,
            leased_until = attempt_message.now + attempt_message.lease
        where
            o.message_id = attempt_message.message_id
            and o.leased_by = attempt_message.worker
            and o.leased_until is not null
            and o.state = 'queued'
        returning o.message_id, o.target, o.targets -> o.target::integer ->> 'channel' as channel
    ),
    told as (
        insert into fact.outbox_event (message_id, kind, at, channel, detail)
        select
            h.message_id,
            'attempted' as kind,
            attempt_message.now as at,
            h.channel,
            jsonb_build_object('target', h.target, 'worker', attempt_message.worker) as detail
        from held as h
    )
    select count(*) > 0 from held;
end;
comment on function fact.attempt_message(bigint, text, interval, timestamptz) is
'Writes down that a message is about to be sent, so that it is known after a crash that it may have been. False: another worker has it, or it needs no sending any more.';

create or replace function fact.renew_leases(process text, lease interval, now timestamptz)
returns integer
language sql volatile
begin atomic
    with renewed as (
        update fact.outbox as o
        set leased_until = renew_leases.now + renew_leases.lease
        where
            o.state = 'queued'
            and o.leased_until is not null
            and starts_with(o.leased_by, renew_leases.process || ':')
        returning o.message_id
    )
    select count(*)::integer from renewed;
end;
comment on function fact.renew_leases(text, interval, timestamptz) is
'Says that the workers of a process live: their leases begin anew. Leases are short, so that a process that was killed holds nothing up.';

create or replace function fact.finish_message(
    message_id bigint, worker text, reference text, now timestamptz
)
returns text
language sql volatile
begin atomic
    with done as (
        update fact.outbox as o
        set
            -- It may have been acknowledged before its server had answered us.
            state = case
                when o.state <> 'queued' then o.state
                -- A mail server only takes it on; the others are where people look.
                when o.targets -> o.target::integer ->> 'channel' in ('email', 'apprise')
                    then 'sent'
                else 'delivered'
            end,
            sent_at = finish_message.now,
            error = null,
            leased_until = null
        where
            o.message_id = finish_message.message_id
            and o.leased_by = finish_message.worker
            and o.leased_until is not null
        returning o.message_id, o.state, o.targets -> o.target::integer ->> 'channel' as channel
    )
    insert into fact.outbox_event (message_id, kind, at, channel, detail)
    select
        d.message_id,
        k.kind,
        finish_message.now as at,
        d.channel,
        jsonb_strip_nulls(jsonb_build_object('reference', finish_message.reference)) as detail
    from done as d
    cross join unnest(array['sent', 'delivered']) with ordinality as k (kind, place)
    where k.kind = 'sent' or d.state = 'delivered'
    order by k.place;

    select o.state from fact.outbox as o
    where o.message_id = finish_message.message_id and o.leased_by = finish_message.worker;
end;
comment on function fact.finish_message(bigint, text, text, timestamptz) is
'Writes down that a server took a message, and gives its state; null: another worker has it. Repeating it is harmless.';

create or replace function fact.acknowledge(message_id bigint, person text, now timestamptz)
returns table (first boolean, by_whom text, at timestamptz)
language plpgsql
as $$
declare
    held fact.outbox;
begin
    select o.* into held from fact.outbox as o
    where o.message_id = acknowledge.message_id
    for update;
    if held.message_id is null then
        raise exception 'message %: there is none of this number', message_id
            using hint = 'vigie outbox list shows them';
    end if;
    if held.audience <> 'team' then
        raise exception 'message %: is for a customer', message_id
            using hint = 'only people of the rota acknowledge';
    end if;
    select e.detail ->> 'by', e.at into by_whom, acknowledge.at from fact.outbox_event as e
    where e.message_id = held.message_id and e.kind = 'acknowledged'
    order by e.event_id
    limit 1;
    first := not found;
    if first then
        by_whom := person;
        acknowledge.at := acknowledge.now;
        update fact.outbox as o set state = 'acknowledged' where o.message_id = held.message_id;
        insert into fact.outbox_event (message_id, kind, at, detail)
        values (held.message_id, 'acknowledged', acknowledge.now, jsonb_build_object('by', person));
        if held.crisis_id is not null
            and to_regprocedure('fact.crisis_acknowledged(integer, text, timestamptz)') is not null
        then
            execute 'select fact.crisis_acknowledged($1, $2, $3)'
            using held.crisis_id, person, acknowledge.now;
        end if;
    end if;
    return next;
end
$$;
comment on function fact.acknowledge(bigint, text, timestamptz) is
'Writes down that a person answered a message, and tells its crisis; a second time it changes nothing and gives by whom and when it was done first.';
