-- What would become of a maintenance window, before anybody announces it.

create or replace function fact.last_notice_day(
    calendar_id integer, starts timestamptz, working_days integer
) returns date
language sql stable parallel safe
begin atomic
    with local as (
        select (starts at time zone c.timezone)::date as day
        from fact.calendar as c
        where c.calendar_id = last_notice_day.calendar_id
    )
    select
        case
            when working_days = 0 then l.day
            else (
                -- The day before the first of the working days that must lie between.
                select d.day - 1
                from
                    fact.working_dates(
                        last_notice_day.calendar_id,
                        (l.day - interval '1 year')::date,
                        l.day - 1
                    ) as d
                order by d.day desc
                limit 1 offset (working_days - 1)
            )
        end
    from local as l;
end;
comment on function fact.last_notice_day(integer, timestamptz, integer) is
'The last local day on which a window can be announced so that enough whole working days lie strictly between; null when a year before has not so many.';

create or replace function fact.known_services(services text[]) returns text[]
language plpgsql stable parallel safe
as $$
declare
    unknown text;
begin
    select u.key into unknown
    from unnest(services) as u (key)
    where not exists (select 1 from fact.service as s where s.key = u.key)
    limit 1;
    if unknown is not null then
        raise exception 'service "%": there is none of this key', unknown
            using hint = 'Services: ' || coalesce(
                (select string_agg(s.key, ', ' order by s.key) from fact.service as s), 'none'
            );
    end if;
    return coalesce(services, (select array_agg(s.key) from fact.service as s));
end
$$;
comment on function fact.known_services(text[]) is
'The services, or every one when null; an error when one does not exist.';

create or replace function sla.maintenance_plan(
    services text[], span tstzrange, announced timestamptz default null
)
returns table (
    contract text,
    customer text,
    services_hit text[],
    timezone text,
    window_s numeric,
    basis text,
    budget_left_s numeric,
    month_budget_left_s numeric,
    cap_per text,
    cap_s numeric,
    cap_used_s numeric,
    cap_left_s numeric,
    forbidden_s numeric,
    clashes text[],
    notice_asked integer,
    announce_before timestamptz,
    valid boolean,
    why text,
    remark text
)
language sql stable
begin atomic
    with asked as materialized (
        select fact.known_services(services) as keys, fact.checked(span) as span
    ),
    hit as materialized (
        select
            v.*,
            c.key as contract_key,
            u.key as customer_key,
            a.span,
            sla.seconds(a.span) as window_s,
            k.service_keys,
            k.service_ids
        from asked as a
        cross join
            lateral (
                select v.*
                from fact.contract_version as v
                where v.replaced_at is null and v.valid @> lower(a.span)
                -- Keeps what was asked first in turn: a wrong key is told without a contract, too.
                offset 0 -- noqa: AM09
            ) as v
        inner join fact.contract as c on c.contract_id = v.contract_id
        inner join fact.customer as u on u.customer_id = c.customer_id
        cross join
            lateral (
                select
                    array_agg(s.key order by s.key) as service_keys,
                    array_agg(s.service_id) as service_ids
                from fact.contract_service as cs
                inner join fact.service as s on s.service_id = cs.service_id
                where cs.version_id = v.version_id and s.key = any(a.keys)
            ) as k
        where k.service_ids is not null
    ),
    noticed as materialized (
        select
            h.version_id,
            (fact.last_notice_day(h.notice_calendar, lower(h.span), h.notice_working_days) + 1)
            ::timestamp at time zone c.timezone as before
        from hit as h
        inner join fact.calendar as c on c.calendar_id = h.notice_calendar
        where h.notice_working_days is not null
    ),
    overlapping as (
        select h.version_id, array_agg(distinct m.key) as keys
        from hit as h
        inner join fact.maintenance as m on tstzrange(m.starts, m.ends) && h.span
        inner join fact.maintenance_scope as ms
            on ms.maintenance_id = m.maintenance_id and ms.service_id = any(h.service_ids)
        where
            fact.actual_window(m.maintenance_id) && h.span
            and not exists (
                select 1 from fact.maintenance_event as e
                where e.maintenance_id = m.maintenance_id and e.action = 'withdrawn'
            )
        group by h.version_id
    ),
    measured as materialized (
        select
            h.*,
            least(n.before, lower(h.span)) as announce_before,
            announced >= n.before or announced > lower(h.span) as is_late,
            coalesce(o.keys, '{}') as clashes,
            fact.forbidden_hours(h.version_id, h.span, null::fact.reading) as forbidden,
            trim_scale(extract(epoch from h.cap_time)) as cap_s,
            case
                when h.cap_time is not null
                    then sla.seconds(
                        fact.maintenance_use(
                            h.contract_id,
                            fact.cap_period(h.version_id, lower(h.span)),
                            null::fact.reading
                        )
                    )
            end as cap_used_s,
            b.budget_left_s,
            m.budget_left_s as month_budget_left_s
        from hit as h
        left join noticed as n on n.version_id = h.version_id
        left join overlapping as o on o.version_id = h.version_id
        cross join
            lateral sla.availability(
                h.contract_key,
                'solution',
                sla.period(
                    h.contract_key, h.basis, fact.local_day(h.contract_key, lower(h.span))
                )
            ) as b
        cross join
            lateral sla.availability(
                h.contract_key,
                'solution',
                sla.period(
                    h.contract_key, 'month', fact.local_day(h.contract_key, lower(h.span))
                )
            ) as m
    ),
    judged as (
        select
            m.*,
            case
                when m.is_late
                    then 'it is too late to announce it'
                when 'outside' = any(m.enforced) and not isempty(m.forbidden)
                    then format(
                        '%s s inside hours without maintenance', sla.seconds(m.forbidden)
                    )
                when 'cap' = any(m.enforced) and m.cap_used_s >= m.cap_s
                    then format('the %s s of its %s are used up', m.cap_s, m.cap_per)
            end as why,
            concat_ws(
                '; ',
                case
                    when not isempty(m.forbidden)
                        then format(
                            '%s s inside hours without maintenance', sla.seconds(m.forbidden)
                        )
                end,
                case
                    when m.cap_used_s + m.window_s > m.cap_s
                        then format(
                            '%s s over the %s s of its %s if it is down throughout',
                            m.cap_used_s + m.window_s - m.cap_s,
                            m.cap_s,
                            m.cap_per
                        )
                end,
                case
                    when m.clashes <> '{}'
                        then 'overlaps ' || array_to_string(m.clashes, ', ')
                end
            ) as remark
        from measured as m
    )
    select
        j.contract_key,
        j.customer_key,
        j.service_keys,
        j.timezone,
        j.window_s,
        j.basis,
        trim_scale(j.budget_left_s),
        trim_scale(j.month_budget_left_s),
        j.cap_per,
        j.cap_s,
        j.cap_used_s,
        greatest(j.cap_s - j.cap_used_s, 0),
        case when j.forbidden is not null then sla.seconds(j.forbidden) end,
        j.clashes,
        j.notice_working_days,
        j.announce_before,
        j.why is null,
        j.why,
        nullif(j.remark, '')
    from judged as j
    order by j.contract_key;
end;
comment on function sla.maintenance_plan(text[], tstzrange, timestamptz) is
'What if: one row per contract that a planned window of these services (null: every service) would affect, judged by the version in force when it starts; nothing is recorded. window_s: its length. budget_left_s, month_budget_left_s: what the solution may still be down in the contract''s basis period and in the month, without this window; null without a target. cap_s, cap_used_s, cap_left_s: maintenance allowed in its month, quarter or year (cap_per), measured so far, and left (LEN-05); null without a cap. forbidden_s: time inside the hours without maintenance; null while the holidays of that year are not known. clashes: windows of the same services that overlap it and are not withdrawn. notice_asked: whole working days. announce_before: it must be announced before this instant, the end of a local day of the notice calendar. valid, why: whether it would excuse downtime if it is announced with proof at the instant given (null: that is not judged). remark: what to know all the same. Seconds; instants in UTC.';
