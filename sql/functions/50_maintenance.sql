-- Which announced windows hold, for which contract, and why not.

create or replace view fact.maintenance_scope with (security_invoker = true) as
select ms.maintenance_id, ms.service_id
from fact.maintenance_service as ms
union all
select m.maintenance_id, s.service_id
from fact.maintenance as m
cross join fact.service as s
where m.every_service;
comment on view fact.maintenance_scope is
'One row per window and service that it covers: by name, or because it covers every service.';

create or replace function fact.why_invalid(
    version_id integer, maintenance_id integer
) returns text
language sql stable parallel safe
begin atomic
    with terms as (
        select v.notice_working_days, v.notice_calendar
        from fact.contract_version as v
        where v.version_id = why_invalid.version_id
    ),
    announced as (
        select
            m.*,
            t.notice_working_days as asked,
            fact.working_days_between(t.notice_calendar, m.announced_at, m.starts) as given,
            exists(
                select 1 from fact.maintenance_event as e
                where e.maintenance_id = m.maintenance_id and e.action = 'withdrawn'
            ) as withdrawn
        from fact.maintenance as m
        cross join terms as t
        where m.maintenance_id = why_invalid.maintenance_id
    )
    select
        case
            when a.withdrawn then 'withdrawn'
            when a.kind = 'security' then null
            when a.announced_at is null then 'not announced'
            when coalesce(a.channel, a.recipient, a.evidence) is null
                then 'no proof of the announcement'
            when a.announced_at > a.starts then 'announced after its start'
            when a.given < a.asked
                then format('announced %s whole working days ahead, %s asked', a.given, a.asked)
        end
    from announced as a;
end;
comment on function fact.why_invalid(integer, integer) is
'Why a window excuses nothing under a contract version, the first rule that fails; null when it is valid. Planned: announced with proof, whole working days ahead, not withdrawn. Security: recorded with a reason.';

create or replace function fact.actual_window(maintenance_id integer) returns tstzrange
language sql stable parallel safe
begin atomic
    select
        tstzrange(
            m.starts,
            greatest(m.starts, least(m.ends, (
                select min(e.at) from fact.maintenance_event as e
                where e.maintenance_id = m.maintenance_id and e.action = 'closed'
            )))
        )
    from fact.maintenance as m
    where m.maintenance_id = actual_window.maintenance_id;
end;
comment on function fact.actual_window(integer) is
'The span that a window excuses: up to its announced end, or to the moment it was closed early. An overrun is not part of it.';

create or replace function fact.valid_windows(
    version_id integer, service_id integer, span tstzrange
) returns tstzmultirange
language sql stable parallel safe
begin atomic
    select coalesce(range_agg(fact.actual_window(m.maintenance_id)), '{}') * tstzmultirange(span)
    from fact.maintenance as m
    inner join fact.maintenance_scope as ms on ms.maintenance_id = m.maintenance_id
    where
        ms.service_id = valid_windows.service_id
        and tstzrange(m.starts, m.ends) && span
        and fact.why_invalid(valid_windows.version_id, m.maintenance_id) is null;
end;
comment on function fact.valid_windows(integer, integer, tstzrange) is
'The union of the valid windows of a service inside the span.';
