-- Bringing the roll-up up to date.

-- name: dirty_days
-- UTC days with results newer than their roll-up, oldest first.
select distinct day
from fact.dirty_day
order by day;

-- name: roll_up_day
-- Rebuilds one UTC day ($1) and counts its endpoint days.
select fact.roll_up($1);

-- name: stale_latency_days
-- UTC days before a day ($1; null: all) whose latencies lag behind the roll-up, oldest first.
select day
from fact.stale_latency
where $1::date is null or day < $1
order by day;

-- name: roll_up_latency
-- Counts the latencies of one UTC day ($1) up to an instant ($2).
select fact.roll_up_latency($1, $2);

-- name: advance_watermark
-- Says that the roll-up is complete up to an instant ($1).
select fact.advance_watermark($1);
