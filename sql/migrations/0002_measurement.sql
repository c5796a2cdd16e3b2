-- Results, attempts and the roll-up. endpoint_id leads every key; no triggers, no foreign
-- keys from these tables: they can be distributed by endpoint_id.

create type fact.outcome as enum (
    'up',
    'down', -- the target failed
    'unknown' -- we could not tell
);

comment on type fact.outcome is 'What one slot gave.';

create table fact.result (
    endpoint_id integer not null,
    location_id smallint not null,
    at timestamptz not null,
    outcome fact.outcome not null,
    attempts smallint not null,
    status smallint,
    lag_us integer,
    duration_us integer,
    dns_us integer,
    connect_us integer,
    tls_us integer,
    first_byte_us integer,
    reason text,
    primary key (endpoint_id, location_id, at)
) partition by range (at);
comment on table fact.result is 'One row per endpoint, location and slot. Partitioned by UTC day.';
comment on column fact.result.at is 'The slot.';
comment on column fact.result.attempts is '1 to 3; 0 when the slot was missed.';
comment on column fact.result.duration_us is 'Of the last attempt, from its start to its verdict.';

create table fact.attempt (
    endpoint_id integer not null,
    location_id smallint not null,
    at timestamptz not null,
    attempt smallint not null,
    started timestamptz not null,
    outcome fact.outcome not null,
    reason text not null,
    detail text,
    address text,
    status smallint,
    duration_us integer not null,
    dns_us integer,
    connect_us integer,
    tls_us integer,
    first_byte_us integer,
    certificate_expires timestamptz,
    primary key (endpoint_id, location_id, at, attempt)
) partition by range (at);
comment on table fact.attempt is 'One row per attempt that was not up. Partitioned by UTC day of the slot.';

create table fact.endpoint_day (
    endpoint_id integer not null,
    day date not null,
    up tstzmultirange not null,
    down tstzmultirange not null,
    certain_down tstzmultirange not null,
    possible_down tstzmultirange not null,
    results integer not null,
    results_up integer not null,
    results_down integer not null,
    first_at timestamptz,
    latency_bucket smallint[] not null,
    latency_count integer[] not null,
    primary key (endpoint_id, day)
);
comment on table fact.endpoint_day is
'One row per endpoint and UTC day: the roll-up that every figure reads. A pure function of the results of that day and of its neighbours.';
comment on column fact.endpoint_day.first_at is 'The first slot of the day that has a result.';
comment on column fact.endpoint_day.latency_bucket is
'Numbers of the latency buckets in use; see fact.latency_bucket(duration_us).';

create table fact.dirty_day (
    dirty_id bigint generated always as identity primary key,
    endpoint_id integer not null,
    day date not null
);
comment on table fact.dirty_day is
'Endpoint days that have results newer than their roll-up. Append-only, written in the transaction of the results: whoever sees the mark sees the results.';
create index dirty_day_day on fact.dirty_day (day);
comment on index fact.dirty_day_day is 'Serves the roll-up of one day.';

create table fact.watermark (
    only_row boolean primary key default true,
    rolled_up_to timestamptz not null default '-infinity',
    constraint watermark_is_one_row check (only_row)
);
comment on table fact.watermark is 'Up to where the roll-up is complete; figures say nothing of what lies after.';
insert into fact.watermark default values;
