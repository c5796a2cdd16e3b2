-- What remains of a day when its results are dropped.

create table fact.evidence (
    like fact.result including comments,
    primary key (endpoint_id, location_id, at)
);
comment on table fact.evidence is
'Results of dropped days that matter: every one that was not up, both neighbours of each of these and of each hole, and the first and last of each track''s day. Kept as long as reports.';

create table fact.dropped_day (
    day date primary key,
    results bigint not null,
    kept bigint not null,
    dropped_at timestamptz not null,
    dropped_by text not null
);
comment on table fact.dropped_day is
'UTC days whose results were dropped, oldest first: their figures are final.';
comment on column fact.dropped_day.results is 'How many results the day had.';
comment on column fact.dropped_day.kept is 'How many of them became evidence.';
