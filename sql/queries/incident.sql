-- Watching, and what people write down of incidents.

-- name: watch_lease
-- Whoever watches must look again within this time: a process that is frozen gives its place up.
set idle_session_timeout = '10s';

-- name: watch_lead
-- Whether this session watches now; it does until it ends.
select pg_try_advisory_lock(hashtext('vigie watch'));

-- name: watch_take
-- The epoch of the new watcher.
select fact.take_watch();

-- name: watch_marks
-- Epoch ($1), and now ($2).
select fact.take_marks($1, $2);

-- name: watch_roll_up
-- Now ($1).
select fact.roll_up_watched($1);

-- name: watch_turn
-- Epoch ($1), and now ($2).
select fact.watch_turn($1, $2);

-- name: watch_routine
-- Now ($1).
select fact.tell_routine($1);

-- name: watch_crises
-- Now ($1).
select fact.crisis_turn($1);

-- name: incidents
-- Incidents, the newest first: only those that are open ($1), or only one ($2); null: every one.
select
    i.incident,
    i.services,
    i.started,
    i.ended,
    i.elapsed_s,
    i.state,
    i.opened_at,
    i.late,
    i.assigned_to,
    i.crisis
from sla.incident as i
where
    (not $1::boolean or i.state = 'open')
    and ($2::text is null or i.incident = $2)
order by i.started desc, i.incident desc;

-- name: incident_events
-- What happened to an incident ($1), in order; an error when there is none of this key.
select
    e.kind,
    e.at,
    e.actor,
    e.reason,
    e.detail,
    e.recorded_at
from fact.incident_event as e
where e.incident_id = fact.incident_id($1)
order by e.event_id;

-- name: incident_cause
-- The first failed result of an incident ($1), in words.
select fact.incident_facts(fact.incident_id($1)) ->> 'cause';

-- name: incident_note
-- Incident ($1), text ($2), who ($3), now ($4).
select fact.incident_happened(fact.incident_id($1), 'noted', $4, $2, '{}', $3);

-- name: incident_assign
-- Incident ($1), to whom ($2), who ($3), now ($4).
select
    fact.incident_happened(
        fact.incident_id($1), 'assigned', $4, null, jsonb_build_object('person', $2::text), $3
    );

-- name: incident_close
-- Incident ($1), reason ($2), who ($3), now ($4).
select fact.close_incident($1, $3, $2, $4);
