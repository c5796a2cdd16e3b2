-- Agents at other places: what they read, who may store for a place, and how each of them is doing.

alter table fact.service add column allow text[] not null default '{}';
comment on column fact.service.allow is
'What its endpoints may be probed at besides public addresses: loopback, private.';

create table fact.catalogue_state (
    only_row boolean primary key default true,
    version bigint not null default 0,
    constraint catalogue_state_is_one_row check (only_row)
);
comment on table fact.catalogue_state is
'A number that grows with each change of the catalogue: agents read their endpoints anew when it does.';
insert into fact.catalogue_state default values;

create table fact.reference (spec jsonb primary key);
comment on table fact.reference is
'One row per reference of the catalogue: hosts that others run, which tell an outage of our own network from a target''s.';

create table fact.agent_login (
    login text primary key,
    location_id smallint not null references fact.location,
    added_at timestamptz not null default now()
);
comment on table fact.agent_login is
'One row per login for agents, and the only location that it stores results of. A login of the group that has no row here may do nothing: groups belong to the whole server, this table to one database.';

create table fact.agent (
    location_id smallint not null references fact.location,
    host text not null,
    home text not null,
    version text not null,
    leads boolean not null,
    spool_files integer not null,
    newest timestamptz,
    seen_at timestamptz not null,
    primary key (location_id, host, home)
);
comment on table fact.agent is
'One row per process that probes, as it told of itself every few seconds; kept for a day after the last time.';
comment on column fact.agent.home is 'The folder of its spool; two agents of one host differ in it.';
comment on column fact.agent.leads is 'Whether it probes; false: it stands by.';
comment on column fact.agent.spool_files is 'Files of results that wait to be stored.';
comment on column fact.agent.newest is 'The slot of its newest result; null: none yet.';
