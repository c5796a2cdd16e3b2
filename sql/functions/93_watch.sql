-- What the watcher looks at: marks become services, and their endpoints are rolled up to now.

create or replace function fact.outage_from(service_id integer, since timestamptz)
returns timestamptz
language plpgsql stable
as $$
declare
    starts timestamptz := since;
    step interval := '1 hour';
    down tstzmultirange;
begin
    loop
        select s.down into down
        from fact.service_state(
            outage_from.service_id, tstzmultirange(tstzrange(starts - step, starts))
        ) as s;
        starts := starts - step;
        -- Down at its very beginning: the outage is older.
        exit when not down @> starts or step > interval '1 year';
        step := step * 2;
    end loop;
    return starts;
end
$$;
comment on function fact.outage_from(integer, timestamptz) is
'An instant at which the service was not down, an hour or more before since: from there the outage is seen whole.';

create or replace function fact.fence_watch(epoch bigint, now timestamptz) returns timestamptz
language plpgsql
as $$
declare
    beat timestamptz;
begin
    update fact.watch as w
    set
        -- A clock that was set back must not undo what was seen.
        beat_at = greatest(w.beat_at, fence_watch.now),
        began_at = coalesce(w.began_at, fence_watch.now)
    where w.epoch = fence_watch.epoch
    returning w.beat_at into beat;
    if not found then
        raise exception 'another process watches now'
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    return beat;
end
$$;
comment on function fact.fence_watch(bigint, timestamptz) is
'Says that the watcher of this epoch lives, and holds its place to the end of the transaction; an error when another one took over. Gives the latest instant that was ever looked at.';

create or replace function fact.take_watch() returns bigint
language sql volatile
begin atomic
    update fact.watch as w set epoch = w.epoch + 1 returning w.epoch;
end;
comment on function fact.take_watch() is
'Takes the place of the watcher, and gives its epoch: whoever watched before is refused from now on.';

create or replace function fact.take_marks(epoch bigint, now timestamptz) returns integer
language plpgsql
as $$
declare
    taken integer;
begin
    perform fact.fence_watch(take_marks.epoch, take_marks.now);
    with mark as (
        delete from fact.fresh_failure returning endpoint_ids, since
    ),
    failing as (
        select se.service_id, min(m.since) as since
        from mark as m
        cross join unnest(m.endpoint_ids) as e (endpoint_id)
        inner join fact.service_endpoint as se
            on
                se.endpoint_id = e.endpoint_id
                and se.during && tstzrange(m.since, null)
        group by se.service_id
    ),
    fresh as (
        select
            f.service_id,
            case
                when w.since <= f.since then w.since
                else fact.outage_from(f.service_id, f.since)
            end as since
        from failing as f
        left join fact.watched_service as w on w.service_id = f.service_id
    )
    insert into fact.watched_service as w (service_id, since, marked_at)
    select f.service_id, f.since, take_marks.now from fresh as f
    on conflict (service_id) do update
        set
            since = least(w.since, excluded.since),
            marked_at = excluded.marked_at,
            noted = false;
    get diagnostics taken = row_count;
    return taken;
end
$$;
comment on function fact.take_marks(bigint, timestamptz) is
'Turns the marks of new failures into services to look at, and gives how many were marked.';

create or replace function fact.endpoints_to_roll(rolled_at timestamptz) returns integer[]
language sql volatile
begin atomic
    with fresh as (
        select distinct e.endpoint_id
        from fact.dirty_day as d
        cross join unnest(d.endpoint_ids) as e (endpoint_id)
        -- A mark is made a moment before it can be seen.
        where d.marked_at >= rolled_at - interval '3 seconds'
    )
    select array_agg(distinct se.endpoint_id)
    from fact.watched_service as w
    inner join fact.service_endpoint as se
        on se.service_id = w.service_id and upper_inf(se.during)
    where
        not w.rolled
        or rolled_at is null
        or se.endpoint_id in (select f.endpoint_id from fresh as f);
end;
comment on function fact.endpoints_to_roll(timestamptz) is
'The endpoints of the services that are looked at, those that have results since the last look, and all of services that are new.';

create or replace function fact.roll_up_watched(now timestamptz) returns bigint
language plpgsql
as $$
declare
    -- What came later than this is marked, and rolled up with everything else.
    reaching constant timestamptz := roll_up_watched.now - interval '15 minutes';
    asked_at constant timestamptz := clock_timestamp();
    endpoints constant integer[] := fact.endpoints_to_roll((select w.rolled_at from fact.watch as w));
    rebuilt bigint := 0;
    mark record;
begin
    for mark in
        insert into fact.dirty_day (endpoint_ids, day, since)
        select endpoints, d.day, reaching
        from (
            select (roll_up_watched.now at time zone 'UTC')::date as day
            union
            select ((reaching - fact.reach()) at time zone 'UTC')::date
        ) as d
        where endpoints is not null
        returning dirty_id, day
    loop
        rebuilt := rebuilt + fact.roll_up(mark.day, array[mark.dirty_id]);
    end loop;
    update fact.watch set rolled_at = asked_at;
    update fact.watched_service set rolled = true where not rolled;
    return rebuilt;
end
$$;
comment on function fact.roll_up_watched(timestamptz) is
'Rolls up the endpoints of the services that are looked at, to the newest result. A pure function of the results: the roll-up does the same a little later, with everything else.';

create or replace function fact.forget_good(services integer[]) returns void
language plpgsql
as $$
begin
    delete from fact.watched_service as w
    where
        w.service_id = any(services)
        -- Everything that came with its last failures is rolled up.
        and w.marked_at <= sla.as_of()
        and w.service_id not in (
            select i.service_id
            from fact.open_incidents() as o
            inner join fact.incident_service as i on i.incident_id = o.incident_id
        );
end
$$;
comment on function fact.forget_good(integer[]) is
'Stops looking at those of some services that are good, as far as all results are rolled up that came with their last failures, and that no open incident holds.';
