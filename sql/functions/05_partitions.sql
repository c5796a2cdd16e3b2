-- Daily partitions of the tables of results, made before they are needed.

create or replace function fact.final_until() returns date
language sql stable parallel safe
begin atomic
    select max(d.day) + 1 from fact.dropped_day as d;
end;
comment on function fact.final_until() is
'The last UTC day that takes no result any more; null: every day does. It is the day after the last dropped one: its roll-up needs the results before it.';

create or replace function fact.ensure_partitions(from_day date, to_day date)
returns integer
-- Also for those who may add results, but make no table.
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    missing record;
    made integer := 0;
begin
    if from_day <= fact.final_until() then
        raise exception 'day %: its figures are final, it takes no result any more', from_day
            using hint = 'Results are kept from ' || fact.final_until() + 1 || ' on.';
    end if;
    for missing in
        select
            parent,
            day::date as day,
            format('%s_%s', parent, to_char(day, 'YYYYMMDD')) as name
        from unnest(array['result', 'attempt']) as parent
        cross join generate_series(from_day::timestamp, to_day, interval '1 day') as day
        where to_regclass(format('fact.%s_%s', parent, to_char(day, 'YYYYMMDD'))) is null
        order by day, parent
    loop
        -- One maker at a time; the second finds the first one's table when its turn comes.
        perform pg_advisory_xact_lock(hashtext('vigie partitions'));
        -- A query, not to_regclass(): that may remember from before the turn that nothing was there.
        continue when exists (
            select
            from pg_class
            where relnamespace = 'fact'::regnamespace and relname = missing.name
        );
        -- Attached, not created in place: that would lock out every reader and writer.
        execute format(
            'create table fact.%I (like fact.%I including all)', missing.name, missing.parent
        );
        execute format(
            'alter table fact.%I attach partition fact.%I for values from (%L) to (%L)',
            missing.parent,
            missing.name,
            missing.day || ' 00:00:00+00',
            missing.day + 1 || ' 00:00:00+00'
        );
        made := made + 1;
    end loop;
    return made;
end
$$;
comment on function fact.ensure_partitions(date, date) is
'Makes the missing daily partitions of results and attempts; returns how many tables it made.
Both days are included. Safe with any number of callers.';
