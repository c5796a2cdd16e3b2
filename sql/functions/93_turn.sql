-- One turn of the watcher: what is measured becomes incidents, and they become crises.

create or replace function fact.open_incident(
    service_id integer, run tstzrange, is_over boolean, now timestamptz
) returns integer
language sql volatile
begin atomic
    with opened as (
        insert into fact.incident (started, opened_at, late)
        values (lower(run), open_incident.now, is_over)
        returning incident_id, started, late
    ),
    told as (
        insert into fact.incident_event (incident_id, kind, at, actor, detail)
        select o.incident_id, 'opened', o.started, 'vigie', jsonb_build_object('late', o.late)
        from opened as o
    )
    insert into fact.incident_service (incident_id, service_id, started, added_at)
    select o.incident_id, open_incident.service_id, o.started, open_incident.now
    from opened as o
    returning incident_id;
end;
comment on function fact.open_incident(integer, tstzrange, boolean, timestamptz) is
'Opens an incident with the start of its outage, and gives its id.';

create or replace function fact.join_incident(
    incident_id integer, service_id integer, run tstzrange, now timestamptz
) returns void
language plpgsql
as $$
begin
    insert into fact.incident_service (incident_id, service_id, started, added_at)
    values (join_incident.incident_id, join_incident.service_id, lower(run), join_incident.now)
    on conflict do nothing;
    if found then
        perform fact.incident_happened(
            join_incident.incident_id,
            'joined',
            lower(run),
            null,
            (
                select jsonb_build_object('service', s.key) from fact.service as s
                where s.service_id = join_incident.service_id
            )
        );
    end if;
end
$$;
comment on function fact.join_incident(integer, integer, tstzrange, timestamptz) is
'Adds a service to an incident that runs, unless it is in it.';

create or replace function fact.note_run(
    service_id integer, run tstzrange, is_over boolean, near integer[], now timestamptz
) returns integer
language plpgsql
as $$
declare
    services constant integer[] := array[note_run.service_id];
    known integer := fact.incident_of(services, run);
    was record;
begin
    if known is null then
        known := coalesce(
            -- What runs now goes before what this may be a relapse of.
            fact.incident_beside(note_run.service_id, run, near),
            fact.incident_of(services, run, fact.relapse_within())
        );
        if known is null then
            return fact.open_incident(note_run.service_id, run, is_over, note_run.now);
        end if;
        perform fact.join_incident(known, note_run.service_id, run, note_run.now);
    end if;
    select * into was from fact.incident_state as s where s.incident_id = known;
    if lower(run) < was.started then
        perform fact.incident_happened(known, 'moved', lower(run), 'results came late');
    end if;
    if was.state <> 'open' and upper(run) > was.at then
        perform fact.incident_happened(known, 'relapsed', lower(run));
    end if;
    return known;
end
$$;
comment on function fact.note_run(integer, tstzrange, boolean, integer[], timestamptz) is
'Sees to it that a run of unplanned time of a service has its incident, and gives it: opened, joined (one of those near), moved back or opened again. Seen before, it changes nothing.';

create or replace function fact.incident_end(incident_id integer, runs jsonb)
returns timestamptz
language sql stable
begin atomic
    select max(upper(run))
    from fact.incident_service as m
    inner join fact.incident_state as t on t.incident_id = m.incident_id
    cross join
        lateral unnest((runs ->> m.service_id::text)::tstzmultirange) as run
    where
        m.incident_id = incident_end.incident_id
        and upper(run) > t.started
        -- What came later may be another incident, where results came late.
        and lower(run) < coalesce(
            (
                select min(n.started) from fact.incident_service as n
                where
                    n.service_id = m.service_id
                    and n.incident_id <> m.incident_id
                    and n.started > t.started
            ),
            'infinity'
        );
end;
comment on function fact.incident_end(integer, jsonb) is
'The end of the last run of an incident, among the runs of its services (by service id); null: none is left.';

create or replace function fact.close_recovered(good integer[], runs jsonb, now timestamptz)
returns void
language plpgsql
as $$
declare
    over record;
begin
    for over in
        select i.incident_id, fact.incident_end(i.incident_id, runs) as at
        from fact.open_incidents() as i
        where not exists (
            select from fact.incident_service as s
            where s.incident_id = i.incident_id and s.service_id <> all(good)
        )
    loop
        if over.at is null then
            perform fact.incident_happened(
                over.incident_id,
                'excused',
                close_recovered.now,
                'the outage is not in the figures any more: a correction or a window excuses it'
            );
        else
            perform fact.incident_happened(over.incident_id, 'recovered', over.at);
        end if;
    end loop;
end
$$;
comment on function fact.close_recovered(integer[], jsonb, timestamptz) is
'Closes each incident of which all services are good: recovered with the end of its last run (runs, by service id), or excused where no run is left.';

create or replace function fact.call_crisis(
    services integer[],
    runs tstzmultirange,
    longer_than interval,
    customers integer,
    now timestamptz
) returns void
language plpgsql
as $$
declare
    run tstzrange;
    keys text[];
    known integer;
begin
    for run in select r from unnest(runs) as r where upper(r) - lower(r) > longer_than loop
        known := fact.incident_of(services, run);
        if exists (select from fact.crisis as c where c.incident_id = known) then
            continue;
        end if;
        -- A cell that works on these services has it: there it is a relapse, or failed as well.
        if fact.active_crisis(services) is not null then
            continue;
        end if;
        keys := array(select s.key from fact.service as s where s.service_id = any(services));
        if fact.hit_customers(keys, run) >= customers then
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
    integer[], tstzmultirange, interval, integer, timestamptz
) is
'Opens the crisis of each run that is longer than the terms allow and hits enough customers (LEN-11 (a)), unless its incident has one, or a crisis that goes on is about the same services.';

create or replace function fact.warn_ahead(
    services integer[], runs tstzmultirange, customers integer, after interval, now timestamptz
) returns void
language plpgsql
as $$
declare
    run tstzrange;
    keys text[];
    known integer;
begin
    for run in
        select r from unnest(runs) as r
        where upper(r) - lower(r) > after
    loop
        known := fact.incident_of(services, run);
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
        keys := array(select s.key from fact.service as s where s.service_id = any(services));
        if fact.hit_customers(keys, run) >= customers then
            perform fact.incident_happened(known, 'pre_alert', warn_ahead.now);
            perform fact.tell_ahead(known, warn_ahead.now);
        end if;
    end loop;
end
$$;
comment on function fact.warn_ahead(
    integer[], tstzmultirange, integer, interval, timestamptz
) is
'Warns the first level of each run that may become a crisis: it lasts longer than after, and hits enough customers.';

create or replace function fact.warn_after() returns interval
language sql stable
return coalesce(
    ((fact.rota_now() ->> 'pre_alert_after_s')::numeric) * interval '1 second', '5 minutes'
);
comment on function fact.warn_after() is
'How long an outage lasts before the team is warned: the rota''s pre_alert_after, else 5 minutes.';

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
    order by l.longer_than nulls first;
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
    runs jsonb := '{}';
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
                failing.service_ids, failing.runs, failing.longer_than, failing.customers, seen
            );
            perform fact.warn_ahead(
                failing.service_ids, failing.runs, failing.customers, warn_after, seen
            );
        end if;
        if failing.longer_than is null and failing.is_good then
            good := good || failing.service_ids;
            runs := runs || jsonb_build_object(failing.service_ids[1]::text, failing.runs::text);
        end if;
    end loop;
    update fact.watched_service set noted = true where not noted;
    perform fact.close_recovered(good, runs, seen);
    perform fact.forget_good(good);
end
$$;
comment on function fact.watch_turn(bigint, timestamptz) is
'One look: what the services that fail have been up to now becomes incidents and crises. Everything is derived from the results and kept as events, so that a repetition changes nothing and a restart loses nothing.';
