-- What customers measured themselves and hold against our figures. It changes none of them.

create table fact.dispute (
    dispute_id integer generated always as identity primary key,
    key text not null unique,
    contract_id integer not null references fact.contract,
    file text not null,
    sha256 text not null,
    every interval not null,
    note text,
    recorded_by text not null,
    recorded_at timestamptz not null,
    constraint every_is_possible check (every between interval '1 second' and interval '1 day'),
    constraint sha256_is_a_digest check (sha256 ~ '^[0-9a-f]{64}$'),
    constraint one_dispute_of_a_file unique (contract_id, sha256)
);
comment on table fact.dispute is
'One row per probe log of a customer that was imported for a contract.';
comment on column fact.dispute.file is 'Name of the file, without its folder.';
comment on column fact.dispute.sha256 is 'Digest of the file as it was given, packed or not.';
comment on column fact.dispute.every is
'For how long one of its results speaks, where no other follows within 1.5 times as long.';

create table fact.dispute_result (
    dispute_id integer not null references fact.dispute,
    service_id integer not null references fact.service,
    at timestamptz not null,
    outcome fact.outcome not null,
    reason text,
    line integer not null,
    primary key (dispute_id, service_id, at),
    constraint outcome_is_known check (outcome <> 'unknown'),
    constraint line_follows_the_header check (line > 1)
);
comment on table fact.dispute_result is 'One row per result of such a log: what the customer saw.';
comment on column fact.dispute_result.line is 'Line of the file; 1 is its header.';

create trigger append_only before update or delete or truncate on fact.dispute
for each statement execute function fact.refuse_change();
create trigger append_only before update or delete or truncate on fact.dispute_result
for each statement execute function fact.refuse_change();

create type fact.claim as (dispute_id integer, taken text []);
comment on type fact.claim is
'What of a customer''s log is taken in the place of what we measured.';
comment on column fact.claim.taken is
'down: where they say down and we say up; up: the reverse; unknown: where we do not know.';

alter type fact.reading add attribute claim fact.claim;
comment on column fact.reading.claim is 'As if a customer''s own results were right.';
