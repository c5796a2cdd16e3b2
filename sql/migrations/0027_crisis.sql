-- The crisis cell: what it decided and told, event by event (LEN-11 to LEN-13).

create table fact.crisis (
    crisis_id integer generated always as identity primary key,
    key text not null unique generated always as ('crisis-' || crisis_id::text) stored,
    incident_id integer unique references fact.incident,
    trigger text not null,
    started timestamptz not null,
    opened_at timestamptz not null,
    opened_by text not null,
    reason text not null,
    late boolean not null default false,
    constraint trigger_is_known check (trigger in ('outage', 'anomaly', 'hand'))
);
comment on table fact.crisis is 'One row per crisis: at most one per incident, whatever restarts.';
comment on column fact.crisis.trigger is
'outage: by the clock, LEN-11 (a). anomaly: blocking, reported by several customers, LEN-11 (b). hand: a person opened it.';
comment on column fact.crisis.started is 'The first failure, or the first report.';
comment on column fact.crisis.late is 'The outage was over when its results came.';

create table fact.crisis_service (
    crisis_id integer not null references fact.crisis,
    service_id integer not null references fact.service,
    primary key (crisis_id, service_id)
);
comment on table fact.crisis_service is 'The services that a crisis is about.';

create table fact.crisis_customer (
    crisis_id integer not null references fact.crisis,
    customer_id integer not null references fact.customer,
    added_at timestamptz not null default clock_timestamp(),
    added_by text not null,
    reason text not null,
    primary key (crisis_id, customer_id)
);
comment on table fact.crisis_customer is
'The customers that a crisis affects: computed from the contracts while it is open, frozen when it is staffed, extended by hand. Nobody is taken off.';

create table fact.crisis_event (
    event_id bigint generated always as identity primary key,
    crisis_id integer not null references fact.crisis,
    kind text not null,
    state text not null,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    reason text,
    detail jsonb not null default '{}',
    constraint crisis_state_is_known check (
        state in (
            'open', -- the cell is called
            'staffed', -- the five mandatory roles are filled (LEN-12)
            'mitigating', -- work on it goes on
            'monitoring', -- a workaround holds, or it is good again
            'resolved', -- good for a while, and the incident manager confirms the full fix
            'reporting', -- every affected customer was told
            'dissolved', -- fixed, informed, reported (LEN-13)
            'reviewed', -- management has analysed it
            'cancelled', -- a false alarm
            'merged' -- part of another crisis
        )
    )
);
comment on table fact.crisis_event is
'What happened in a crisis, with who, when and why. Append-only: its state is that of its last event.';
comment on column fact.crisis_event.state is 'The state after the event.';
create index crisis_event_crisis on fact.crisis_event (crisis_id, event_id);
comment on index fact.crisis_event_crisis is 'Serves the state of a crisis.';

create table fact.anomaly (
    anomaly_id integer generated always as identity primary key,
    key text not null unique generated always as ('anomaly-' || anomaly_id::text) stored,
    service_id integer not null references fact.service,
    customer_id integer not null references fact.customer,
    blocking boolean not null,
    workaround text,
    summary text not null,
    reported_at timestamptz not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    withdraws integer references fact.anomaly,
    constraint anomaly_says_something check (summary <> '')
);
comment on table fact.anomaly is
'What a customer reported of a service. Append-only: a withdrawal is a row that names the one it withdraws.';

create table fact.crisis_action (
    action_id integer generated always as identity primary key,
    crisis_id integer not null references fact.crisis,
    what text not null,
    owner text not null,
    due date not null,
    recorded_by text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint action_says_something check (what <> '')
);
comment on table fact.crisis_action is 'What management decided after a crisis, with owner and due date.';

create table fact.crisis_action_done (
    action_id integer primary key references fact.crisis_action,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    reason text not null
);
comment on table fact.crisis_action_done is 'Which of them are done, or were given up, and why.';

alter table fact.outbox add constraint outbox_crisis foreign key (crisis_id) references fact.crisis;

create or replace function fact.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception '%.% is append-only: nothing in it is changed or removed',
        tg_table_schema, tg_table_name
        using
            errcode = 'restrict_violation',
            hint = 'Record what changed as a new row, by its command: vigie maintenance withdraw, vigie correction withdraw, vigie incident, vigie crisis.';
end
$$;

do $$
declare
    registry text;
begin
    foreach registry in array array[
        'incident', 'incident_service', 'incident_event', 'crisis', 'crisis_service',
        'crisis_customer', 'crisis_event', 'anomaly', 'crisis_action', 'crisis_action_done',
        'outbox_event'
    ]
    loop
        execute format(
            'create trigger append_only before update or delete or truncate on fact.%I'
            ' for each statement execute function fact.refuse_change()', registry
        );
    end loop;
end
$$;
