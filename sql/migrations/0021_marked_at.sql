-- Marks tell when they were made: the roll-up knows by it when it is complete up to an instant.

drop function if exists fact.share_out(date, integer);

alter table fact.dirty_day add column marked_at timestamptz not null default clock_timestamp();
comment on column fact.dirty_day.marked_at is
'When the mark was made; of several that became one, the first.';
