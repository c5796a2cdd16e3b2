-- The years that a calendar was spelled out for, what from, and how its days were renewed.

create table fact.calendar_year (
    calendar_id integer not null references fact.calendar,
    year smallint not null,
    first_day date not null,
    source text,
    recorded_at timestamptz not null,
    primary key (calendar_id, year, recorded_at)
);
comment on table fact.calendar_year is
'One row per year that a wording was spelled out for, and one more per renewal of some of its days. A wording without any row has no days that differ by year.';
comment on column fact.calendar_year.first_day is
'The first day of the year that this row decides; the days before it stay as they were.';
comment on column fact.calendar_year.source is 'Library, version and region; null: the calendar alone.';

-- The oldest and the newest day tell which years there were.
with spelled as (
    select
        c.calendar_id,
        c.source,
        c.recorded_at,
        generate_series(
            extract(year from min(d.day))::integer, extract(year from max(d.day))::integer
        ) as year
    from fact.calendar as c
    inner join fact.calendar_day as d on c.calendar_id = d.calendar_id
    where c.source is not null
    group by c.calendar_id
)

insert into fact.calendar_year (calendar_id, year, first_day, source, recorded_at)
select
    calendar_id,
    year,
    make_date(year, 1, 1) as first_day,
    source,
    recorded_at
from spelled;

alter table fact.calendar drop column source;
alter table fact.calendar add column yearly jsonb;
comment on column fact.calendar.yearly is
'Holidays, closed and special days as the catalogue words them; null: recorded before they were kept.';

alter table fact.calendar_day add column recorded_at timestamptz;
alter table fact.calendar_day add column replaced_at timestamptz;
update fact.calendar_day as d
set recorded_at = c.recorded_at
from fact.calendar as c
where c.calendar_id = d.calendar_id;
alter table fact.calendar_day alter column recorded_at set not null;
alter table fact.calendar_day
add constraint calendar_day_is_replaced_later check (replaced_at >= recorded_at);
comment on column fact.calendar_day.replaced_at is
'When a renewal replaced it; null: it counts. Replaced rows stay as evidence.';

drop index fact.calendar_day_key;
create unique index calendar_day_key
on fact.calendar_day (calendar_id, day, opens) nulls not distinct where replaced_at is null;
comment on index fact.calendar_day_key is 'Serves the hours of a calendar.';
