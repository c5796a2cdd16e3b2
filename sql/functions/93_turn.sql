-- One turn of the watcher: what is measured becomes incidents, and they become crises.

create or replace function fact.service_keys(services integer[]) returns text[]
language sql stable
return array(select s.key from fact.service as s where s.service_id = any(services));
comment on function fact.service_keys(integer[]) is 'The keys of services.';

create or replace function fact.hits_several(
    incident_id integer,
    services integer[],
    run tstzrange,
    longer_than interval,
    customers integer,
    failing jsonb
) returns boolean
language plpgsql stable
as $$
declare
    together integer[];
begin
    if fact.hit_customers(fact.service_keys(services), run) >= customers then
        return true;
    end if;
    together := services || array(
        select m.service_id
        from fact.incident_service as m
        where
            m.incident_id = hits_several.incident_id
            and exists (
                select from unnest((failing ->> m.service_id::text)::tstzmultirange) as r
                where r && run and upper(r) - lower(r) > longer_than
            )
    );
    return fact.hit_customers(fact.service_keys(together), run) >= customers;
end
$$;
comment on function fact.hits_several(
    integer, integer[], tstzrange, interval, integer, jsonb
) is
'Whether an outage of some services hits so many customers, together with what else its incident took down for as long. failing: the runs of each service, by its id.';

create or replace function fact.call_crisis(
    services integer[],
    runs tstzmultirange,
    longer_than interval,
    customers integer,
    failing jsonb,
    now timestamptz
) returns void
language plpgsql
as $$
declare
    run tstzrange;
    known integer;
begin
    for run in select r from unnest(runs) as r where upper(r) - lower(r) > longer_than loop
        known := fact.incident_of(services, run);
        if exists (select from fact.crisis as c where c.incident_id = known) then
            continue;
        end if;
        -- A cell that worked on these services has it: there it is a relapse, or failed as well.
        if fact.active_crisis(services, upper(run)) is not null then
            continue;
        end if;
        if fact.hits_several(known, services, run, longer_than, customers, failing) then
            begin
                perform fact.open_crisis(
                    known,
                    'outage',
                    'vigie',
                    format(
                        'down for more than %s, %s or more customers hit', longer_than, customers
                    ),
                    call_crisis.now
                );
            exception when others then
                -- Other outages must not wait for this one; it is tried again in a moment.
                raise warning 'incident-%: no crisis could be opened: %', known, sqlerrm;
            end;
        end if;
    end loop;
end
$$;
comment on function fact.call_crisis(
    integer[], tstzmultirange, interval, integer, jsonb, timestamptz
) is
'Opens the crisis of each run that is longer than the terms allow and hits enough customers (LEN-11 (a)), unless its incident has one, or a crisis about the same services went on until it was over.';

create or replace function fact.warn_ahead(
    services integer[],
    runs tstzmultirange,
    customers integer,
    after interval,
    failing jsonb,
    now timestamptz
) returns void
language plpgsql
as $$
declare
    run tstzrange;
    known integer;
begin
    for run in
        select r from unnest(runs) as r
        where upper(r) - lower(r) > after
    loop
        known := fact.incident_of(services, run);
        -- What is a crisis already, or in the hands of a cell, does not become one.
        if exists (select from fact.crisis as c where c.incident_id = known)
            or fact.active_crisis(services, warn_ahead.now) is not null
        then
            continue;
        end if;
        if not exists (
            select from fact.incident_state as t
            where
                t.incident_id = known
                and t.state = 'open'
                -- Once until it is good again, also where nothing was measured meanwhile.
                and not exists (
                    select from fact.incident_event as e
                    where e.incident_id = known and e.kind = 'pre_alert' and e.at >= t.at
                )
        ) then
            continue;
        end if;
        if fact.hits_several(known, services, run, after, customers, failing) then
            perform fact.incident_happened(known, 'pre_alert', warn_ahead.now);
            perform fact.tell_ahead(known, warn_ahead.now);
        end if;
    end loop;
end
$$;
comment on function fact.warn_ahead(
    integer[], tstzmultirange, integer, interval, jsonb, timestamptz
) is
'Warns the first level of each run that may become a crisis: it lasts longer than after, hits enough customers, and no cell works on it.';

create or replace function fact.live_news(seen timestamptz)
returns table (
    service_ids integer[],
    runs tstzmultirange,
    is_good boolean,
    longer_than interval,
    customers integer,
    is_news boolean
)
language sql stable
begin atomic
    with watched as materialized (
        select array_agg(w.service_id) as services, min(w.since) as since
        from fact.watched_service as w
    ),
    held as materialized (
        select i.incident_id, i.service_id
        from fact.open_incidents() as o
        inner join fact.incident_service as i on i.incident_id = o.incident_id
    ),
    called as materialized (
        select coalesce(array_agg(h.service_id), '{}') as services
        from held as h
        where exists (select from fact.crisis as c where c.incident_id = h.incident_id)
    ),
    warned as materialized (
        select coalesce(array_agg(h.service_id), '{}') as services, fact.warn_after() as after
        from held as h
        inner join fact.incident_state as s on s.incident_id = h.incident_id
        where
            exists (
                select from fact.incident_event as e
                where e.incident_id = h.incident_id and e.kind = 'pre_alert' and e.at >= s.at
            )
    )
    select
        l.service_ids,
        l.runs,
        l.is_good,
        l.longer_than,
        l.customers,
        case
            when l.longer_than is null
                then
                    not w.noted
                    or l.service_ids[1] not in (select h.service_id from held as h)
            else
                upper(l.runs) - lower(l.runs) > l.longer_than and not l.service_ids && c.services
                or upper(l.runs) - lower(l.runs) > d.after and not l.service_ids && d.services
        end
    from watched as a
    cross join lateral fact.live_run(a.services, tstzrange(a.since, live_news.seen)) as l
    cross join called as c
    cross join warned as d
    left join fact.watched_service as w on w.service_id = l.service_ids[1]
    where a.services is not null
    -- Services first: their incidents are what a crisis belongs to.
    order by l.longer_than nulls first, lower(l.runs), l.service_ids;
end;
comment on function fact.live_news(timestamptz) is
'The rows of fact.live_run for all that is looked at. is_news: something may have to be written down; false for a service whose failures have their incident, and for an outage that is short yet, or whose crisis was called and warned of.';

create or replace function fact.watch_turn(epoch bigint, now timestamptz) returns void
language plpgsql
as $$
declare
    -- Marks were taken a moment ago, under the same fence.
    seen constant timestamptz := fact.fence_watch(watch_turn.epoch, watch_turn.now);
    began constant timestamptz := (select w.began_at from fact.watch as w);
    warn_after constant interval := fact.warn_after();
    near integer[] := fact.incidents_since(
        (select min(w.since) - interval '1 day' from fact.watched_service as w)
    );
    failing record;
    run tstzrange;
    known integer;
    good integer[] := '{}';
    runs jsonb := '{}'; -- of each service: they come before the outages of contracts
begin
    for failing in select n.* from fact.live_news(seen) as n loop
        if failing.longer_than is null and failing.is_news then
            for run in
                -- What was over as watching began is history.
                select r from unnest(failing.runs) as r where upper(r) > began
            loop
                known := fact.note_run(
                    failing.service_ids[1],
                    run,
                    failing.is_good or upper(run) < upper(failing.runs),
                    near,
                    seen
                );
                if known <> all(near) then
                    near := near || known;
                end if;
            end loop;
        elsif failing.is_news and upper(failing.runs) > began then
            perform fact.call_crisis(
                failing.service_ids, failing.runs, failing.longer_than, failing.customers, runs,
                seen
            );
            perform fact.warn_ahead(
                failing.service_ids, failing.runs, failing.customers, warn_after, runs, seen
            );
        end if;
        if failing.longer_than is null then
            runs := runs || jsonb_build_object(failing.service_ids[1]::text, failing.runs::text);
            if failing.is_good then
                good := good || failing.service_ids;
            end if;
        end if;
    end loop;
    update fact.watched_service set noted = true where not noted;
    perform fact.close_recovered(good, runs, seen);
    perform fact.excuse_corrected(seen);
    perform fact.forget_good(good);
end
$$;
comment on function fact.watch_turn(bigint, timestamptz) is
'One look: what the services that fail have been up to now becomes incidents and crises. Everything is derived from the results and kept as events, so that a repetition changes nothing and a restart loses nothing.';
