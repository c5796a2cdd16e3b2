-- Outages as people handle them: what is looked at, incidents, and what happened to them.

create table fact.fresh_failure (
    mark_id bigint generated always as identity primary key,
    endpoint_ids integer[] not null,
    since timestamptz not null,
    marked_at timestamptz not null default clock_timestamp()
);
comment on table fact.fresh_failure is
'Endpoints that have new failed results, the first of them at since. Append-only, written in the transaction of the results; the watcher takes the marks away as it looks.';
comment on column fact.fresh_failure.marked_at is
'Where nobody watches, marks are forgotten a week later.';

create table fact.watched_service (
    service_id integer primary key references fact.service,
    since timestamptz not null,
    marked_at timestamptz not null,
    rolled boolean not null default false,
    noted boolean not null default false
);
comment on table fact.watched_service is
'Services that the watcher looks at: something of theirs failed after since and is not known to be good again.';
comment on column fact.watched_service.since is 'It was good just before; the watcher looks from here.';
comment on column fact.watched_service.rolled is
'Its endpoints were rolled up since; later only those with newer results are.';
comment on column fact.watched_service.noted is 'Its newest failures have their incident.';
comment on column fact.watched_service.marked_at is
'When its newest failures were seen. What is rolled up later than that knows them all.';

create table fact.watch (
    only_row boolean primary key default true,
    epoch bigint not null default 0,
    began_at timestamptz,
    beat_at timestamptz,
    rolled_at timestamptz,
    constraint watch_is_one_row check (only_row)
);
comment on table fact.watch is 'Who watches, and since when anybody does.';
comment on column fact.watch.epoch is
'Grows with each process that takes the lead. A watcher of an older epoch is refused: it hung, and another took over.';
comment on column fact.watch.began_at is
'When watching began here. What was over before is history that was imported, and no incident.';
comment on column fact.watch.beat_at is 'The last turn of the watcher.';
comment on column fact.watch.rolled_at is
'When what is watched was rolled up last, by the clock of the database.';
insert into fact.watch default values;

create table fact.incident (
    incident_id integer generated always as identity primary key,
    key text not null unique generated always as ('incident-' || incident_id::text) stored,
    started timestamptz not null,
    opened_at timestamptz not null,
    late boolean not null
);
comment on table fact.incident is
'One row per outage that people handle, of one service or of several that failed together.';
comment on column fact.incident.started is 'When the outage began, as known when it was opened.';
comment on column fact.incident.late is
'It was over when it was found: its results came late.';

create table fact.incident_service (
    incident_id integer not null references fact.incident,
    service_id integer not null references fact.service,
    started timestamptz not null,
    added_at timestamptz not null,
    primary key (incident_id, service_id)
);
comment on table fact.incident_service is 'The services that an incident takes down, as they joined it.';
create index incident_service_service on fact.incident_service (service_id);
comment on index fact.incident_service_service is 'Serves the incidents of a service.';

create table fact.incident_event (
    event_id bigint generated always as identity primary key,
    incident_id integer not null references fact.incident,
    kind text not null,
    at timestamptz not null,
    actor text not null,
    reason text,
    detail jsonb not null default '{}',
    recorded_at timestamptz not null default clock_timestamp(),
    constraint incident_event_kind_is_known check (
        kind in (
            'opened', -- the first confirmed failure was seen
            'moved', -- late results moved its start
            'joined', -- another service failed with it
            'pre_alert', -- it may become a crisis
            'recovered', -- all of its services are good again; at: when
            'relapsed', -- one of them failed again soon after
            'excused', -- a correction or a window took the outage away
            'noted', -- a person wrote something down
            'assigned', -- detail.person: who handles it
            'closed' -- a person ended it where nothing is measured any more
        )
    )
);
comment on table fact.incident_event is
'What happened to an incident, with who, when and why. Append-only: its state is that of its last event.';
comment on column fact.incident_event.at is 'The instant that the event speaks of.';
comment on column fact.incident_event.actor is 'A person, or vigie.';
create index incident_event_incident on fact.incident_event (incident_id, event_id);
comment on index fact.incident_event_incident is 'Serves the state of an incident.';
create index incident_event_kind on fact.incident_event (incident_id, kind);
comment on index fact.incident_event_kind is
'Serves the state of an incident: a storm has a thousand services that joined.';
create index incident_event_at on fact.incident_event (at);
comment on index fact.incident_event_at is 'Serves the incidents of a day.';

-- Figures of this very moment: the watcher reads beyond the watermark what it has rolled up itself.
alter type fact.reading add attribute as_of timestamptz;
comment on column fact.reading.as_of is 'Up to when the figures are read; null: the watermark.';
