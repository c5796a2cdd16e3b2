-- Days that are over for good: their results are dropped, what matters is kept as evidence.

create or replace function fact.keep_evidence(day date) returns bigint
language sql volatile
begin atomic
    with run as (
        select r.endpoint_id, r.location_id, r.first_at, r.last_at
        from fact.day_span(keep_evidence.day) as d (span)
        cross join
            lateral fact.runs(
                array(select e.endpoint_id from fact.endpoint as e), lower(d.span), upper(d.span)
            ) as r
    ),
    kept as (
        insert into fact.evidence
        select r.*
        from fact.result as r
        where
            r.at >= lower(fact.day_span(keep_evidence.day))
            and r.at < upper(fact.day_span(keep_evidence.day))
            and (
                r.outcome <> 'up'
                or (r.endpoint_id, r.location_id, r.at) in (
                    select u.endpoint_id, u.location_id, e.at
                    from run as u
                    cross join lateral (values (u.first_at), (u.last_at)) as e (at)
                )
            )
        on conflict do nothing
        returning endpoint_id
    )
    select count(*) from kept;
end;
comment on function fact.keep_evidence(date) is
'Copies what matters of the results of a UTC day to fact.evidence and gives how many it copied: those that were not up, and the ends of each run of good ones.';

create or replace function fact.drop_day(day date, dropped_by text, dropped_at timestamptz)
returns table (results bigint, kept bigint)
language plpgsql
-- Readers of the results hold it up; it must not hold up everybody behind it for long.
set lock_timeout = '5s'
as $$
declare
    partition text := format('result_%s', to_char(drop_day.day, 'YYYYMMDD'));
begin
    perform pg_advisory_xact_lock(hashtext('fact.roll_up'));
    if drop_day.day + 2 > (sla.as_of() at time zone 'UTC')::date then
        raise exception 'day %: is not over for long enough', drop_day.day
            using hint = 'Figures hold up to ' || sla.as_of() || '.';
    end if;
    if exists (select 1 from fact.dirty_day as d where d.day <= drop_day.day + 1)
        or exists (select 1 from fact.stale_latency as s where s.day <= drop_day.day + 1)
    then
        raise exception 'day %: has results that are not rolled up', drop_day.day;
    end if;
    if exists (
        select 1 from pg_inherits as i
        inner join pg_class as c on c.oid = i.inhrelid
        where i.inhparent = 'fact.result'::regclass and c.relname < partition
    ) then
        raise exception 'day %: older days have results still', drop_day.day;
    end if;
    execute format('lock table fact.%I in access exclusive mode', partition);
    execute format('select count(*) from fact.%I', partition) into results;
    kept := fact.keep_evidence(drop_day.day);
    execute format('drop table fact.%I', partition);
    insert into fact.dropped_day (day, results, kept, dropped_at, dropped_by)
    values (drop_day.day, results, kept, drop_day.dropped_at, drop_day.dropped_by);
    return next;
end
$$;
comment on function fact.drop_day(date, text, timestamptz) is
'Drops the results of a UTC day once it is rolled up and its evidence is kept; gives how many results it had, and how many were kept. Days are dropped oldest first. One transaction: all of it, or nothing.';
