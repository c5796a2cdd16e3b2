-- The running day is not rolled up from its first minute at every turn.

alter table fact.dirty_day add column since timestamptz;
comment on column fact.dirty_day.since is 'The first new result; null: any of the day may be new.';

alter table fact.endpoint_day
add column settled_until timestamptz,
add column settled_results integer not null default 0,
add column settled_up integer not null default 0,
add column settled_down integer not null default 0,
add column latency_until timestamptz;
-- Each turn updates the rows of the running day; room for it keeps them in place.
alter table fact.endpoint_day set (fillfactor = 50);
comment on column fact.endpoint_day.settled_until is
'What lies before was rolled up, and only an earlier result could change it; null: nothing was.';
comment on column fact.endpoint_day.settled_results is 'How many results lie before settled_until.';
comment on column fact.endpoint_day.settled_up is 'How many of them were good.';
comment on column fact.endpoint_day.settled_down is 'How many of them were failures.';
comment on column fact.endpoint_day.latency_until is
'The latencies count the good results before this instant; null: they have to be counted anew.';

-- With what was made of it; all functions are made anew after the migrations.
drop function if exists fact.roll_up_latency(date);
