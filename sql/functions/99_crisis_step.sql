-- One thing that is due in a crisis. Its row is locked before.

create or replace function fact.crisis_step(crisis_id integer, what text, now timestamptz)
returns void
language plpgsql
as $$
begin
    case what
        when 'page' then perform fact.page_crisis(crisis_id, now);
        when 'join' then perform fact.join_services(crisis_id, now);
        when 'good' then perform fact.note_good(crisis_id, now);
        when 'relapse' then perform fact.note_relapse(crisis_id, now);
        when 'informed' then perform fact.note_informed(crisis_id, now);
        when 'overdue' then perform fact.alarm_overdue(crisis_id, now);
        when 'remind' then perform fact.remind_crisis(crisis_id, now);
    end case;
end
$$;
comment on function fact.crisis_step(integer, text, timestamptz) is
'Does one of the things that fact.crisis_due names.';

create or replace function fact.join_services(crisis_id integer, now timestamptz) returns void
language plpgsql
as $$
declare
    joined text[];
begin
    with added as (
        insert into fact.crisis_service (crisis_id, service_id)
        select c.crisis_id, i.service_id
        from fact.crisis as c
        inner join fact.incident_service as i on i.incident_id = c.incident_id
        where c.crisis_id = join_services.crisis_id
        on conflict do nothing
        returning service_id
    )
    select array_agg(s.key order by s.key) into joined
    from added as a inner join fact.service as s on s.service_id = a.service_id;
    if fact.crisis_state(crisis_id) = 'open' then
        perform fact.add_affected(crisis_id, now);
    end if;
    perform fact.add_crisis_event(
        crisis_id, 'joined', null, now, 'vigie', null, jsonb_build_object('services', joined)
    );
    -- What fails in the first moments was on the page, or a second later.
    if now > (
        select c.opened_at + interval '2 minutes' from fact.crisis as c
        where c.crisis_id = join_services.crisis_id
    ) then
        perform fact.tell_cell(
            crisis_id,
            format('joined/%s', extract(epoch from now)),
            'reminder',
            jsonb_build_object('text', format('Also down: %s', array_to_string(joined, ', '))),
            true,
            now
        );
    end if;
end
$$;
comment on function fact.join_services(integer, timestamptz) is
'Takes in services that failed with the others; their customers too, until the list is frozen.';

create or replace function fact.note_good(crisis_id integer, now timestamptz) returns void
language sql
begin atomic
    select
        fact.add_crisis_event(
            crisis_id, 'good_again', 'monitoring', now, 'vigie', null,
            jsonb_build_object('good_since', h.good_since)
        )
    from fact.crisis_health as h
    where h.crisis_id = note_good.crisis_id;
end;
comment on function fact.note_good(integer, timestamptz) is 'All of its services are good again.';

create or replace function fact.calls_again(crisis_id integer) returns boolean
language sql stable
begin atomic
    select
        fact.crisis_rank(fact.crisis_state(crisis_id)) >= 5
        or not exists (
            select 1 from fact.crisis_roles(crisis_id) as r
            where fact.channels_of(r.person) <> '[]'
        );
end;
comment on function fact.calls_again(integer) is
'Whether a relapse calls people from the first level on: they were done with it, or nobody who can be reached is in its cell.';

create or replace function fact.note_relapse(crisis_id integer, now timestamptz) returns void
language plpgsql
as $$
declare
    called boolean := fact.calls_again(crisis_id);
    times integer;
    since timestamptz;
begin
    select greatest(h.failed_at, h.relapsed_at) into since from fact.crisis_health as h
    where h.crisis_id = note_relapse.crisis_id;
    perform fact.add_crisis_event(
        crisis_id, 'relapsed',
        case when fact.crisis_state(crisis_id) = 'open' then 'open' else 'mitigating' end,
        now, 'vigie', null, jsonb_build_object('down_since', since, 'called', called)
    );
    select count(*) into times from fact.crisis_event as e
    where e.crisis_id = note_relapse.crisis_id and e.kind = 'relapsed';
    perform fact.tell_cell(
        crisis_id, 'relapse/' || times, 'relapse',
        jsonb_build_object('due', fact.utc_text(since)), true, now
    );
    if called then
        perform fact.page_crisis(crisis_id, now);
    end if;
end
$$;
comment on function fact.note_relapse(integer, timestamptz) is
'It failed again: the same crisis goes on, and its cell is told; where that was done or is not there, people are called again.';

create or replace function fact.alarm_overdue(crisis_id integer, now timestamptz) returns void
language plpgsql
as $$
declare
    standing fact.crisis_standing;
    due timestamptz;
begin
    select * into standing from fact.crisis_standing as s
    where s.crisis_id = alarm_overdue.crisis_id;
    due := fact.update_due(standing);
    perform fact.add_crisis_event(
        crisis_id, 'overdue', null, now, 'vigie', null,
        jsonb_build_object('number', standing.updates + 1, 'due', due)
    );
    perform fact.tell_cell(
        crisis_id, format('overdue/%s/%s', standing.updates + 1, standing.alarms + 1),
        'overdue_update', jsonb_build_object('due', fact.utc_text(due)), true, now
    );
end
$$;
comment on function fact.alarm_overdue(integer, timestamptz) is
'The customers wait for word: tells the cell, or whoever was called.';

create or replace function fact.remind_crisis(crisis_id integer, now timestamptz) returns void
language plpgsql
as $$
declare
    one record;
    people text[];
begin
    for one in
        select * from fact.crisis_reminder(now) as r
        where r.crisis_id = remind_crisis.crisis_id
    loop
        perform fact.add_crisis_event(
            crisis_id, 'reminded', null, now, 'vigie', one.said,
            jsonb_build_object('about', one.about, 'due', one.due)
        );
        people := array(
            select p.key from jsonb_object_keys(fact.rota_now() -> 'people') as p (key)
            where fact.spelt(one.owner)
                in (fact.spelt(p.key), fact.spelt(fact.name_of(p.key)))
        );
        if cardinality(people) = 0 then
            people := fact.crisis_people(crisis_id, now);
        end if;
        perform fact.tell_people(
            crisis_id, people, 'reminder/' || one.about, 'reminder',
            jsonb_build_object(
                'text', one.said,
                -- The day of an action is in its words: it has no hour.
                'due', case when one.about not like 'action/%' then fact.utc_text(one.due) end
            ),
            false, now
        );
    end loop;
end
$$;
comment on function fact.remind_crisis(integer, timestamptz) is
'Sends the reminders that are due: to the owner of an action, else to the cell.';
