-- Dropping the results of days that are over for good.

-- name: days_to_drop
-- UTC days with results that are older than so many days ($1) before the figures' as-of day,
-- oldest first.
select d.day
from (
    select to_date(substring(i.inhrelid::regclass::text from '\d{8}$'), 'YYYYMMDD') as day
    from pg_inherits as i
    where i.inhparent = 'fact.result'::regclass
) as d
where d.day < (sla.as_of() at time zone 'UTC')::date - $1::integer
order by d.day;

-- name: drop_day
-- Drops the results of a day ($1), by somebody ($2), at an instant ($3).
select
    results,
    kept
from fact.drop_day($1, $2, $3);

-- name: final_until
-- The last UTC day that takes no result any more; null: every day does.
select fact.final_until();
