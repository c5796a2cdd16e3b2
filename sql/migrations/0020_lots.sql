-- The roll-up works in lots, so that with many endpoints nothing else waits for it.

-- With what was made of them; all functions are made anew after the migrations.
drop function if exists fact.roll_up(date) cascade;
drop function if exists fact.roll_up_latency(date, timestamptz) cascade;

alter table fact.stale_latency add column marked_by xid8;
comment on column fact.stale_latency.marked_by is
'The last transaction that rolled up the day; who counts the latencies in several transactions sees by it whether more came meanwhile.';
