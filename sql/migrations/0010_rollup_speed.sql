-- What the roll-up needs to read little: the outcome in the key, and latencies apart.

-- The roll-up reads when and with what outcome, nothing else: the key alone gives it that.
alter table fact.result drop constraint result_pkey;
alter table fact.result
add primary key (endpoint_id, location_id, at) include (outcome);

alter table fact.endpoint_day add column latency_results integer not null default 0;
comment on column fact.endpoint_day.latency_results is
'How many good results the latencies count; fewer than results_up until they have caught up.';
update fact.endpoint_day set latency_results = results_up;

create table fact.stale_latency (
    day date primary key
);
comment on table fact.stale_latency is
'UTC days of which some latencies lag behind the roll-up of availability.';

-- With what was made of it; all functions are made anew after the migrations.
drop function if exists fact.tally(integer[], timestamptz, timestamptz) cascade;
