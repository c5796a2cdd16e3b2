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

create or replace function fact.nights(
    timezone text, opens interval, closes interval, span tstzrange
) returns tstzmultirange
language sql immutable parallel safe
begin atomic
    select
        coalesce(range_agg(fact.local_span(timezone, d.day + opens, d.day + closes)), '{}')
        * tstzmultirange(span)
    from generate_series(
        date_trunc('day', lower(span) at time zone timezone) - interval '1 day',
        upper(span) at time zone timezone,
        interval '1 day'
    ) as d (day);
end;
comment on function fact.nights(text, interval, interval, tstzrange) is
'The part of a span between two local times of each day; the second may lie on the next day.';

create or replace function fact.stores_years(calendar_id integer, span tstzrange)
returns boolean
language sql stable parallel safe
begin atomic
    -- A maintenance window touches two years at the most.
    select
        fact.stores_year(c.calendar_id, (lower(span) at time zone c.timezone)::date)
        and fact.stores_year(c.calendar_id, (upper(span) at time zone c.timezone)::date)
    from fact.calendar as c
    where c.calendar_id = stores_years.calendar_id;
end;
comment on function fact.stores_years(integer, tstzrange) is
'Whether the holidays of both ends of a span are known.';

create or replace function fact.forbidden_hours(
    version_id integer, span tstzrange, reading fact.reading
) returns tstzmultirange
language sql stable parallel safe
begin atomic
    with terms as (
        select
            v.timezone,
            v.night_opens,
            v.night_closes,
            -- Read as elapsed time, they say nothing of when maintenance may be.
            coalesce(fact.read_as(v.outside, reading), v.outside) as outside
        from fact.contract_version as v
        where v.version_id = forbidden_hours.version_id
    )
    select
        case
            when v.outside is not null and fact.stores_years(v.outside, span)
                then fact.open_hours(v.outside, span)
            when v.outside is not null then null
            -- outside: always, or: night
            when v.night_opens is not null then tstzmultirange(span)
            else '{}'
        end
        - case
            when v.night_opens is null then '{}'
            else
                fact.nights(
                    coalesce(c.timezone, v.timezone), v.night_opens, v.night_closes, span
                )
        end
    from terms as v
    left join fact.calendar as c on c.calendar_id = v.outside;
end;
comment on function fact.forbidden_hours(integer, tstzrange, fact.reading) is
'The part of a span in which a contract version wants no planned maintenance (LEN-05): the hours of its calendar, without its nights. Local times are those of the calendar, else of the contract. Null while the holidays of its year are not known.';

create or replace function fact.why_invalid(
    version_id integer, maintenance_id integer, reading fact.reading
) returns text
language sql stable parallel safe
begin atomic
    with terms as (
        select
            v.version_id,
            v.notice_working_days,
            -- Notice is counted in working days, also where hours are read as elapsed time.
            coalesce(fact.read_as(v.notice_calendar, reading), v.notice_calendar)
                as notice_calendar,
            coalesce((reading).enforced, v.enforced) as enforced
        from fact.contract_version as v
        where v.version_id = why_invalid.version_id
    ),
    announced as (
        select
            m.*,
            t.version_id,
            t.enforced,
            t.notice_working_days as asked,
            fact.working_days_between(t.notice_calendar, m.announced_at, m.starts) as given,
            case
                when (reading).notice is not null
                    then sla.seconds(
                        fact.notice_spans(
                            t.notice_calendar, m.announced_at, m.starts, (reading).notice
                        )
                    )
            end as given_s,
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
            when
                not fact.says_something(a.channel)
                and not fact.says_something(a.recipient)
                and not fact.says_something(a.evidence)
                then 'no proof of the announcement'
            when a.announced_at > a.starts then 'announced after its start'
            when a.given_s < a.asked * 86400
                then format('announced %s s ahead, %s asked', a.given_s, a.asked * 86400)
            when a.given_s is null and a.given < a.asked
                then format('announced %s whole working days ahead, %s asked', a.given, a.asked)
            when
                'outside' = any(a.enforced)
                and not isempty(
                    fact.forbidden_hours(a.version_id, tstzrange(a.starts, a.ends), reading)
                )
                then format(
                    '%s s inside hours without maintenance',
                    sla.seconds(
                        fact.forbidden_hours(
                            a.version_id, tstzrange(a.starts, a.ends), reading
                        )
                    )
                )
        end
    from announced as a;
end;
comment on function fact.why_invalid(integer, integer, fact.reading) is
'Why a window excuses nothing under a contract version, the first rule that fails; null when it is valid. Planned: announced with proof (a channel, a recipient or evidence that is not blank), whole working days ahead, not withdrawn, and at an allowed time where the plan enforces that; as announced, not as it went. The cap is not asked here. Security: recorded with a reason.';

create or replace function fact.judging_version(version_id integer, maintenance_id integer)
returns integer
language sql stable parallel safe
begin atomic
    select j.version_id
    from fact.contract_version as v
    inner join fact.contract_version as j on j.contract_id = v.contract_id
    inner join fact.maintenance as m on tstzrange(m.starts, m.ends) && j.valid
    where
        v.version_id = judging_version.version_id
        and m.maintenance_id = judging_version.maintenance_id
        and j.replaced_at is null
    order by j.valid
    limit 1;
end;
comment on function fact.judging_version(integer, integer) is
'The version of the same contract that judges a window as a whole: the one in force when it begins, else the first one that it meets. A window over a change of terms is not valid in one half only.';

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

create or replace function fact.windows_of_kind(
    version_id integer,
    service_id integer,
    span tstzrange,
    kind text,
    reading fact.reading
) returns tstzmultirange
language sql stable parallel safe
begin atomic
    select coalesce(range_agg(fact.actual_window(m.maintenance_id)), '{}') * tstzmultirange(span)
    from fact.maintenance as m
    inner join fact.maintenance_scope as ms on ms.maintenance_id = m.maintenance_id
    where
        ms.service_id = windows_of_kind.service_id
        and (windows_of_kind.kind is null or m.kind = windows_of_kind.kind)
        and tstzrange(m.starts, m.ends) && span
        and fact.why_invalid(
            fact.judging_version(windows_of_kind.version_id, m.maintenance_id),
            m.maintenance_id,
            reading
        ) is null;
end;
comment on function fact.windows_of_kind(integer, integer, tstzrange, text, fact.reading) is
'The union of the windows of one kind (null: of every kind) that are valid by themselves, of a service inside the span.';

create or replace function fact.valid_windows(
    version_id integer, service_id integer, span tstzrange, reading fact.reading
) returns tstzmultirange
language sql stable parallel safe
return fact.windows_of_kind(version_id, service_id, span, null, reading);
comment on function fact.valid_windows(integer, integer, tstzrange, fact.reading) is
'The union of the windows of a service inside the span that are valid by themselves; an enforced cap may end them earlier.';
