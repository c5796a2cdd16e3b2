-- Bringing the roll-up up to date.

-- name: dirty_days
-- UTC days with results newer than their roll-up, oldest first.
select distinct day
from fact.dirty_day
order by day;

-- name: roll_up_day
-- Rebuilds one UTC day ($1) and counts its endpoint days.
select fact.roll_up($1);

-- name: advance_watermark
-- Says that the roll-up is complete up to an instant ($1).
select fact.advance_watermark($1);
