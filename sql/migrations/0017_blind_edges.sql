-- When a location could not tell whether targets were down.

create table fact.blind_edge (
    location_id smallint not null references fact.location,
    at timestamptz not null,
    blind boolean not null,
    why text not null,
    primary key (location_id, at)
);
comment on table fact.blind_edge is
'One row per edge: from when on a location was blind, because its references said that our own network was down, or could tell again. Append-only. A location''s first answer after a start is a row too, whatever it is.';
comment on column fact.blind_edge.why is 'Which references failed; empty when it could tell.';
