-- What people write down of an incident.

create or replace function fact.incident_id(incident text) returns integer
language plpgsql stable
as $$
declare
    found_id integer;
begin
    select i.incident_id into found_id from fact.incident as i where i.key = incident;
    if found_id is null then
        raise exception 'incident "%": there is none of this key', incident
            using hint = 'List them with: vigie incident list.';
    end if;
    return found_id;
end
$$;
comment on function fact.incident_id(text) is 'The incident of this key; an error when there is none.';

create or replace function fact.close_incident(
    incident text, actor text, reason text, now timestamptz
) returns void
language plpgsql
as $$
declare
    closed_id constant integer := fact.incident_id(incident);
    was text;
    down text;
begin
    perform from fact.incident as i where i.incident_id = closed_id for update;
    select s.state into was from fact.incident_state as s where s.incident_id = closed_id;
    if was <> 'open' then
        raise exception 'incident "%": it is % already', incident, was
            using hint = 'nothing is left to do';
    end if;
    select string_agg(distinct s.key, ', ' order by s.key) into down
    from fact.incident_service as i
    inner join fact.service as s on s.service_id = i.service_id
    cross join fact.watched_service as w
    cross join
        lateral fact.live_class(
            array[i.service_id], tstzrange(w.since, greatest(w.since, close_incident.now))
        ) as c
    where
        i.incident_id = closed_id
        and w.service_id = i.service_id
        and not c.is_good
        -- What is not measured any more will never be good again.
        and upper(c.unplanned + c.planned) >= close_incident.now - interval '2 minutes';
    if down is not null then
        raise exception 'incident "%": % is still down', incident, down
            using hint = 'It closes by itself as soon as the results are good.';
    end if;
    perform fact.incident_happened(
        closed_id, 'closed', close_incident.now, reason, '{}', actor
    );
end
$$;
comment on function fact.close_incident(text, text, text, timestamptz) is
'Closes an incident of which nothing is measured any more; refused while something of it is down.';
