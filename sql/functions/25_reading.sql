-- What a reading of a contract changes of its calendars and of its notice.

create or replace function fact.read_as(calendar_id integer, reading fact.reading)
returns integer
language sql stable parallel safe
return case
    when (reading).calendars is null then calendar_id
    else (
        select
            case
                when (reading).calendars ->> c.key = 'always' then null
                else coalesce(other.calendar_id, c.calendar_id)
            end
        from fact.calendar as c
        left join fact.calendar as other
            on other.key = (reading).calendars ->> c.key and other.replaced_at is null
        where c.calendar_id = read_as.calendar_id
    )
end;
comment on function fact.read_as(integer, fact.reading) is
'The wording of the calendar that a reading takes a calendar for: itself where it says nothing of it, null (elapsed time) where it says always.';

create or replace function fact.notice_spans(
    calendar_id integer, earlier timestamptz, later timestamptz, counted text
) returns tstzmultirange
language sql stable parallel safe
begin atomic
    with working as (
        select
            fact.local_span(c.timezone, d.day::timestamp, (d.day + 1)::timestamp)
            * tstzrange(earlier, greatest(earlier, later)) as span
        from fact.calendar as c
        cross join
            lateral fact.working_dates(
                c.calendar_id,
                (earlier at time zone c.timezone)::date,
                (later at time zone c.timezone)::date
            ) as d
        where c.calendar_id = notice_spans.calendar_id
    )
    select
        coalesce(
            range_agg(
                case
                    when counted = 'hours' then w.span::tstzmultirange
                    else fact.open_hours(notice_spans.calendar_id, w.span)
                end
            ),
            '{}'
        )
    from working as w
    where not isempty(w.span);
end;
comment on function fact.notice_spans(integer, timestamptz, timestamptz, text) is
'The time between two instants that counts as notice: of its working days all 24 hours (hours), or the opening hours that lie on them (working_time). Days of a year that was not spelled out do not count.';
