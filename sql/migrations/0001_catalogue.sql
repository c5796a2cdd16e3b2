-- What is watched and what was promised, as the catalogue said at each time.
-- Keys never change; rows are ended or superseded, never deleted.

create schema fact;
comment on schema fact is 'Private tables. Read schema sla instead.';

create schema sla;
comment on schema sla is 'The public figures: views and functions, stable and documented.';

create table fact.location (
    location_id smallint generated always as identity primary key,
    key text not null unique
);
comment on table fact.location is 'One row per place that probes run from.';

create table fact.service (
    service_id integer generated always as identity primary key,
    key text not null unique,
    name text not null
);
comment on table fact.service is 'One row per service, past or present.';

create table fact.service_version (
    service_id integer not null references fact.service,
    valid tstzrange not null,
    at_least integer,
    every_endpoint boolean not null,
    primary key (service_id, valid),
    constraint one_rule_at_a_time exclude using gist (
        int8range(service_id, service_id, '[]') with &&, valid with &&
    ),
    constraint at_least_is_positive check (at_least > 0),
    constraint rule_is_one check (at_least is null or not every_endpoint)
);
comment on table fact.service_version is
'When a service counts as down. The first version reaches back without limit.';
comment on column fact.service_version.at_least is
'Down when so many endpoints are down; null with every_endpoint false means any (1).';
comment on column fact.service_version.every_endpoint is 'Down only when all endpoints are down.';

create table fact.endpoint (
    endpoint_id integer generated always as identity primary key,
    key text not null unique
);
comment on table fact.endpoint is 'One row per endpoint, past or present.';

create table fact.endpoint_version (
    endpoint_id integer not null references fact.endpoint,
    valid tstzrange not null,
    every interval not null,
    quorum text not null,
    since timestamptz,
    until timestamptz,
    spec jsonb not null,
    primary key (endpoint_id, valid),
    constraint one_spec_at_a_time exclude using gist (
        int8range(endpoint_id, endpoint_id, '[]') with &&, valid with &&
    ),
    constraint every_is_possible check (every between interval '1 second' and interval '1 hour'),
    constraint quorum_is_known check (quorum in ('majority', 'any', 'all'))
);
comment on table fact.endpoint_version is
'What was probed and how. The first version reaches back without limit, so that a history can be imported.';
comment on column fact.endpoint_version.since is
'The endpoint counts from here; null: from its first result. The latest version decides.';
comment on column fact.endpoint_version.spec is
'The catalogue''s words for it, secrets left as placeholders.';

create table fact.service_endpoint (
    service_id integer not null references fact.service,
    endpoint_id integer not null references fact.endpoint,
    during tstzrange not null,
    primary key (endpoint_id, during),
    constraint one_service_at_a_time exclude using gist (
        int8range(endpoint_id, endpoint_id, '[]') with &&, during with &&
    )
);
comment on table fact.service_endpoint is
'Which service an endpoint belonged to while the catalogue listed it.';
create index service_endpoint_service on fact.service_endpoint (service_id);
comment on index fact.service_endpoint_service is 'Serves the state of a service.';

create table fact.calendar (
    calendar_id integer generated always as identity primary key,
    key text not null,
    digest text not null,
    timezone text not null,
    source text,
    recorded_at timestamptz not null,
    replaced_at timestamptz,
    constraint calendar_is_replaced_later check (replaced_at >= recorded_at)
);
comment on table fact.calendar is
'One row per wording of a calendar. Contract versions point at the wording they were made with.';
create unique index calendar_current on fact.calendar (key) where replaced_at is null;
comment on index fact.calendar_current is 'One current wording per key.';

create table fact.calendar_hours (
    calendar_id integer not null references fact.calendar,
    weekday smallint not null,
    opens interval not null,
    closes interval not null,
    primary key (calendar_id, weekday, opens),
    constraint weekday_is_iso check (weekday between 1 and 7),
    constraint opens_before_it_closes check (opens < closes)
);
comment on table fact.calendar_hours is
'Weekly opening hours, wall-clock since local midnight of the weekday; several rows a day are breaks.';
comment on column fact.calendar_hours.closes is 'May lie days later: Sunday 18:00 to Friday 18:00.';

create table fact.calendar_day (
    calendar_id integer not null references fact.calendar,
    day date not null,
    name text not null,
    opens interval,
    closes interval,
    constraint special_hours_are_whole check ((opens is null) = (closes is null)),
    constraint special_opens_before_it_closes check (opens < closes)
);
comment on table fact.calendar_day is
'Dates on which the weekly hours do not apply: closed (opens is null), or open at special hours.';
create unique index calendar_day_key
on fact.calendar_day (calendar_id, day, opens) nulls not distinct;
comment on index fact.calendar_day_key is 'Serves the hours of a calendar.';

create table fact.customer (
    customer_id integer generated always as identity primary key,
    key text not null unique,
    name text not null,
    language text not null,
    recipients text[] not null
);
comment on table fact.customer is 'One row per customer.';

create table fact.contract (
    contract_id integer generated always as identity primary key,
    key text not null unique,
    customer_id integer not null references fact.customer
);
comment on table fact.contract is 'One row per contract, whatever its versions.';

create table fact.contract_version (
    version_id integer generated always as identity primary key,
    contract_id integer not null references fact.contract,
    valid tstzrange not null,
    recorded_at timestamptz not null,
    replaced_at timestamptz,
    plan text not null,
    timezone text not null,
    target numeric,
    basis text not null,
    hours integer references fact.calendar,
    maintenance text not null,
    unknown text not null,
    interruption_max interval,
    interruption_calendar integer references fact.calendar,
    join_within interval not null,
    notice_working_days integer,
    notice_calendar integer references fact.calendar,
    outside integer references fact.calendar,
    cap_time interval,
    cap_per text,
    crisis_longer_than interval,
    crisis_customers integer,
    terms jsonb not null,
    constraint target_is_a_share check (target > 0 and target <= 1),
    constraint basis_is_known check (basis in ('month', 'quarter', 'year')),
    constraint maintenance_is_known check (maintenance in ('downtime', 'window', 'up')),
    constraint unknown_is_known check (unknown in ('neither', 'up', 'down')),
    constraint cap_is_whole check ((cap_time is null) = (cap_per is null)),
    constraint contract_is_replaced_later check (replaced_at >= recorded_at),
    constraint one_version_at_a_time exclude using gist (
        int8range(contract_id, contract_id, '[]') with &&, valid with &&
    ) where (replaced_at is null)
);
comment on table fact.contract_version is
'The terms of a contract from a day on. A changed wording supersedes the row, which stays as evidence.';
comment on column fact.contract_version.valid is 'Local days of the contract''s zone, as instants.';
comment on column fact.contract_version.target is
'Promised share of committed time; null: no availability promised.';
comment on column fact.contract_version.hours is 'Agreed service hours; null: always.';
comment on column fact.contract_version.terms is 'The catalogue''s words, plan and overrides merged.';

create table fact.contract_service (
    version_id integer not null references fact.contract_version,
    service_id integer not null references fact.service,
    essential boolean not null,
    position smallint not null,
    primary key (version_id, service_id)
);
comment on table fact.contract_service is
'The services that a contract version covers; the essential ones make its solution.';
