-- Messages to people: written with the change that they tell of, sent afterwards.

create table fact.outbox (
    message_id bigint generated always as identity primary key,
    key text not null unique,
    kind text not null,
    audience text not null,
    recipient text not null,
    targets jsonb not null,
    facts jsonb not null,
    urgent boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    due_at timestamptz not null default clock_timestamp(),
    state text not null default 'queued',
    target smallint not null default 0,
    attempts integer not null default 0,
    leased_until timestamptz,
    leased_by text,
    error text,
    sent_at timestamptz,
    incident_id integer references fact.incident,
    crisis_id integer,
    constraint audience_is_known check (audience in ('team', 'customer')),
    constraint targets_are_some check (
        jsonb_typeof(targets) = 'array' and jsonb_array_length(targets) > 0
    ),
    constraint message_state_is_known check (
        state in (
            'queued', -- waits for a worker, or for its next attempt
            'sent', -- a server took it
            'delivered', -- the recipient's side has it
            'bounced', -- it came back
            'acknowledged', -- the recipient answered
            'dead' -- every channel was tried; a person must look
        )
    )
);
comment on table fact.outbox is
'One row per message and recipient. Written in the transaction of the change that it tells of; a worker leases it, sends it outside of any transaction and writes down what came of it.';
comment on column fact.outbox.key is
'The same message to the same recipient has the same key: it is queued once, whatever restarts. Sent along for receivers that drop repetitions.';
comment on column fact.outbox.kind is 'What it says: the name of its template.';
comment on column fact.outbox.recipient is 'The key of a person of the rota, or of a customer.';
comment on column fact.outbox.targets is
'Where it may be sent, the next one when one fails: {"channel": "email", "to": …}. Secrets are left as placeholders.';
comment on column fact.outbox.facts is 'What its template prints, as it was when the message was queued.';
comment on column fact.outbox.target is 'Which of the targets is used now, from 0.';
comment on column fact.outbox.attempts is 'With this target.';
comment on column fact.outbox.leased_until is
'A worker sends it; after this instant another one may. Null: nobody does.';
create index outbox_due on fact.outbox (due_at) where state = 'queued';
comment on index fact.outbox_due is 'Serves the workers.';

create table fact.outbox_event (
    event_id bigint generated always as identity primary key,
    message_id bigint not null references fact.outbox,
    kind text not null,
    at timestamptz not null default clock_timestamp(),
    channel text,
    detail jsonb not null default '{}',
    constraint outbox_event_kind_is_known check (
        kind in (
            'attempted', 'failed', 'sent', 'delivered', 'bounced', 'acknowledged', 'dead', 'retried'
        )
    )
);
comment on table fact.outbox_event is
'What was tried with a message and what came of it. Append-only: the proof that somebody was told.';
create index outbox_event_message on fact.outbox_event (message_id);
comment on index fact.outbox_event_message is 'Serves the story of a message.';

create table fact.signing_key (
    only_row boolean primary key default true,
    secret text not null default gen_random_uuid()::text || gen_random_uuid()::text,
    constraint signing_key_is_one_row check (only_row)
);
comment on table fact.signing_key is 'Signs the links by which people acknowledge. Nobody reads it but Vigie.';
insert into fact.signing_key default values;
