-- What a briefing and the report of a crisis tell.

-- name: briefing_customers
-- One row per customer that a crisis ($1) affects: what was sent to it, and how that went.
select
    u.key as customer,
    u.name,
    u.language,
    u.recipients,
    cc.added_at,
    cc.added_by,
    cc.reason,
    m.messages,
    m.sent,
    m.first_sent_at,
    m.last_sent_at,
    m.failed,
    t.told as told_of_resolution,
    t.how
from fact.crisis_customer as cc
inner join fact.customer as u on u.customer_id = cc.customer_id
inner join fact.resolution_told(cc.crisis_id) as t on t.customer_id = cc.customer_id
cross join
    lateral (
        select
            count(*) as messages,
            count(*) filter (where o.state in ('sent', 'delivered', 'acknowledged')) as sent,
            min(o.sent_at) as first_sent_at,
            max(o.sent_at) as last_sent_at,
            count(*) filter (where o.state in ('bounced', 'dead')) as failed
        from fact.outbox as o
        where
            o.crisis_id = cc.crisis_id
            and o.audience = 'customer'
            and o.recipient = u.key
    ) as m
where cc.crisis_id = $1
order by u.key;

-- name: briefing_services
-- The names of the services of a crisis ($1), in the order of their keys.
select s.name
from fact.crisis_service as c
inner join fact.service as s on s.service_id = c.service_id
where c.crisis_id = $1
order by s.key;

-- name: briefing_down
-- One row per service of a crisis ($1) whose incident is not over: whether it is up again at an
-- instant ($2) while others of the incident still fail.
select
    d.service,
    d.since,
    coalesce(t.is_up, false) as is_up
from fact.crisis_down($1) as d
left join fact.crisis_downtime($1, $2) as t on d.service = t.service
order by d.service;

-- name: briefing_downtime
-- How long any service of a crisis ($1) was down up to an instant ($2), in seconds; as lasted_s of
-- fact.crisis_now, between instants in whole seconds.
select
    sla.seconds(
        range_agg(
            tstzrange(date_trunc('second', lower(p.part)), date_trunc('second', upper(p.part)))
        )
    )
from fact.crisis_downtime($1, $2) as t
cross join lateral unnest(t.unplanned) as p (part);

-- name: briefing_fit
-- Who could fill the empty roles of a crisis ($1) at an instant ($2): roles that few can fill
-- first, in a role those who are on duty first. People who have a role are none.
select
    m.role,
    p.key as person
from unnest(fact.mandatory_roles()) as m (role)
inner join jsonb_each(fact.rota_now() -> 'people') as p on p.value -> 'roles' ? m.role
where
    not exists (
        select 1 from fact.crisis_roles($1) as r where r.role = m.role or r.person = p.key
    )
order by
    count(*) over (partition by m.role) asc,
    m.role asc,
    fact.is_on_duty(p.key, $2) desc,
    p.key asc;

-- name: briefing_messages
-- One row per message of a crisis ($1) to people of the team, the first one first.
select
    o.message_id,
    o.kind,
    o.recipient,
    o.state,
    o.created_at,
    o.sent_at,
    o.error,
    o.targets -> o.target::integer ->> 'channel' as channel
from fact.outbox as o
where o.crisis_id = $1 and o.audience = 'team'
order by o.message_id;

-- name: briefing_notices
-- One row per message of a crisis ($1) to a customer, the first one first.
select
    o.recipient,
    o.kind,
    o.state,
    o.sent_at,
    o.error
from fact.outbox as o
where o.crisis_id = $1 and o.audience = 'customer'
order by o.message_id;

-- name: briefing_contracts
-- One row per contract of an affected customer that covers a service of the crisis ($1) at an
-- instant ($2): the scope that it hits, the solution where the service is essential.
select
    k.key as contract,
    u.key as customer,
    v.basis,
    fact.local_day(k.key, $2) as day,
    case when bool_or(cs.essential) then 'solution' else min(s.key) end as scope
from fact.crisis_customer as cc
inner join fact.customer as u on u.customer_id = cc.customer_id
inner join fact.contract as k on k.customer_id = cc.customer_id
inner join fact.contract_version as v on v.contract_id = k.contract_id
inner join fact.contract_service as cs on cs.version_id = v.version_id
inner join fact.crisis_service as c
    on c.service_id = cs.service_id and c.crisis_id = cc.crisis_id
inner join fact.service as s on s.service_id = cs.service_id
where cc.crisis_id = $1 and v.replaced_at is null and v.valid @> $2::timestamptz
group by k.key, u.key, v.basis
order by k.key;

-- name: briefing_budget
-- What is left of the budget of a contract ($1) and scope ($2) in the month, quarter and year of a
-- day ($3), counted up to an instant ($4; null: as far as figures go); whether the contract counts
-- unknown time as down, so that it is used, too.
select
    p.kind,
    to_char($3::date, p.form) as name,
    date_trunc(p.kind, $3::date::timestamp) at time zone 'UTC' as begins,
    a.target,
    a.budget_s,
    a.budget_used_s,
    a.budget_left_s,
    a.budget_over_s,
    exists(
        select
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id($1)
            and v.replaced_at is null
            and v.valid && sla.period($1, p.kind, $3)
            and v.unknown = 'down'
    ) as with_unknown
from
    (
        values ('month', 'YYYY-MM', 1), ('quarter', 'YYYY-"Q"Q', 2), ('year', 'YYYY', 3)
    ) as p (kind, form, place)
cross join
    lateral fact.availability(
        $1, $2, sla.period($1, p.kind, $3),
        (null, null, null, null, null, null, $4::timestamptz, null)::fact.reading
    ) as a
order by p.place;

-- name: briefing_counted_to
-- Up to when the budgets of a crisis ($1) are counted: as far as figures go; of a resolved one to
-- its end, so that a report stays what was approved. Null: nothing is known.
select
    least(
        nullif(sla.as_of(), '-infinity'),
        case when fact.crisis_rank(s.state) >= 5 then s.resolved_good end
    )
from fact.crisis_standing as s
where s.crisis_id = $1;

-- name: briefing_events
-- Everything that happened in a crisis ($1), in its order.
select
    kind,
    state,
    at,
    actor,
    reason,
    detail
from fact.crisis_event
where crisis_id = $1
order by event_id;

-- name: briefing_sections
-- The sections of the report, whether written or not; of a crisis ($1).
select
    s.section,
    r.said,
    r.author,
    r.at
from unnest(fact.report_sections()) with ordinality as s (section, place)
left join fact.crisis_report($1) as r on r.section = s.section
order by s.place;

-- name: briefing_actions
-- What was decided after a crisis ($1), and what became of it.
select
    a.action_id,
    a.what,
    a.owner,
    a.due,
    a.recorded_by,
    d.at as done_at,
    d.actor as done_by,
    d.reason as done_reason
from fact.crisis_action as a
left join fact.crisis_action_done as d on d.action_id = a.action_id
where a.crisis_id = $1
order by a.due, a.action_id;

-- name: briefing_cause
-- The first failed result of a crisis ($1): endpoint and reason; null when none is known.
select f.facts ->> 'cause' from fact.crisis_facts($1) as f (facts);
