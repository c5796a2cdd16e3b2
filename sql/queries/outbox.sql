-- Messages to people. An instant that is null is the database's own.

-- name: outbox_claim
-- Leases up to $2 messages for a worker ($1), for as long as $3; $4 instant.
select
    message_id,
    key,
    kind,
    recipient,
    urgent,
    attempts,
    targets -> target::integer as target,
    facts
from fact.claim_messages($1, $2, $3, coalesce($4, clock_timestamp()));

-- name: outbox_terms
-- What sending needs besides the messages: the current rota, and what signs links.
select
    s.secret,
    (select r.spec from fact.rota as r where r.replaced_at is null) as rota
from fact.signing_key as s;

-- name: outbox_attempt
-- Writes down that a message ($1) is about to be sent by a worker ($2), whose lease ($3) begins
-- anew; $4 instant.
select fact.attempt_message($1, $2, $3, coalesce($4, clock_timestamp()));

-- name: outbox_renew
-- Renews the leases ($2) of the workers of a process ($1); $3 instant.
select fact.renew_leases($1, $2, coalesce($3, clock_timestamp()));

-- name: outbox_finish
-- Writes down that a message ($1) of a worker ($2) was sent, and how the server called it ($3);
-- $4 instant.
select fact.finish_message($1, $2, $3, coalesce($4, clock_timestamp()));

-- name: outbox_fail
-- Writes down that a message ($1) of a worker ($2) was not sent: whether that may pass ($3), when
-- to come again ($4), why ($5); $6 instant.
select fact.fail_message($1, $2, $3, $4, $5, coalesce($6, clock_timestamp()));

-- name: outbox_retry
-- Lets a message ($1) be tried again, as a person ($2) asks; $3 instant.
select fact.retry_message($1, $2, coalesce($3, clock_timestamp()));

-- name: outbox_mark
-- Writes down that a message ($1) arrived or came back ($2), as a person ($3) found out ($4); $5
-- instant.
select fact.mark_message($1, $2, $3, $4, coalesce($5, clock_timestamp()));

-- name: outbox_acknowledge
-- Writes down that a person ($2) answered a message ($1); $3 instant.
select
    first,
    by_whom,
    at
from fact.acknowledge($1, $2, coalesce($3, clock_timestamp()));

-- name: outbox_dead
-- The messages that reached nobody, oldest first.
select message_id
from fact.outbox
where state = 'dead'
order by message_id;

-- name: outbox_queued
-- How many messages wait to be sent, or to be tried again.
select count(*)
from fact.outbox
where state = 'queued';

-- name: outbox_find
-- The message of a number or key ($1).
select message_id
from fact.outbox
where message_id::text = $1 or key = $1;

-- name: outbox_question
-- What a message ($1) tells, and who answered it first; over: the state of its crisis, where
-- that calls nobody any more.
select
    o.kind,
    o.recipient,
    o.facts,
    case
        when o.urgent and fact.crisis_state(o.crisis_id) <> all(fact.states_of('ack'))
            then fact.crisis_state(o.crisis_id)
    end as over,
    e.detail ->> 'by' as by_whom,
    e.at
from fact.outbox as o
left join fact.outbox_event as e on o.message_id = e.message_id and e.kind = 'acknowledged'
where o.message_id = $1
order by e.event_id
limit 1;

-- name: outbox_list
-- Messages of a state ($1; null: any), the newest ones ($2) first.
select
    o.message_id as message,
    n.key,
    n.kind,
    n.audience,
    n.recipient,
    n.incident,
    n.crisis,
    n.channel,
    n.state,
    n.queued_at,
    n.sent_at,
    n.delivered_at,
    n.acknowledged_at,
    n.attempts,
    n.error
from fact.outbox as o
inner join sla.notification as n on o.key = n.key
where o.state = $1 or $1::text is null
order by o.message_id desc
limit $2;

-- name: outbox_read
-- A message ($1).
select
    o.message_id as message,
    n.key,
    n.kind,
    n.audience,
    n.recipient,
    n.incident,
    n.crisis,
    n.channel,
    n.state,
    n.queued_at,
    n.sent_at,
    n.delivered_at,
    n.acknowledged_at,
    n.attempts,
    n.error
from fact.outbox as o
inner join sla.notification as n on o.key = n.key
where o.message_id = $1;

-- name: outbox_events
-- The story of a message ($1).
select
    kind,
    at,
    channel,
    detail
from fact.outbox_event
where message_id = $1
order by event_id;
