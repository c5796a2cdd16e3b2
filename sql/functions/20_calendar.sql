-- Opening hours as spans. All local arithmetic is on wall-clock timestamps, turned into
-- instants at the end: a day of 23 or 25 hours comes out right.

create or replace function fact.local_span(timezone text, opens timestamp, closes timestamp)
returns tstzrange
language sql immutable parallel safe
-- A clock change may swap the two ends; nothing is open then.
return tstzrange(
    opens at time zone timezone,
    greatest(opens at time zone timezone, closes at time zone timezone)
);
comment on function fact.local_span(text, timestamp, timestamp) is
'The instants between two wall-clock times of a zone.';

create or replace function fact.stores_year(calendar_id integer, day date) returns boolean
language sql stable parallel safe
begin atomic
    select
        not exists (
            select 1 from fact.calendar_year as y
            where y.calendar_id = stores_year.calendar_id
        )
        or exists (
            select 1 from fact.calendar_year as y
            where
                y.calendar_id = stores_year.calendar_id
                and y.year = extract(year from stores_year.day)
        );
end;
comment on function fact.stores_year(integer, date) is
'True when the holidays and closed days of the date''s year are stored, or none differ by year.';

create or replace function fact.checked_calendar(
    calendar_id integer, earlier timestamptz, later timestamptz
) returns integer
language plpgsql stable parallel safe
as $$
declare
    unknown_year integer;
    calendar fact.calendar;
begin
    select c.* into calendar
    from fact.calendar as c
    where c.calendar_id = checked_calendar.calendar_id;
    select extract(year from d.day) into unknown_year
    from generate_series(
        date_trunc('year', earlier at time zone calendar.timezone),
        (later - interval '1 microsecond') at time zone calendar.timezone,
        interval '1 year'
    ) as d (day)
    where not fact.stores_year(checked_calendar.calendar_id, d.day::date)
    limit 1;
    if unknown_year is not null then
        raise exception 'calendar "%": its holidays and closed days of % are not stored',
            calendar.key, unknown_year
            using hint = 'Stored are those of ' || (
                select string_agg(distinct y.year::text, ', ')
                from fact.calendar_year as y
                where y.calendar_id = checked_calendar.calendar_id
            ) || '; vigie apply adds years, up to two after this one.';
    end if;
    return checked_calendar.calendar_id;
end
$$;
comment on function fact.checked_calendar(integer, timestamptz, timestamptz) is
'The wording of a calendar; an error when a year between the two instants was not spelled out, for its holidays would count as working days.';

create or replace function fact.hours_within(calendar_id integer, span tstzrange)
returns tstzmultirange
language sql stable parallel safe
begin atomic
    with calendar as (
        select
            c.timezone,
            -- Hours may begin up to a week before the day on which they still run.
            (lower(span) at time zone c.timezone)::date - 7 as first_day,
            (upper(span) at time zone c.timezone)::date as last_day
        from fact.calendar as c
        where c.calendar_id = hours_within.calendar_id
    ),
    weekly as (
        select range_agg(fact.local_span(c.timezone, d.day + h.opens, d.day + h.closes)) as spans
        from calendar as c
        cross join
            lateral generate_series(
                c.first_day::timestamp, c.last_day::timestamp, interval '1 day'
            ) as d (day)
        inner join fact.calendar_hours as h on h.weekday = extract(isodow from d.day)
        where
            h.calendar_id = hours_within.calendar_id
            -- A night belongs to the date on which it begins, a span of several days to none.
            and (
                h.closes - h.opens > interval '24 hours'
                or d.day::date not in (
                    select s.day from fact.calendar_day as s
                    where s.calendar_id = hours_within.calendar_id and s.replaced_at is null
                )
            )
    ),
    special as (
        select
            range_agg(fact.local_span(c.timezone, s.day + time '00:00', s.day + 1 + time '00:00'))
                as days,
            range_agg(fact.local_span(c.timezone, s.day + time '00:00', s.day + 1 + time '00:00'))
            filter (where s.opens is null) as closed,
            range_agg(fact.local_span(c.timezone, s.day + s.opens, s.day + s.closes))
            filter (where s.opens is not null) as spans
        from calendar as c
        inner join fact.calendar_day as s on s.day between c.first_day and c.last_day
        where s.calendar_id = hours_within.calendar_id and s.replaced_at is null
    )
    select
        (
            coalesce(w.spans, '{}') - coalesce(s.days, '{}')
            + (coalesce(s.spans, '{}') - coalesce(s.closed, '{}'))
        ) * tstzmultirange(span)
    from weekly as w
    cross join special as s;
end;
comment on function fact.hours_within(integer, tstzrange) is
'Opening hours of one wording of a calendar inside the span. On a holiday, closed or special date the weekly hours do not apply: those that began the evening before end at its midnight, and those of up to 24 hours that would begin on it do not take place, on the next date neither. A closed date has no open time at all. Asks for no year: fact.open_hours refuses one that was not spelled out.';

create or replace function fact.open_hours(calendar_id integer, span tstzrange)
returns tstzmultirange
language sql stable parallel safe
return fact.hours_within(fact.checked_calendar(calendar_id, lower(span), upper(span)), span);
comment on function fact.open_hours(integer, tstzrange) is
'The hours of fact.hours_within; an error when the span reaches into a year that was not spelled out.';

create or replace function fact.working_dates(
    calendar_id integer, first_day date, last_day date
) returns table (day date)
language sql stable parallel safe
begin atomic
    -- At once for all dates, and not for each of them: this is asked for every window.
    with calendar as materialized (
        select
            c.timezone,
            fact.hours_within(
                c.calendar_id,
                fact.local_span(c.timezone, first_day::timestamp, (last_day + 1)::timestamp)
            ) as hours
        from fact.calendar as c
        where c.calendar_id = working_dates.calendar_id and first_day <= last_day
    )
    select d.day::date
    from calendar as c
    cross join
        lateral generate_series(
            first_day::timestamp, last_day::timestamp, interval '1 day'
        ) as d (day)
    where
        c.hours && fact.local_span(c.timezone, d.day, d.day + interval '1 day')
        and (
            extract(year from d.day) in (
                select y.year from fact.calendar_year as y
                where y.calendar_id = working_dates.calendar_id
            )
            or not exists (
                select 1 from fact.calendar_year as y
                where y.calendar_id = working_dates.calendar_id
            )
        )
    order by d.day;
end;
comment on function fact.working_dates(integer, date, date) is
'The working days from one local date to another, both included: the dates on which the calendar has any opening hours, also those that began on the date before. Dates of a year that was not spelled out are none: nobody knows whether they are holidays.';

create or replace function fact.working_days_between(
    calendar_id integer, earlier timestamptz, later timestamptz
) returns integer
language sql stable parallel safe
begin atomic
    select count(w.day)::integer
    from fact.calendar as c
    cross join
        lateral fact.working_dates(
            c.calendar_id,
            (earlier at time zone c.timezone)::date + 1,
            (later at time zone c.timezone)::date - 1
        ) as w
    where c.calendar_id = working_days_between.calendar_id;
end;
comment on function fact.working_days_between(integer, timestamptz, timestamptz) is
'Whole working days (fact.working_dates) strictly between the local days of two instants; 0 when there is none.';

create or replace function fact.calendar_id(calendar text) returns integer
language plpgsql stable parallel safe
as $$
declare
    found_id integer;
begin
    select c.calendar_id into found_id
    from fact.calendar as c
    where c.key = calendar and c.replaced_at is null;
    if found_id is null then
        raise exception 'calendar "%": there is none of this key', calendar
            using hint = 'Calendars in use: ' || coalesce((
                select string_agg(c.key, ', ' order by c.key)
                from fact.calendar as c where c.replaced_at is null
            ), 'none');
    end if;
    return found_id;
end
$$;
comment on function fact.calendar_id(text) is 'The current wording of a calendar; an error when there is none.';

create or replace function sla.open_hours(calendar text, span tstzrange) returns tstzmultirange
language sql stable parallel safe
return fact.open_hours(fact.calendar_id(calendar), fact.checked(span));
comment on function sla.open_hours(text, tstzrange) is
'Opening hours of a calendar inside the span, as a multirange of instants. An error outside the years in sla.calendar_year.';

create or replace function sla.working_seconds(calendar text, span tstzrange) returns numeric
language sql stable parallel safe
return sla.seconds(fact.open_hours(fact.calendar_id(calendar), fact.checked(span)));
comment on function sla.working_seconds(text, tstzrange) is
'Working time inside the span, in seconds of the calendar''s opening hours. An error outside the years in sla.calendar_year.';

create or replace function sla.working_days(
    calendar text, earlier timestamptz, later timestamptz
) returns integer
language sql stable parallel safe
return case
    when fact.finite(earlier) is not null and fact.finite(later) is not null
        then fact.working_days_between(
            fact.checked_calendar(fact.calendar_id(calendar), earlier, later), earlier, later
        )
end;
comment on function sla.working_days(text, timestamptz, timestamptz) is
'Whole working days strictly between the local days of two instants (the notice rule of maintenance). A working day is a local date of the calendar with any opening hours, however short, and also when they began the evening or days before: Saturday 22:00 to 06:00 makes Saturday and Sunday working days. Holidays and closed dates are none. Null when an instant is null; an error when one is infinite, and outside the years in sla.calendar_year.';
