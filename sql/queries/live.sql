-- What a running process shows of the figures.

-- name: as_of
-- Up to where the figures hold; null: nothing was rolled up yet.
select nullif(sla.as_of(), '-infinity');

-- name: answers
-- Nothing: that an answer comes is all that is asked for.
select 1;

-- name: percent_so_far
-- Availability of some scopes ($2) of a contract ($1) over a period ($3, $4), as text.
select
    s.scope,
    a.percent
from unnest($2::text[]) as s (scope)
cross join lateral sla.availability($1, s.scope, tstzrange($3, $4)) as a;
