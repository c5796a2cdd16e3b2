-- Bringing the roll-up up to date.

-- name: marks_until
-- The instant by which the marks that are there now were made.
select clock_timestamp() as until;

-- name: forget_failures
-- Forgets failures that nobody looked at for a week: nobody watches here.
delete from fact.fresh_failure
where marked_at < clock_timestamp() - interval '7 days';

-- name: share_out_marks
-- The work up to an instant ($2) in lots of so many endpoints ($1) at most: a UTC day and the
-- number of its mark, oldest first. A mark of the future was made before the clock was set back.
select
    dirty.day,
    lot.dirty_id
from (
    select distinct day
    from fact.dirty_day
    where marked_at < $2 or marked_at > clock_timestamp()
) as dirty
cross join lateral fact.share_out(dirty.day, $1) as lot
where lot.marked_at < $2 or lot.marked_at > clock_timestamp()
order by dirty.day, lot.dirty_id;

-- name: roll_up_lot
-- Rebuilds the endpoint days of one UTC day ($1) that one mark ($2) names, and counts them.
select fact.roll_up($1, array[$2]::bigint[]);

-- name: stale_latency_days
-- UTC days whose latencies lag behind the roll-up, oldest first, and by which transaction.
select
    day,
    marked_by::text as marked_by
from fact.stale_latency
order by day;

-- name: endpoint_lots
-- All endpoints in lots of so many ($1), each from one number to another.
select
    first_id,
    first_id + $1 - 1 as last_id
from generate_series(
    (select min(endpoint_id) from fact.endpoint), (select max(endpoint_id) from fact.endpoint), $1
) as lot (first_id);

-- name: roll_up_latency
-- Counts the latencies of one UTC day ($1) up to an instant ($2), of the endpoints from one number
-- ($3) to another ($4).
select fact.roll_up_latency($1, $2, $3, $4);

-- name: latency_caught_up
-- Takes the mark of a UTC day ($1) away, unless another transaction than that one ($2) marked it.
delete from fact.stale_latency
where day = $1 and marked_by::text is not distinct from $2::text;

-- name: advance_watermark
-- Says that the roll-up is complete up to an instant ($1).
select fact.advance_watermark($1);
