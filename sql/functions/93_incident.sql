-- Incidents: outages that people handle. Their state is that of their last event.

create or replace view fact.incident_state with (security_invoker = true) as
select
    i.incident_id,
    case e.kind
        when 'recovered' then 'recovered'
        when 'excused' then 'excused'
        when 'closed' then 'closed'
        else 'open'
    end as state,
    e.at,
    (
        select min(s.at) from fact.incident_event as s
        where s.incident_id = i.incident_id and s.kind in ('opened', 'moved')
    ) as started
from fact.incident as i
cross join
    lateral (
        select n.kind, n.at
        from fact.incident_event as n
        where
            n.incident_id = i.incident_id
            and n.kind in ('opened', 'relapsed', 'recovered', 'excused', 'closed')
        order by n.event_id desc
        limit 1
    ) as e;
comment on view fact.incident_state is
'One row per incident: open, recovered, excused or closed, and since when; and when its outage began, as known now.';

create or replace function fact.is_open(incident_id integer) returns boolean
language sql stable
begin atomic
    select s.state = 'open' from fact.incident_state as s where s.incident_id = is_open.incident_id;
end;
comment on function fact.is_open(integer) is 'True while something of an incident is down.';

create or replace function fact.open_incidents() returns table (incident_id integer)
language sql stable
begin atomic
    with watched as materialized (
        select distinct m.incident_id
        from fact.watched_service as w
        inner join fact.incident_service as m on m.service_id = w.service_id
    )
    select i.incident_id from watched as i where fact.is_open(i.incident_id);
end;
comment on function fact.open_incidents() is
'The incidents of which something is down: the services of these are looked at.';

create or replace function fact.incident_happened(
    incident_id integer,
    kind text,
    at timestamptz,
    reason text default null,
    detail jsonb default '{}',
    actor text default 'vigie'
) returns void
language sql volatile
begin atomic
    insert into fact.incident_event (incident_id, kind, at, reason, detail, actor)
    values (
        incident_happened.incident_id,
        incident_happened.kind,
        incident_happened.at,
        incident_happened.reason,
        incident_happened.detail,
        incident_happened.actor
    );
end;
comment on function fact.incident_happened(integer, text, timestamptz, text, jsonb, text) is
'Writes down an event of an incident.';

create or replace function fact.crisis_over_at(incident_id integer) returns timestamptz
language sql stable
begin atomic
    select min(e.at)
    from fact.crisis as c
    inner join fact.crisis_event as e on e.crisis_id = c.crisis_id
    where
        c.incident_id = crisis_over_at.incident_id
        and e.state in ('dissolved', 'reviewed', 'cancelled', 'merged');
end;
comment on function fact.crisis_over_at(integer) is
'When the crisis of an incident was dissolved or set aside; null: it has none, or it goes on. What fails later is another incident, so that people are called again.';

create or replace function fact.incident_of(
    services integer[], run tstzrange, relapse_within interval default '0'
) returns integer
-- Its plan is kept: it is asked for every service of a storm.
language plpgsql stable
as $$
begin
    return (
        select i.incident_id
        from fact.incident_service as i
        inner join fact.incident_state as s on s.incident_id = i.incident_id
        where
            i.service_id = any(services)
            and tstzrange(
                s.started - relapse_within,
                case when s.state <> 'open' then s.at + relapse_within end
            ) && run
            and not coalesce(fact.crisis_over_at(i.incident_id) <= lower(run), false)
        order by i.incident_id desc
        limit 1
    );
end
$$;
comment on function fact.incident_of(integer[], tstzrange, interval) is
'The incident of one of the services that ran during a run, or ended so shortly before it that this is a relapse; null: none yet.';

create or replace function fact.incidents_since(since timestamptz) returns integer[]
language sql stable
begin atomic
    with near as (
        select o.incident_id from fact.open_incidents() as o
        union
        select e.incident_id from fact.incident_event as e where e.at >= incidents_since.since
    )
    select coalesce(array_agg(n.incident_id), '{}') from near as n;
end;
comment on function fact.incidents_since(timestamptz) is
'The incidents that are open, or of which something happened since.';

create or replace function fact.incident_beside(
    service_id integer, run tstzrange, near integer[]
) returns integer
-- Its plan is kept: it is asked for every service of a storm.
language plpgsql stable
as $$
begin
    return (
        select s.incident_id
        from fact.incident_state as s
        where
            s.incident_id = any(near)
            and not coalesce(fact.crisis_over_at(s.incident_id) <= lower(run), false)
            and (
                -- A storm has one cause.
                s.state = 'open'
                and s.started < upper(run)
                and exists (
                    select from fact.incident_service as m
                    where
                        m.incident_id = s.incident_id
                        and m.started between lower(run) - interval '2 minutes'
                        and lower(run) + interval '2 minutes'
                )
                -- A customer who uses both has one outage, also where the plan joins two.
                or exists (
                    select
                    from fact.contract_service as ours
                    inner join fact.contract_version as v
                        on
                            v.version_id = ours.version_id
                            and v.replaced_at is null
                            and v.valid && run
                    inner join fact.contract_service as theirs
                        on theirs.version_id = v.version_id
                    inner join fact.incident_service as m
                        on
                            m.service_id = theirs.service_id
                            and m.incident_id = s.incident_id
                    where
                        ours.service_id = incident_beside.service_id
                        -- Either may be seen first, also where one begins as the other ends.
                        and s.started <= upper(run) + v.join_within
                        and (s.state = 'open' or s.at + v.join_within >= lower(run))
                        -- What is down for days and not essential takes nothing else with it.
                        and (
                            s.started > lower(run) - interval '1 day'
                            or theirs.essential and ours.essential
                        )
                )
            )
        order by s.incident_id
        limit 1
    );
end
$$;
comment on function fact.incident_beside(integer, tstzrange, integer[]) is
'The incident, of some, that a service joins as it fails: an open one with a service that failed within two minutes of it; or one with a service that a contract covers as well, open or over for no longer than the plan''s join_within, and not for more than a day unless both are essential; null: none. Never one whose crisis is over.';
