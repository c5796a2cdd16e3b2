-- Incidents: outages that people handle.

create or replace view sla.incident as
select
    i.key as incident,
    m.services,
    seen.started,
    t.ended,
    case
        when t.ended is not null
            then sla.seconds(tstzrange(seen.started, greatest(seen.started, t.ended)))
    end as elapsed_s,
    t.state,
    i.opened_at,
    i.late,
    e.warned_at,
    e.relapses,
    e.assigned_to,
    c.key as crisis
from fact.incident as i
cross join
    lateral (
        select array_agg(s.key order by s.key) as services, min(b.started) as started
        from fact.incident_service as b
        inner join fact.service as s on s.service_id = b.service_id
        where b.incident_id = i.incident_id
    ) as m
cross join
    lateral (
        select
            min(n.at) filter (where n.kind in ('opened', 'moved')) as started,
            bool_or(n.kind = 'moved') as relocated,
            (
                array_agg(n order by n.event_id desc)
                filter (
                    where n.kind in ('opened', 'relapsed', 'recovered', 'excused', 'closed')
                )
            )[1] as last,
            min(n.at) filter (where n.kind = 'pre_alert') as warned_at,
            count(*) filter (where n.kind = 'relapsed') as relapses,
            (
                array_agg(n.detail ->> 'person' order by n.event_id desc)
                filter (where n.kind = 'assigned')
            )[1] as assigned_to
        from fact.incident_event as n
        where n.incident_id = i.incident_id
    ) as e
cross join
    lateral (
        select
            case
                when (e.last).kind in ('opened', 'relapsed') then 'open' else (e.last).kind
            end as state,
            case when (e.last).kind not in ('opened', 'relapsed') then (e.last).at end as ended
    ) as t
cross join
    lateral (
        -- To a customer it began with the first of the customer's own services.
        select case when e.relocated then e.started else m.started end as started
    ) as seen
left join fact.crisis as c on c.incident_id = i.incident_id;
comment on view sla.incident is
'One row per incident: an outage that people handle, of one service or of several that failed together. Opened at the first confirmed failure, whatever contracts say of it; sla.outage has what a contract counts. Key: incident.';
comment on column sla.incident.incident is 'Key of the incident, as in commands and messages.';
comment on column sla.incident.services is 'Keys of the services that failed together, those that this login may see.';
comment on column sla.incident.started is
'When the outage began, UTC, as known now: late results may have moved it. To the login of one customer: when the first of its own services failed.';
comment on column sla.incident.ended is
'When the last of the services was good again, UTC; null: one of them is down, or not known to be good.';
comment on column sla.incident.elapsed_s is
'Seconds from started to ended, whatever the service hours; null while it is open.';
comment on column sla.incident.state is
'open; recovered: all services are good; excused: a correction or a window took the outage away; closed: ended by a person.';
comment on column sla.incident.opened_at is 'When the watcher opened it, UTC.';
comment on column sla.incident.late is
'True when the outage was over as its results came: nobody could be called.';
comment on column sla.incident.warned_at is
'When the team was first told that it may become a crisis, UTC; null: never.';
comment on column sla.incident.relapses is 'How often a service failed again soon after all were good.';
comment on column sla.incident.assigned_to is 'The person who handles it; null: nobody yet.';
comment on column sla.incident.crisis is 'Key of the crisis that it became; null: none (LEN-11).';
