-- How a crisis stands: the instants that its clocks are counted from, and who was told.

create or replace view fact.crisis_standing with (security_invoker = true) as
select
    c.*,
    l.state,
    s.*,
    t.kind as turn,
    t.at as turned_at,
    (t.detail ->> 'good_since')::timestamptz as turned_good
from fact.crisis as c
cross join
    lateral (
        select e.state
        from fact.crisis_event as e
        where e.crisis_id = c.crisis_id
        order by e.event_id desc
        limit 1
    ) as l
cross join lateral (select fact.last_call(c.crisis_id) as last_call) as k
cross join
    lateral (
        select
            min(e.at) filter (
                where e.kind = 'acknowledged' and e.event_id > k.last_call
            ) as acknowledged_at,
            max(e.at) filter (where e.kind = 'paged') as paged_at,
            count(*) filter (
                where e.kind = 'filled' and e.event_id > k.last_call
            ) as fills,
            count(*) filter (where e.kind = 'updated') as updates,
            max(e.at) filter (where e.kind = 'updated') as updated_at,
            max(e.at) filter (where e.kind = 'overdue') as alarmed_at,
            count(*) filter (where e.kind = 'overdue') as alarms,
            max(e.at) filter (where e.kind = 'relapsed') as relapsed_at,
            max(e.at) filter (where e.kind = 'resolved') as resolved_at,
            count(*) filter (where e.kind = 'resolved') as resolutions,
            max(e.at) filter (where e.kind = 'dissolved') as dissolved_at,
            (
                array_agg(e.detail ->> 'next_due' order by e.event_id desc)
                filter (where e.kind = 'updated')
            )[1]::timestamptz as promised,
            (
                array_agg(e.detail ->> 'good_since' order by e.event_id desc)
                filter (where e.kind = 'resolved')
            )[1]::timestamptz as resolved_good
        from fact.crisis_event as e
        where e.crisis_id = c.crisis_id
    ) as s
left join lateral (
    select e.kind, e.at, e.detail
    from fact.crisis_event as e
    where
        e.crisis_id = c.crisis_id
        and e.kind in ('good_again', 'relapsed', 'workaround')
    order by e.event_id desc
    limit 1
) as t on true;
comment on view fact.crisis_standing is
'One row per crisis: its state and the instants that its clocks are counted from.';

create or replace function fact.update_due(standing fact.crisis_standing) returns timestamptz
language sql stable
begin atomic
    select
        case
            when fact.crisis_rank((standing).state) > 4 or (standing).state is null then null
            when fact.crisis_rank((standing).state) is null then null
            when not exists (
                select 1 from fact.crisis_customer as cc
                where cc.crisis_id = (standing).crisis_id
            ) then null
            when h.heard_at is null then (standing).opened_at + t.first_update
            when r.relapsed_at is not null
                then least(
                    case when (standing).promised > r.relapsed_at then (standing).promised end,
                    r.relapsed_at + t.first_update
                )
            when (standing).promised is not null then (standing).promised
            when (standing).state = 'monitoring'
                then (standing).updated_at + t.monitoring_update
            else (standing).updated_at + t.every_update
        end
    from fact.crisis_terms() as t
    cross join
        lateral (
            select greatest((standing).updated_at, (standing).resolved_at) as heard_at
        ) as h
    cross join
        lateral (
            -- The first one since: what fails again and again must not put it off for ever.
            select min(e.at) as relapsed_at
            from fact.crisis_event as e
            where
                e.crisis_id = (standing).crisis_id
                and e.kind = 'relapsed'
                and e.at > h.heard_at
        ) as r;
end;
comment on function fact.update_due(fact.crisis_standing) is
'When the customers of a crisis must hear next: first soon after it opened, then on cadence or when they were promised, and soon after a relapse. Null: nothing is due.';

create or replace function fact.last_relapse(crisis_id integer) returns bigint
language sql stable parallel safe
begin atomic
    select coalesce(max(e.event_id), 0)
    from fact.crisis_event as e
    where e.crisis_id = last_relapse.crisis_id and e.kind = 'relapsed';
end;
comment on function fact.last_relapse(integer) is
'The event of the last relapse, 0 without one: waivers and approvals of before count no more.';

create or replace function fact.resolution_told(crisis_id integer)
returns table (customer_id integer, key text, told boolean, how text)
language sql stable
begin atomic
    with round as (
        select
            c.key as crisis,
            (
                select count(*) from fact.crisis_event as e
                where e.crisis_id = c.crisis_id and e.kind = 'resolved'
            ) as number
        from fact.crisis as c
        where c.crisis_id = resolution_told.crisis_id
    ),
    answer as (
        select
            cc.customer_id,
            u.key,
            u.recipients,
            exists(
                select 1 from fact.crisis_event as e
                where
                    e.crisis_id = cc.crisis_id
                    and e.kind = 'waived'
                    and e.detail ->> 'customer' = u.key
                    and e.event_id > fact.last_relapse(cc.crisis_id)
            ) as waived,
            (
                select
                    min(o.state) filter (where o.state in ('sent', 'delivered', 'acknowledged'))
                from fact.outbox as o
                where
                    o.crisis_id = cc.crisis_id
                    and o.kind = 'customer_resolved'
                    and o.recipient = u.key
                    and starts_with(o.key, format('%s/resolved/%s/', r.crisis, r.number))
            ) as reached,
            (
                select max(o.state)
                from fact.outbox as o
                where
                    o.crisis_id = cc.crisis_id
                    and o.kind = 'customer_resolved'
                    and o.recipient = u.key
                    and starts_with(o.key, format('%s/resolved/%s/', r.crisis, r.number))
            ) as tried
        from fact.crisis_customer as cc
        inner join fact.customer as u on u.customer_id = cc.customer_id
        cross join round as r
        where cc.crisis_id = resolution_told.crisis_id
    )
    select
        a.customer_id,
        a.key,
        a.reached is not null or a.waived,
        case
            when a.reached is not null then a.reached
            when a.waived then 'waived'
            when a.tried is not null then a.tried
            when btrim(array_to_string(a.recipients, '')) = '' then 'no recipients'
            else 'not queued'
        end
    from answer as a;
end;
comment on function fact.resolution_told(integer) is
'One row per affected customer: whether a message of the last resolution was sent to it, or a waiver says why not; how: the state of that message, no recipients, or not queued.';

create or replace function fact.active_crisis(services integer[], at timestamptz)
returns integer
language sql stable
begin atomic
    select c.crisis_id
    from fact.crisis as c
    cross join
        lateral (
            select e.state from fact.crisis_event as e
            where e.crisis_id = c.crisis_id and e.at <= active_crisis.at
            order by e.event_id desc
            limit 1
        ) as was
    where
        fact.crisis_rank(was.state) <= 4
        and services <@ array(
            select s.service_id from fact.crisis_service as s where s.crisis_id = c.crisis_id
        )
    order by c.crisis_id
    limit 1;
end;
comment on function fact.active_crisis(integer[], timestamptz) is
'The first crisis that went on at an instant and is about all of these services; null: none.';

create or replace function fact.failing_since(services integer[]) returns timestamptz
language sql stable
begin atomic
    select min(t.started)
    from fact.incident_service as s
    inner join fact.incident_state as t on t.incident_id = s.incident_id
    where s.service_id = any(services) and t.state = 'open';
end;
comment on function fact.failing_since(integer[]) is
'When the first incident began that takes down one of these services now; null: none does.';

create or replace function fact.failing_incident(services integer[]) returns integer
language sql stable
begin atomic
    select i.incident_id
    from fact.incident as i
    inner join fact.incident_service as s on s.incident_id = i.incident_id
    inner join fact.incident_state as l on l.incident_id = i.incident_id
    where
        l.state = 'open'
        and not exists (select 1 from fact.crisis as c where c.incident_id = i.incident_id)
    group by i.incident_id
    having array_agg(s.service_id) @> services
    order by i.incident_id
    limit 1;
end;
comment on function fact.failing_incident(integer[]) is
'The first incident that is not over, takes down all of these services and is no crisis yet; null: none.';
