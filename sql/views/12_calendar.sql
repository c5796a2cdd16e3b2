-- Calendars as they were worded, and spelled out day by day.

create or replace view sla.calendar as
select
    c.key as calendar,
    c.calendar_id as wording,
    c.timezone,
    c.yearly,
    c.recorded_at,
    c.replaced_at
from fact.calendar as c;
comment on view sla.calendar is
'One row per wording of a calendar, superseded ones included (replaced_at). Key: wording.';
comment on column sla.calendar.calendar is 'Key of the calendar.';
comment on column sla.calendar.wording is
'Number of the wording; contract versions keep the one they were made with.';
comment on column sla.calendar.timezone is 'Zone of its hours and days.';
comment on column sla.calendar.yearly is
'Holidays, closed and special days as the catalogue words them, not yet spelled out; null: recorded before that was kept.';
comment on column sla.calendar.recorded_at is 'When this wording was recorded, UTC.';
comment on column sla.calendar.replaced_at is
'When a changed wording superseded it, UTC; null: in force.';

create or replace view sla.calendar_hours as
select
    c.key as calendar,
    h.calendar_id as wording,
    h.weekday,
    h.opens,
    h.closes
from fact.calendar_hours as h
inner join fact.calendar as c on c.calendar_id = h.calendar_id;
comment on view sla.calendar_hours is
'One row per opening span of the week and wording; several a day are breaks. Key: wording, weekday, opens.';
comment on column sla.calendar_hours.calendar is 'Key of the calendar.';
comment on column sla.calendar_hours.wording is 'Number of the wording, as in sla.calendar.';
comment on column sla.calendar_hours.weekday is 'Day on which it opens; 1 is Monday (ISO 8601).';
comment on column sla.calendar_hours.opens is 'Wall-clock time since local midnight of that day.';
comment on column sla.calendar_hours.closes is
'Wall-clock time since the same midnight; may lie days later (Sunday 18:00 to Friday 18:00).';

create or replace view sla.calendar_year as
select
    c.key as calendar,
    y.calendar_id as wording,
    y.year,
    y.first_day,
    y.source,
    y.recorded_at
from fact.calendar_year as y
inner join fact.calendar as c on c.calendar_id = y.calendar_id;
comment on view sla.calendar_year is
'One row per year that a wording was spelled out for, and one more per renewal of some of its days. A wording without any row has no days that differ by year. Key: wording, year, recorded_at.';
comment on column sla.calendar_year.calendar is 'Key of the calendar.';
comment on column sla.calendar_year.wording is 'Number of the wording, as in sla.calendar.';
comment on column sla.calendar_year.year is
'Local year. Figures that need another one are refused, never made as if it had no holidays.';
comment on column sla.calendar_year.first_day is
'First day that this source decided: 1 January, or for a renewal the first changed day.';
comment on column sla.calendar_year.source is
'Library with its version and region: holidays 0.109 FR; null: no days but those the calendar names.';
comment on column sla.calendar_year.recorded_at is 'When it was spelled out, UTC.';

create or replace view sla.calendar_day as
select
    c.key as calendar,
    d.calendar_id as wording,
    d.day,
    d.name,
    d.opens,
    d.closes,
    d.recorded_at,
    d.replaced_at
from fact.calendar_day as d
inner join fact.calendar as c on c.calendar_id = d.calendar_id;
comment on view sla.calendar_day is
'One row per date on which the weekly hours do not apply, and per opening span of it; replaced ones included (replaced_at). Key: wording, day, opens, recorded_at.';
comment on column sla.calendar_day.calendar is 'Key of the calendar.';
comment on column sla.calendar_day.wording is 'Number of the wording, as in sla.calendar.';
comment on column sla.calendar_day.day is 'Local date.';
comment on column sla.calendar_day.name is 'Name of the holiday, or Closed, or Special hours.';
comment on column sla.calendar_day.opens is
'Wall-clock time since local midnight; null: closed all day.';
comment on column sla.calendar_day.closes is
'Wall-clock time since the same midnight; null: closed all day.';
comment on column sla.calendar_day.recorded_at is 'When it was recorded, UTC.';
comment on column sla.calendar_day.replaced_at is
'When a renewal replaced it, UTC; null: it counts. A day that is over is replaced only on request.';
