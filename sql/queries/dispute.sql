-- Logs that customers hold against our figures. Rows are added, never changed.

-- name: dispute_lock
-- One import at a time, until the end of the transaction.
select pg_advisory_xact_lock(hashtext('vigie dispute'));

-- name: dispute_contracts
-- Every contract.
select c.key
from fact.contract as c
order by c.key;

-- name: dispute_cover
-- Every service, and when the contract ($1) covered it; null where it never did.
select
    s.service_id,
    s.key,
    v.valid
from fact.service as s
cross join
    lateral (
        select range_agg(v.valid) as valid
        from fact.contract as c
        inner join fact.contract_version as v on c.contract_id = v.contract_id
        inner join fact.contract_service as cs on v.version_id = cs.version_id
        where c.key = $1 and v.replaced_at is null and cs.service_id = s.service_id
    ) as v
order by s.key;

-- name: dispute_known
-- The dispute of a contract ($1) that came from the file of a digest ($2).
select
    d.key,
    d.recorded_by,
    d.recorded_at
from fact.dispute as d
inner join fact.contract as c on d.contract_id = c.contract_id
where c.key = $1 and d.sha256 = $2;

-- name: dispute_stage
-- Where the rows of a file wait until all of them were read.
create temporary table staged_dispute (
    service_id integer not null,
    at timestamptz not null,
    outcome fact.outcome not null,
    reason text,
    line integer not null
) on commit drop;

-- name: dispute_doubles
-- The rows of one service and instant after the first of them.
select
    r.line,
    s.key as service,
    r.first_line
from
    (
        select
            d.service_id,
            d.line,
            min(d.line) over (partition by d.service_id, d.at) as first_line
        from staged_dispute as d
    ) as r
inner join fact.service as s on r.service_id = s.service_id
where r.line > r.first_line
order by r.line;

-- name: dispute_interval
-- The interval at which the rows mostly follow each other, the shortest of several; null where no
-- two are of one service.
select mode() within group (order by g.gap) as every
from
    (
        select r.at - lag(r.at) over (partition by r.service_id order by r.at) as gap
        from (select distinct d.service_id, d.at from staged_dispute as d) as r
    ) as g
where g.gap is not null;

-- name: add_dispute
-- Records the import of a file ($2, digest $3, interval $4, note $5, by $6 at $7) for a contract
-- ($1) and returns its key: d-, the UTC day, the next number.
with numbered as (
    select
        format(
            'd-%s-%s',
            to_char($7::timestamptz at time zone 'UTC', 'YYYYMMDD'),
            1 + coalesce(max(split_part(d.key, '-', 3)::integer), 0)
        ) as key
    from fact.dispute as d
    where
        d.key like format('d-%s-%%', to_char($7::timestamptz at time zone 'UTC', 'YYYYMMDD'))
)

insert into fact.dispute (
    key, contract_id, file, sha256, every, note, recorded_by, recorded_at
)
select
    n.key,
    c.contract_id,
    $2 as file,
    $3 as sha256,
    $4 as every,
    $5 as note,
    $6 as recorded_by,
    $7 as recorded_at
from numbered as n
cross join fact.contract as c
where c.key = $1
returning key;

-- name: add_dispute_results
-- Records the staged rows of a dispute ($1); of one service and instant the first.
insert into fact.dispute_result (dispute_id, service_id, at, outcome, reason, line)
select distinct on (s.service_id, s.at)
    d.dispute_id,
    s.service_id,
    s.at,
    s.outcome,
    s.reason,
    s.line
from staged_dispute as s
cross join fact.dispute as d
where d.key = $1
order by s.service_id, s.at, s.line;

-- name: list_disputes
-- One row per dispute, the latest first.
select
    d.key,
    d.contract,
    d.services,
    d.results,
    d.results_down,
    d.first_at,
    d.last_at,
    d.every_s,
    d.file,
    d.sha256,
    d.note,
    d.recorded_by,
    d.recorded_at
from sla.dispute as d
order by d.recorded_at desc, d.key desc;

-- name: read_dispute
-- One dispute ($1).
select
    d.key,
    d.contract,
    d.services,
    d.results,
    d.results_down,
    d.first_at,
    d.last_at,
    d.every_s,
    d.file,
    d.sha256,
    d.note,
    d.recorded_by,
    d.recorded_at
from sla.dispute as d
where d.key = $1;

-- name: dispute_summary
-- How far a customer's log ($1) and ours agree in a period ($2): per service, then in all.
with taken as (
    select
        t.service,
        sum(sla.seconds(t.span)) as s
    from fact.dispute_split($1, $2) as t
    where not t.agrees and t.theirs = 'down' and t.measured = 'down'
    group by grouping sets ((t.service), ())
)

select
    d.service,
    d.told_s,
    d.compared_s,
    d.agree_s,
    d.agree_percent,
    d.ours_down_s,
    d.theirs_down_s,
    coalesce(t.s, 0) as measured_down_s,
    d.ours_unknown_s,
    d.theirs_unknown_s,
    d.uncounted_s,
    d.spans
from sla.dispute_summary($1, $2) as d
left join taken as t on d.service is not distinct from t.service
order by d.service nulls last;

-- name: dispute_effect
-- What the figure of a scope ($2) would be in a period ($3), if the log ($1) were right.
select
    d.taken,
    d.percent,
    d.unplanned_s,
    d.unplanned_more_s,
    d.committed_s,
    trim_scale(d.target * 100)::text as target,
    d.verdict
from sla.dispute_effect($1, $2, $3) as d;

-- name: dispute_lines
-- Every span of a customer's log ($1) in a period ($2), beside ours.
select
    d.service,
    lower(d.span) as starts,
    upper(d.span) as ends,
    sla.seconds(d.span) as seconds,
    d.ours,
    d.theirs,
    d.agrees,
    d.first_line,
    d.last_line,
    d.reasons,
    d.measured,
    d.corrections
from fact.dispute_difference($1, $2) as d;
