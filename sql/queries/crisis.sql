-- Crises: each change is one function, which holds its guards.

-- name: crisis_ids
-- Every crisis, by key.
select
    key,
    crisis_id
from fact.crisis
order by crisis_id;

-- name: crisis_subjects
-- What a crisis can be opened of, by key: incidents and services.
select
    'incident' as kind,
    key,
    incident_id as id
from fact.incident
union all
select
    'service' as kind,
    key,
    service_id as id
from fact.service
order by kind, key;

-- name: crisis_customer_ids
-- Every customer, by key.
select
    key,
    customer_id
from fact.customer
order by key;

-- name: crisis_list
-- One row per crisis as it is at an instant ($1), the latest first.
select
    n.*,
    (
        select count(*) from fact.crisis_customer as cc where cc.crisis_id = c.crisis_id
    ) as customers
from fact.crisis as c
cross join lateral fact.crisis_now(c.crisis_id, $1) as n
order by c.crisis_id desc;

-- name: crisis_now
-- One crisis ($1) as it is at an instant ($2).
select n.* from fact.crisis_now($1, $2) as n;

-- name: crisis_open
-- Opens the crisis of an incident ($1) and returns its key.
select 'crisis-' || fact.open_crisis($1, 'hand', $2, $3, $4);

-- name: crisis_open_of
-- Opens a crisis of services ($1) and returns its key.
select 'crisis-' || fact.open_crisis_of($1, 'hand', $4, $2, $3, $4);

-- name: crisis_acknowledge
-- Notes that a person looks after it; false when that was noted before, or it is over.
select fact.crisis_acknowledged($1, $2, $3);

-- name: crisis_staff
-- Gives roles to people and returns the state.
select fact.staff_crisis($1, $2, $3, $4);

-- name: crisis_plan
-- Writes the communication plan and returns the state.
select fact.plan_crisis($1, $2, $3, $4);

-- name: crisis_update
-- Tells the affected customers.
select
    number,
    messages,
    unreachable
from fact.crisis_update($1, $2, $3, $4, $5);

-- name: crisis_workaround
-- Notes a workaround.
select fact.crisis_workaround($1, $2, $3, $4);

-- name: crisis_affect
-- Puts a customer ($2) on the list; false when it is there.
select fact.affect_customer($1, $2, $3, $4, $5);

-- name: crisis_resolve
-- Confirms the full fix and tells the customers.
select
    messages,
    unreachable
from fact.resolve_crisis($1, $2, $3, $4);

-- name: crisis_waive
-- Documents why a customer ($2) need not be told; false when that was done before.
select fact.waive_customer($1, $2, $3, $4, $5);

-- name: crisis_write
-- Writes a section ($2) of the report.
select fact.write_report($1, $2, $3, $4, $5);

-- name: crisis_approve
-- Approves the report.
select fact.approve_report($1, $2, $3, $4);

-- name: crisis_dissolve
-- Ends the cell.
select fact.dissolve_crisis($1, $2, $3, $4);

-- name: crisis_review
-- Records what management says of it.
select fact.review_crisis($1, $2, $3, $4, $5, $6);

-- name: crisis_add_action
-- Decides an action and returns its number.
select fact.add_action($1, $2, $3, $4, $5, $6);

-- name: crisis_knows
-- Whether somebody ($1) is of the rota, by key or by name; true without a rota.
select fact.rota_now() is null or fact.person_of($1) is not null;

-- name: crisis_end_action
-- Notes that an action ($2) is done; false when that was noted before.
select fact.end_action($1, $2, $3, $4, $5);

-- name: crisis_cancel
-- Asks to cancel it, or agrees to that, and returns the state.
select fact.cancel_crisis($1, $2, $3, $4);

-- name: crisis_merge
-- Makes it part of another crisis ($2).
select fact.merge_crisis($1, $2, $3, $4, $5);

-- name: anomaly_report
-- Records what a customer ($2) reports of a service ($1).
select
    anomaly,
    crisis
from fact.report_anomaly($1, $2, $3, $4, $5, $6, $7, $8);

-- name: anomaly_withdraw
-- Takes a report ($1) back.
select fact.withdraw_anomaly($1, $2, $3, $4);

-- name: anomaly_ids
-- Every report of an anomaly, by key; rows that withdraw one are none.
select
    key,
    anomaly_id
from fact.anomaly
where withdraws is null
order by anomaly_id;

-- name: anomaly_list
-- One row per report, the latest first.
select
    a.key,
    s.key as service,
    u.key as customer,
    a.blocking,
    a.workaround,
    a.summary,
    a.reported_at,
    a.recorded_by,
    w.reported_at as withdrawn_at,
    w.recorded_by as withdrawn_by,
    w.summary as withdrawn_reason
from fact.anomaly as a
inner join fact.service as s on s.service_id = a.service_id
inner join fact.customer as u on u.customer_id = a.customer_id
left join fact.anomaly as w on w.withdraws = a.anomaly_id
where a.withdraws is null
order by a.reported_at desc, a.anomaly_id desc;
