-- Runs of unplanned time become incidents: opened, joined, moved, opened again and closed.

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
            fact.incident_of(
                services, run, (select t.relapse_within from fact.crisis_terms() as t)
            )
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
                    and n.started > m.started
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

create or replace function fact.excuse_corrected(now timestamptz) returns void
language plpgsql
as $$
declare
    over record;
begin
    for over in
        select s.incident_id, s.started, s.at as ended
        from fact.correction_event as e
        inner join fact.correction as c on c.correction_id = e.correction_id
        left join fact.service_endpoint as p on p.endpoint_id = c.endpoint_id
        inner join fact.incident_service as m on m.service_id in (c.service_id, p.service_id)
        inner join fact.incident_state as s on s.incident_id = m.incident_id
        where
            e.action = 'approved'
            -- A watcher that was away for longer leaves it to people.
            and e.recorded_at > excuse_corrected.now - interval '1 day'
            and s.state = 'recovered'
            and c.during && tstzrange(s.started, s.at)
        group by s.incident_id, s.started, s.at
    loop
        if not exists (
            select
            from fact.live_class(
                array(
                    select m.service_id from fact.incident_service as m
                    where m.incident_id = over.incident_id
                ),
                tstzrange(over.started, over.ended)
            ) as l
            where not isempty(l.unplanned)
        ) then
            perform fact.incident_happened(
                over.incident_id, 'excused', over.ended,
                'the outage is not in the figures any more: a correction excuses it'
            );
        end if;
    end loop;
end
$$;
comment on function fact.excuse_corrected(timestamptz) is
'Marks each recovered incident as excused of which an approved correction has left nothing; when it ended stays as it was.';
