-- Crises: when they were opened, answered, staffed, told of, resolved, dissolved and reviewed.

create or replace view sla.crisis as
with happened as (
    select
        e.crisis_id,
        (array_agg(e.state order by e.event_id desc))[1] as state,
        min(e.at) filter (where e.kind = 'acknowledged') as acknowledged_at,
        min(e.at) filter (where e.state = 'staffed') as staffed_at,
        count(*) filter (where e.kind = 'updated') as updates,
        count(*) filter (where e.kind = 'overdue') as overdue_alarms,
        count(*) filter (where e.kind = 'relapsed') as relapses,
        max(e.at) filter (where e.kind = 'resolved') as resolved_at,
        max(e.at) filter (where e.kind = 'relapsed') as relapsed_at,
        max(e.at) filter (where e.kind = 'informed') as informed_at,
        max(e.at) filter (where e.kind = 'dissolved') as dissolved_at,
        max(e.at) filter (where e.kind = 'reviewed') as reviewed_at,
        max(e.at) filter (where e.state in ('cancelled', 'merged')) as set_aside_at
    from fact.crisis_event as e
    group by e.crisis_id
),
lasting as (
    select
        h.crisis_id,
        h.state,
        h.acknowledged_at,
        h.staffed_at,
        h.updates,
        h.overdue_alarms,
        h.relapses,
        -- What a relapse took back is not the end of it.
        case when h.resolved_at >= coalesce(h.relapsed_at, '-infinity') then h.resolved_at end
            as resolved_at,
        case when h.informed_at >= coalesce(h.relapsed_at, '-infinity') then h.informed_at end
            as informed_at,
        case when h.dissolved_at >= coalesce(h.relapsed_at, '-infinity') then h.dissolved_at end
            as dissolved_at,
        h.reviewed_at,
        h.set_aside_at
    from happened as h
),
told as (
    select
        o.crisis_id,
        min(o.sent_at) as first_at
    from fact.crisis_customer as cc
    inner join fact.customer as u on u.customer_id = cc.customer_id
    inner join fact.outbox as o
        on o.crisis_id = cc.crisis_id and o.audience = 'customer' and o.recipient = u.key
    group by o.crisis_id
)
select
    c.key as crisis,
    'incident-' || c.incident_id as incident,
    c.trigger,
    array(
        select s.key from fact.crisis_service as cs
        inner join fact.service as s on s.service_id = cs.service_id
        where cs.crisis_id = c.crisis_id
        order by s.key
    ) as services,
    array(
        select u.key from fact.crisis_customer as cc
        inner join fact.customer as u on u.customer_id = cc.customer_id
        where cc.crisis_id = c.crisis_id
        order by u.key
    ) as customers,
    c.started,
    c.opened_at,
    c.late,
    l.state,
    l.acknowledged_at,
    l.staffed_at,
    t.first_at as first_customer_message_at,
    l.resolved_at,
    l.informed_at,
    l.dissolved_at,
    l.reviewed_at,
    l.set_aside_at,
    case
        when l.acknowledged_at is not null
            then sla.seconds(tstzrange(c.opened_at, greatest(c.opened_at, l.acknowledged_at)))
    end as to_acknowledge_s,
    case
        when l.staffed_at is not null
            then sla.seconds(tstzrange(c.opened_at, greatest(c.opened_at, l.staffed_at)))
    end as to_staff_s,
    case
        when t.first_at is not null
            then sla.seconds(tstzrange(c.opened_at, greatest(c.opened_at, t.first_at)))
    end as to_first_message_s,
    case
        when l.resolved_at is not null
            then sla.seconds(tstzrange(c.opened_at, greatest(c.opened_at, l.resolved_at)))
    end as to_resolve_s,
    l.updates,
    l.overdue_alarms,
    l.relapses
from fact.crisis as c
inner join lasting as l on l.crisis_id = c.crisis_id
left join told as t on t.crisis_id = c.crisis_id;
comment on view sla.crisis is
'One row per crisis (LEN-11), cancelled and merged ones included. Key: crisis. A login of one customer sees those that affect it, and of the services and customers its own.';
comment on column sla.crisis.crisis is 'Key of the crisis: crisis-3.';
comment on column sla.crisis.incident is
'Key of the incident that it is about; null: customers reported it, or a person opened it.';
comment on column sla.crisis.trigger is
'outage: by the clock (LEN-11 a). anomaly: blocking, reported by several customers (LEN-11 b). hand: a person opened it.';
comment on column sla.crisis.services is 'Keys of the services that it is about.';
comment on column sla.crisis.customers is 'Keys of the customers that it affects.';
comment on column sla.crisis.started is 'First failure, or first report, UTC.';
comment on column sla.crisis.opened_at is 'When the cell was called, UTC.';
comment on column sla.crisis.late is 'The outage was over when its results came.';
comment on column sla.crisis.state is
'open, staffed, mitigating, monitoring, resolved, reporting, dissolved, reviewed; cancelled (a false alarm) or merged (part of another one).';
comment on column sla.crisis.acknowledged_at is
'When the first person answered, UTC; null: nobody did by itself.';
comment on column sla.crisis.staffed_at is
'When the five mandatory roles were filled (LEN-12), UTC; null: not yet.';
comment on column sla.crisis.first_customer_message_at is
'When the first message to a customer was sent, UTC; null: none yet. For a login of one customer: to itself.';
comment on column sla.crisis.resolved_at is
'When the incident manager confirmed the full fix, UTC; null: not yet, or it failed again afterwards.';
comment on column sla.crisis.informed_at is
'When every affected customer had been told of that, UTC; null: not yet.';
comment on column sla.crisis.dissolved_at is 'When the cell was dissolved (LEN-13), UTC; null: not yet.';
comment on column sla.crisis.reviewed_at is 'When management had analysed it, UTC; null: not yet.';
comment on column sla.crisis.set_aside_at is
'When it was cancelled or merged, UTC; null: it was not.';
comment on column sla.crisis.to_acknowledge_s is
'From opened_at to acknowledged_at, seconds; null: nobody answered.';
comment on column sla.crisis.to_staff_s is 'From opened_at to staffed_at, seconds; null: not yet.';
comment on column sla.crisis.to_first_message_s is
'From opened_at to first_customer_message_at, seconds; null: none yet.';
comment on column sla.crisis.to_resolve_s is 'From opened_at to resolved_at, seconds; null: not yet.';
comment on column sla.crisis.updates is 'How many updates the customers were sent.';
comment on column sla.crisis.overdue_alarms is 'How often the cell was told that one was overdue.';
comment on column sla.crisis.relapses is 'How often it failed again.';

create or replace view sla.crisis_event as
select
    c.key as crisis,
    e.event_id as event,
    e.kind,
    e.state,
    e.at,
    case when fact.shows_internals() then e.actor end as actor,
    case
        when fact.shows_internals() or e.kind in ('updated', 'resolved') then e.reason
    end as reason,
    case when fact.shows_internals() then e.detail end as detail
from fact.crisis_event as e
inner join fact.crisis as c on c.crisis_id = e.crisis_id;
comment on view sla.crisis_event is
'One row per event of a crisis: who did what when, and why. Key: event. Append-only. A login of one customer sees neither names nor what people of the cell wrote for each other.';
comment on column sla.crisis_event.crisis is 'Key of the crisis.';
comment on column sla.crisis_event.event is 'Number of the event; they grow with time.';
comment on column sla.crisis_event.kind is
'opened, reported (by a customer), paged, acknowledged, filled (a role), staffed, planned, updated (customers), overdue, joined (a service), affected (a customer), workaround, good_again, relapsed, resolved, waived, informed, report_section, report_approved, dissolved, reviewed, action_added, action_done, reminded, cancel_asked, cancelled, merged or absorbed.';
comment on column sla.crisis_event.state is 'State of the crisis after it, as in sla.crisis.';
comment on column sla.crisis_event.at is 'When, UTC.';
comment on column sla.crisis_event.actor is
'A person, or vigie; null for a login of one customer.';
comment on column sla.crisis_event.reason is
'Why, or what was written; for a login of one customer only what customers were sent.';
comment on column sla.crisis_event.detail is
'What belongs to its kind, as JSON: role and person, level and round, section and text, …; null for a login of one customer.';

create or replace view sla.crisis_action as
select
    a.action_id as action,
    c.key as crisis,
    a.what,
    a.owner,
    a.due,
    a.recorded_by,
    a.recorded_at,
    d.at as done_at,
    d.actor as done_by,
    d.reason as done_reason
from fact.crisis_action as a
inner join fact.crisis as c on c.crisis_id = a.crisis_id
left join fact.crisis_action_done as d on d.action_id = a.action_id;
comment on view sla.crisis_action is
'One row per action that was decided after a crisis. Key: action. A login of one customer sees none.';
comment on column sla.crisis_action.action is 'Number of the action.';
comment on column sla.crisis_action.crisis is 'Key of the crisis.';
comment on column sla.crisis_action.what is 'What is to be done.';
comment on column sla.crisis_action.owner is 'Who does it.';
comment on column sla.crisis_action.due is
'The day by which it is done; it is past due from the next UTC midnight.';
comment on column sla.crisis_action.recorded_by is 'Who recorded it.';
comment on column sla.crisis_action.recorded_at is 'When it was recorded, UTC.';
comment on column sla.crisis_action.done_at is
'When it was done or given up, UTC; null: it is open.';
comment on column sla.crisis_action.done_by is 'Who said so; null: it is open.';
comment on column sla.crisis_action.done_reason is
'What was done, or why it was given up; null: it is open.';
