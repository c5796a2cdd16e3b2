-- What excuses downtime. Append-only: a change is a new row with who, when and why.

create table fact.maintenance (
    maintenance_id integer generated always as identity primary key,
    key text not null unique,
    kind text not null,
    starts timestamptz not null,
    ends timestamptz not null,
    announced_at timestamptz,
    channel text,
    recipient text,
    evidence text,
    reason text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    constraint kind_is_known check (kind in ('planned', 'security')),
    constraint window_not_empty check (starts < ends),
    constraint reason_not_empty check (reason <> '')
);
comment on table fact.maintenance is 'One row per announced window.';
comment on column fact.maintenance.announced_at is 'When customers were told; null: not announced.';
comment on column fact.maintenance.evidence is 'Proof of the announcement: text, or the digest of a file.';
create index maintenance_window on fact.maintenance using gist (tstzrange(starts, ends));
comment on index fact.maintenance_window is 'Serves the windows of a period.';

create table fact.maintenance_service (
    maintenance_id integer not null references fact.maintenance,
    service_id integer not null references fact.service,
    primary key (maintenance_id, service_id)
);
comment on table fact.maintenance_service is 'The services that a window covers.';

create table fact.maintenance_event (
    event_id integer generated always as identity primary key,
    maintenance_id integer not null references fact.maintenance,
    action text not null,
    at timestamptz not null,
    reason text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    constraint action_is_known check (action in ('withdrawn', 'closed'))
);
comment on table fact.maintenance_event is 'What happened to a window after it was recorded.';
comment on column fact.maintenance_event.at is 'The moment it holds from: the real end of a closed window.';
create index maintenance_event_window on fact.maintenance_event (maintenance_id);
comment on index fact.maintenance_event_window is 'Serves the state of a window.';

create table fact.correction (
    correction_id integer generated always as identity primary key,
    key text not null unique,
    service_id integer references fact.service,
    endpoint_id integer references fact.endpoint,
    during tstzrange not null,
    effect text not null,
    reason text not null,
    evidence text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    constraint corrects_one_thing check (num_nonnulls(service_id, endpoint_id) = 1),
    constraint effect_is_known check (effect in ('exclude', 'up', 'down', 'unknown')),
    constraint correction_not_empty check (not isempty(during)),
    constraint correction_is_bounded check (not lower_inf(during) and not upper_inf(during))
);
comment on table fact.correction is
'One row per statement that a span was measured wrongly; effective once another person approved it.';
comment on column fact.correction.effect is
'exclude: the span leaves the figure; up, down, unknown: it was so, whatever was measured.';
create index correction_service on fact.correction (service_id);
comment on index fact.correction_service is 'Serves the corrections of a service.';
create index correction_endpoint on fact.correction (endpoint_id);
comment on index fact.correction_endpoint is 'Serves the corrections of an endpoint.';

create table fact.correction_event (
    event_id integer generated always as identity primary key,
    correction_id integer not null references fact.correction,
    action text not null,
    reason text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    constraint correction_action_is_known check (action in ('approved', 'withdrawn'))
);
comment on table fact.correction_event is 'Approval or withdrawal of a correction.';
create index correction_event_correction on fact.correction_event (correction_id);
comment on index fact.correction_event_correction is 'Serves the state of a correction.';
