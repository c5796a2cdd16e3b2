-- Reports that are kept: their terms, their state, and what changed between two revisions.

create or replace function fact.report_id(report text) returns integer
language plpgsql stable
as $$
declare
    found_id integer;
begin
    select r.report_id into found_id from fact.report as r where r.key = report;
    if found_id is null then
        raise exception 'report "%": there is none of this key', report
            using hint = 'vigie report list shows them';
    end if;
    return found_id;
end
$$;
comment on function fact.report_id(text) is 'The report of this key; an error when there is none.';

create or replace function fact.report_version(contract_id integer, span tstzrange)
returns fact.contract_version
language sql stable
begin atomic
    select v
    from fact.contract_version as v
    where v.contract_id = report_version.contract_id and v.replaced_at is null
    -- In force at the end of the period, else the nearest one.
    order by
        v.valid && span desc,
        case when v.valid && span then lower(v.valid) end desc nulls last,
        lower(v.valid) desc
    limit 1;
end;
comment on function fact.report_version(integer, tstzrange) is
'The terms of a contract in force at the end of a period.';

create or replace function fact.is_automatic(terms jsonb) returns boolean
language sql immutable parallel safe
begin atomic
    select coalesce((terms #>> '{terms,reports,automatic}')::boolean, true);
end;
comment on function fact.is_automatic(jsonb) is
'Whether reports under these terms are made and sent by the clock, and not by people.';

create or replace function fact.report_due(contract_id integer, span tstzrange)
returns timestamptz
language sql stable
begin atomic
    with agreed as (
        select
            v.timezone,
            d.day as first_day,
            -- Twenty working days end within seven weeks, but for a year of holidays.
            d.day + 49 as last_day,
            fact.is_automatic(v.terms) as automatic,
            v.terms #> '{terms,reports,send}' as send,
            coalesce(
                (
                    select c.calendar_id from fact.calendar as c
                    where
                        c.key = v.terms #>> '{terms,reports,send,calendar}'
                        and c.replaced_at is null
                ),
                v.notice_calendar,
                v.interruption_calendar
            ) as calendar_id
        from fact.report_version(contract_id, span) as v
        inner join fact.contract as k on k.contract_id = v.contract_id
        cross join lateral fact.local_day(k.key, upper(span)) as d (day)
    ),
    -- No calendar, and one that was not spelled out for these years, mean Monday to Friday.
    working as (
        select w.day
        from agreed as a
        cross join
            lateral fact.working_dates(a.calendar_id, a.first_day, a.last_day) as w
        where
            fact.stores_year(a.calendar_id, a.first_day)
            and fact.stores_year(a.calendar_id, a.last_day)
        union
        select d.day::date
        from agreed as a
        cross join
            lateral generate_series(
                a.first_day::timestamp, a.last_day::timestamp, interval '1 day'
            ) as d (day)
        where
            extract(isodow from d.day) < 6
            and not coalesce(
                fact.stores_year(a.calendar_id, a.first_day)
                and fact.stores_year(a.calendar_id, a.last_day)
                and a.calendar_id is not null,
                false
            )
    ),
    numbered as (
        select
            w.day,
            row_number() over (order by w.day) as number
        from working as w
    )
    select (n.day + coalesce(a.send ->> 'at', '08:00')::time) at time zone a.timezone
    from agreed as a
    inner join numbered as n on n.number = coalesce((a.send ->> 'working_day')::integer, 3)
    where a.automatic;
end;
comment on function fact.report_due(integer, tstzrange) is
'When the report of a period is due: by default on the third working day after it, 08:00 in the contract''s zone. Working days are those of the calendar that the terms name for it, else of the notice, else of interruptions, else Monday to Friday. Null: it is never sent by the clock.';

create or replace function fact.objections_until(
    contract_id integer, span tstzrange, made_at timestamptz
) returns timestamptz
language sql stable
begin atomic
    select
        (
            greatest(made_at, fact.report_due(contract_id, span)) at time zone v.timezone
            + coalesce(v.terms #>> '{terms,reports,objections}', '5d')::interval
        ) at time zone v.timezone
    from fact.report_version(contract_id, span) as v;
end;
comment on function fact.objections_until(integer, tstzrange, timestamptz) is
'Until when objections may be made to a report: so long after it was made, but not before it is due, as the terms say; five days unless they do. Days are local ones.';

create or replace function fact.open_objections(report_id integer)
returns table (number integer, made_by text, at timestamptz, reason text)
language sql stable
begin atomic
    select
        (e.detail ->> 'number')::integer as number,
        e.actor,
        e.at,
        e.reason
    from fact.report_event as e
    where
        e.report_id = open_objections.report_id
        and e.kind = 'objected'
        and not exists (
            select 1 from fact.report_event as a
            where
                a.report_id = e.report_id
                and a.kind = 'answered'
                and a.detail -> 'number' = e.detail -> 'number'
        )
    order by number;
end;
comment on function fact.open_objections(integer) is
'The objections to a report that nobody has answered.';

create or replace function fact.report_successor(report_id integer) returns text
language sql stable
begin atomic
    select later.key
    from fact.report as r
    inner join
        fact.report as later
        on
            later.contract_id = r.contract_id
            and later.scope = r.scope
            and later.period = r.period
            and later.revision > r.revision
    where r.report_id = report_successor.report_id
    order by later.revision desc
    limit 1;
end;
comment on function fact.report_successor(integer) is
'The newest revision after this one; null: there is none.';

create or replace function fact.report_state(report_id integer) returns text
language sql stable
begin atomic
    with told as (
        select (array_agg(e.kind order by e.event_id desc))[1] as last_kind
        from fact.report_event as e
        where
            e.report_id = report_state.report_id
            and e.kind in ('issued', 'sent', 'failed')
            and e.event_id >= (
                select i.event_id from fact.report_event as i
                where i.report_id = e.report_id and i.kind = 'issued'
            )
    ),
    reviewed as (
        select (array_agg(e.kind order by e.event_id desc))[1] as last_kind
        from fact.report_event as e
        where
            e.report_id = report_state.report_id and e.kind in ('circulated', 'failed')
    )
    select
        case
            when t.last_kind is not null then t.last_kind
            when fact.report_successor(report_state.report_id) is not null then 'replaced'
            when exists (select 1 from fact.open_objections(report_state.report_id))
                then 'objected'
            when r.last_kind = 'failed' then 'failed'
            else 'draft'
        end
    from told as t
    cross join reviewed as r;
end;
comment on function fact.report_state(integer) is
'draft; objected: an objection is not answered; replaced: a later revision was made before this one was issued; issued; sent; failed: what was sent last, the draft or what was issued, did not reach somebody.';

create or replace function fact.figure_parts(path text, figures jsonb)
returns table (path text, part jsonb)
language sql immutable parallel safe
begin atomic
    select
        concat_ws('.', nullif(figure_parts.path, ''), m.key) as path,
        m.value
    from
        jsonb_each(
            case jsonb_typeof(figures) when 'object' then figures else '{}' end
        ) as m
    union all
    select
        format(
            '%s[%s%s]', figure_parts.path, l.label, case when l.time > 1 then '#' || l.time end
        ) as path,
        l.value
    from (
        select
            e.value,
            n.label,
            row_number() over (partition by n.label order by e.place) as time
        from
            jsonb_array_elements(
                case jsonb_typeof(figures) when 'array' then figures else '[]' end
            ) with ordinality as e (value, place)
        -- What a row is known by: its place changes as others come and go.
        cross join
            lateral (
                select
                    coalesce(
                        e.value ->> 'key', e.value ->> 'scope', e.value ->> 'day',
                        e.value ->> 'endpoint', e.value ->> 'starts', e.place::text
                    ) as label
            ) as n
    ) as l;
end;
comment on function fact.figure_parts(text, jsonb) is
'The members of an object, and the rows of a list by what they are known by.';

create or replace function fact.has_parts(figures jsonb) returns boolean
language sql immutable parallel safe
return coalesce(
    jsonb_typeof(figures) = 'object'
    or jsonb_typeof(figures) = 'array'
    and (figures = '[]' or jsonb_typeof(figures -> 0) = 'object'),
    false
);
comment on function fact.has_parts(jsonb) is 'Whether figures are compared part by part.';

create or replace function fact.figure_changes(before jsonb, after jsonb)
returns table (path text, before text, after text)
language sql immutable parallel safe
begin atomic
    with recursive walk (path, was, is_now) as (
        select '' as path, figure_changes.before, figure_changes.after
        union all
        select parts.path, parts.was, parts.is_now
        from walk as w
        cross join
            lateral (
                select
                    coalesce(b.path, a.path) as path,
                    b.part as was,
                    a.part as is_now
                from fact.figure_parts(w.path, w.was) as b
                full join fact.figure_parts(w.path, w.is_now) as a on b.path = a.path
            ) as parts
        where
            w.was <> w.is_now
            and fact.has_parts(w.was)
            and fact.has_parts(w.is_now)
    )
    select
        w.path,
        w.was #>> '{}',
        w.is_now #>> '{}'
    from walk as w
    where
        w.was is distinct from w.is_now
        and not (fact.has_parts(w.was) and fact.has_parts(w.is_now))
        and w.path not in ('period.as_of')
    order by
        coalesce(
            array_position(
                '{availability,longest,services,outages,maintenance,contract,period}'::text[],
                substring(w.path from '^[a-z_]+')
            ),
            99
        ),
        w.path collate "C";
end;
comment on function fact.figure_changes(jsonb, jsonb) is
'One row per figure that differs between two revisions, those of the first page first; a row of a list that only one of them has is one figure, null in the other. Not the instant up to which results were known.';
