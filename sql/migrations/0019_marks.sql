-- One mark for all endpoints of a lot of results, not one each: with many endpoints the marks
-- cost as much as the results.

-- With what was made of it; all functions are made anew after the migrations.
drop function if exists fact.roll_up(date) cascade;

alter table fact.dirty_day alter column endpoint_id type integer[] using array[endpoint_id];
alter table fact.dirty_day rename column endpoint_id to endpoint_ids;
comment on table fact.dirty_day is
'Days of endpoints that have results newer than their roll-up. Append-only, written in the transaction of the results: whoever sees the mark sees the results.';
comment on column fact.dirty_day.endpoint_ids is 'The endpoints that have new results.';
