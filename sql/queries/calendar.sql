-- Calendars follow the catalogue: a changed wording supersedes, and what the wording leaves to
-- the year and to the holidays library is added and renewed day by day.
-- Steps take the instant of the change ($1), and whether days that are over may change too ($2).

-- name: replace_calendars
update fact.calendar as c
set replaced_at = $1
from wanted_calendar as w
where c.key = w.key and c.replaced_at is null and c.digest <> w.digest
returning 'changed' as action, format('calendar %s: new wording', c.key) as line;

-- name: add_calendars
with missing as (
    select w.*
    from wanted_calendar as w
    where
        not exists (
            select from fact.calendar as c
            where c.key = w.key and c.replaced_at is null
        )
),

added as (
    insert into fact.calendar (key, digest, timezone, yearly, recorded_at)
    select
        key,
        digest,
        timezone,
        yearly,
        $1 as recorded_at
    from missing
    returning calendar_id, key
),

hours_added as (
    insert into fact.calendar_hours (calendar_id, weekday, opens, closes)
    select
        a.calendar_id,
        h.weekday,
        h.opens_us * interval '1 microsecond' as opens,
        h.closes_us * interval '1 microsecond' as closes
    from added as a
    inner join wanted_hours as h on a.key = h.calendar
)

select
    case when count(c.key) = 0 then 'added' end as action,
    'calendar ' || a.key as line
from added as a
left join fact.calendar as c on a.key = c.key
group by a.key
order by a.key;

-- name: forget_other_wordings
-- Nothing to do after the steps above; who only renews leaves a wording alone that is not its own.
with other as (
    delete from wanted_calendar as w
    where
        not exists (
            select from fact.calendar as c
            where c.key = w.key and c.digest = w.digest and c.replaced_at is null
        )
    returning key
),

years as (
    delete from wanted_year where calendar in (select key from other)
)

delete from wanted_day where calendar in (select key from other);

-- name: add_calendar_years
-- Told only of calendars that had other years before.
with added as (
    insert into fact.calendar_year (calendar_id, year, first_day, source, recorded_at)
    select
        c.calendar_id,
        w.year,
        make_date(w.year, 1, 1) as first_day,
        w.source,
        $1 as recorded_at
    from wanted_year as w
    inner join fact.calendar as c on w.calendar = c.key and c.replaced_at is null
    where
        not exists (
            select from fact.calendar_year as y
            where y.calendar_id = c.calendar_id and y.year = w.year
        )
    returning calendar_id, year, source
)

select
    case when c.recorded_at < $1 then 'added' end as action,
    format(
        'calendar %s: the days of %s, from %s',
        c.key, a.year, coalesce(a.source, 'the calendar alone')
    ) as line
from added as a
inner join fact.calendar as c on a.calendar_id = c.calendar_id
order by c.key, a.year;

-- name: compare_calendar_days
-- The days that differ. Those of a new wording or a new year are free to change, and those to
-- come; days that are over are not, for figures were made with them.
with stored as (
    select
        d.calendar_id,
        d.day,
        min(d.name) as name,
        array_agg(d.opens order by d.opens) as opens,
        array_agg(d.closes order by d.opens) as closes
    from fact.calendar_day as d
    inner join fact.calendar as c on d.calendar_id = c.calendar_id
    where
        d.replaced_at is null
        and c.replaced_at is null
        and c.key in (select w.key from wanted_calendar as w)
    group by d.calendar_id, d.day
),

wanted as (
    select
        c.calendar_id,
        w.day,
        min(w.name) as name,
        array_agg(w.opens_us * interval '1 microsecond' order by w.opens_us) as opens,
        array_agg(w.closes_us * interval '1 microsecond' order by w.opens_us) as closes
    from wanted_day as w
    inner join fact.calendar as c on w.calendar = c.key and c.replaced_at is null
    group by c.calendar_id, w.day
),

different as (
    select
        calendar_id,
        day,
        s.name as old_name,
        w.name as new_name,
        not coalesce(s.opens = w.opens and s.closes = w.closes, false) as hours_differ
    from stored as s
    full outer join wanted as w using (calendar_id, day)
    where
        s.name is distinct from w.name
        or s.opens is distinct from w.opens
        or s.closes is distinct from w.closes
),

dated as (
    select
        d.*,
        c.key,
        (($1::timestamptz) at time zone c.timezone)::date as today,
        c.recorded_at = $1 or exists (
            select from fact.calendar_year as y
            where
                y.calendar_id = d.calendar_id
                and y.year = extract(year from d.day)
                and y.recorded_at = $1
        ) as is_new
    from different as d
    inner join fact.calendar as c on d.calendar_id = c.calendar_id
)

insert into changed_day (calendar_id, key, day, old_name, new_name, hours_differ, is_new, is_free)
select
    calendar_id,
    key,
    day,
    old_name,
    new_name,
    hours_differ,
    is_new,
    is_new or day >= today or $2::boolean as is_free
from dated as d
where
    new_name is not null
    -- A year that nobody asks for any more keeps its days.
    or exists (
        select from wanted_year as y
        where y.calendar = d.key and y.year = extract(year from d.day)
    );

-- name: replace_calendar_days
update fact.calendar_day as d
set replaced_at = $1
from changed_day as x
where x.is_free and d.calendar_id = x.calendar_id and d.day = x.day and d.replaced_at is null;

-- name: add_calendar_days
insert into fact.calendar_day (calendar_id, day, name, opens, closes, recorded_at)
select
    x.calendar_id,
    w.day,
    w.name,
    w.opens_us * interval '1 microsecond' as opens,
    w.closes_us * interval '1 microsecond' as closes,
    $1 as recorded_at
from wanted_day as w
inner join changed_day as x on w.calendar = x.key and w.day = x.day
where x.is_free;

-- name: renew_calendar_years
-- From its first changed day on, the year now comes from the newer source.
insert into fact.calendar_year (calendar_id, year, first_day, source, recorded_at)
select
    x.calendar_id,
    w.year,
    min(x.day) as first_day,
    w.source,
    $1 as recorded_at
from changed_day as x
inner join wanted_year as w on x.key = w.calendar and extract(year from x.day) = w.year
where x.is_free and not x.is_new
group by x.calendar_id, w.year, w.source;

-- name: tell_calendar_days
select
    case when is_free then 'changed' else 'kept' end as action,
    format(
        case
            when is_free then 'calendar %s: %s %s'
            else 'calendar %s: %s stays as stored, it is over; else %s'
        end,
        key,
        day,
        case
            when old_name is null then 'added, ' || new_name
            when new_name is null then 'removed, ' || old_name
            else 'changed, ' || new_name
        end
    ) as line
from changed_day
where not is_new and (is_free or hours_differ)
order by key, day;
