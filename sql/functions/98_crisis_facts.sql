-- What a message of a crisis says, and to whom it goes.

create or replace function fact.crisis_services(crisis_id integer, customer_id integer)
returns jsonb
language sql stable parallel safe
begin atomic
    with about as (
        select
            s.key,
            s.name,
            exists(
                select 1
                from fact.contract as c
                inner join fact.contract_version as v on v.contract_id = c.contract_id
                inner join fact.contract_service as k on k.version_id = v.version_id
                where
                    c.customer_id = crisis_services.customer_id
                    and v.replaced_at is null
                    and k.service_id = s.service_id
            ) as own
        from fact.crisis_service as cs
        inner join fact.service as s on s.service_id = cs.service_id
        where cs.crisis_id = crisis_services.crisis_id
    )
    select
        coalesce(
            jsonb_agg(jsonb_build_object('key', a.key, 'name', a.name) order by a.key), '[]'
        )
    from about as a
    where customer_id is null or a.own or not exists (select 1 from about as b where b.own);
end;
comment on function fact.crisis_services(integer, integer) is
'The services of a crisis as messages print them; for a customer those that its contracts cover, because other names are not its business. Null: all.';

create or replace function fact.crisis_ending(crisis_id integer)
returns table (good_since timestamptz, workaround text)
language sql stable
begin atomic
    select
        case when h.measured and h.down_since is null then h.good_since end,
        case
            when h.down_since is not null or not h.measured
                then (
                    select case when e.kind = 'workaround' then e.reason end
                    from fact.crisis_event as e
                    where
                        e.crisis_id = crisis_ending.crisis_id
                        and e.kind in ('workaround', 'relapsed')
                    order by e.event_id desc
                    limit 1
                )
        end
    from fact.crisis_health as h
    where h.crisis_id = crisis_ending.crisis_id;
end;
comment on function fact.crisis_ending(integer) is
'One row: since when probes find all of a crisis good, null while it is down or was never measured; and the workaround that holds meanwhile, null: none.';

create or replace function fact.crisis_facts(crisis_id integer) returns jsonb
language sql stable
begin atomic
    select
        jsonb_build_object(
            'crisis', c.key,
            'incident', 'incident-' || c.incident_id,
            'services', fact.crisis_services(c.crisis_id, null),
            'started', fact.utc_text(c.started),
            'opened', fact.utc_text(c.opened_at),
            'trigger', c.trigger,
            'customers', (
                select
                    coalesce(
                        jsonb_agg(
                            jsonb_build_object('key', u.key, 'name', u.name) order by u.key
                        ),
                        '[]'
                    )
                from fact.crisis_customer as cc
                inner join fact.customer as u on u.customer_id = cc.customer_id
                where cc.crisis_id = c.crisis_id
            ),
            'cause', fact.outage_cause(
                array(
                    select s.key
                    from fact.crisis_service as cs
                    inner join fact.service as s on s.service_id = cs.service_id
                    where cs.crisis_id = c.crisis_id
                ),
                tstzrange(c.started, greatest(c.opened_at, c.started), '[]')
            ),
            'state', fact.crisis_state(c.crisis_id),
            'ended', fact.utc_text(g.good_since), 'workaround', g.workaround,
            'level', null, 'round', null, 'text', null, 'by', null,
            'late', c.late,
            'name', null, 'language', 'en', 'timezone', 'UTC',
            'missing', null, 'due', null, 'provider', null
        )
    from fact.crisis as c
    cross join lateral fact.crisis_ending(c.crisis_id) as g
    where c.crisis_id = crisis_facts.crisis_id;
end;
comment on function fact.crisis_facts(integer) is
'What every message to the team says of a crisis, as it is now.';

create or replace function fact.tell_people(
    crisis_id integer,
    people text[],
    key text,
    kind text,
    more jsonb,
    urgent boolean,
    at timestamptz
) returns text[]
language sql
begin atomic
    with told as (
        select
            p.person,
            fact.queue_message(
                concat_ws('/', c.key, tell_people.key, p.person),
                kind,
                'team',
                p.person,
                fact.channels_of(p.person),
                f.facts || more || jsonb_build_object('name', fact.name_of(p.person)),
                urgent,
                at,
                c.incident_id,
                c.crisis_id
            ) as message_id
        from fact.crisis as c
        cross join lateral fact.crisis_facts(c.crisis_id) as f (facts)
        cross join
            lateral (
                select u.person
                from unnest(people) with ordinality as u (person, place)
                group by u.person
                order by min(u.place)
            ) as p
        where
            c.crisis_id = tell_people.crisis_id
            and fact.channels_of(p.person) <> '[]'
    )
    select coalesce(array_agg(t.person order by t.person), '{}') from told as t;
end;
comment on function fact.tell_people(
    integer, text[], text, text, jsonb, boolean, timestamptz
) is 'Queues a message of a crisis to people of the rota, once each; gives those that can be reached.';

create or replace function fact.crisis_people(crisis_id integer, at timestamptz) returns text[]
language sql stable
begin atomic
    with hearing as (
        select r.person from fact.crisis_roles(crisis_id) as r
        union
        -- Whoever was called may be the only one awake.
        select p.person
        from fact.crisis_event as e
        cross join lateral jsonb_array_elements_text(e.detail -> 'people') as p (person)
        where
            e.crisis_id = crisis_people.crisis_id
            and e.kind = 'paged'
            and fact.crisis_state(e.crisis_id) = 'open'
        union
        select coalesce(fact.person_of(e.actor), e.actor)
        from fact.crisis_event as e
        where
            e.crisis_id = crisis_people.crisis_id
            and e.kind = 'acknowledged'
            and fact.crisis_state(e.crisis_id) = 'open'
    )
    select coalesce(array_agg(h.person order by h.person), fact.level_people(1, at), '{}')
    from hearing as h;
end;
comment on function fact.crisis_people(integer, timestamptz) is
'Who hears of a crisis: its cell, and until that is complete everybody who was called or answered; where there is nobody of these, the first level.';

create or replace function fact.tell_cell(
    crisis_id integer, key text, kind text, more jsonb, urgent boolean, at timestamptz
) returns text[]
language sql
begin atomic
    select
        fact.tell_people(
            crisis_id, fact.crisis_people(crisis_id, at), key, kind, more, urgent, at
        );
end;
comment on function fact.tell_cell(integer, text, text, jsonb, boolean, timestamptz) is
'Queues a message to everybody who hears of a crisis.';

create or replace function fact.tell_everybody(
    crisis_id integer, kind text, more jsonb, at timestamptz
) returns text[]
language sql
begin atomic
    select
        fact.tell_people(
            crisis_id,
            array(
                select u.person
                from (
                    select r.person from fact.crisis_roles(crisis_id) as r
                    union
                    select p.person
                    from fact.crisis_event as e
                    cross join lateral jsonb_array_elements_text(e.detail -> 'people') as p (person)
                    where e.crisis_id = tell_everybody.crisis_id and e.kind = 'paged'
                ) as u
                order by u.person
            ),
            kind, kind, more, false, at
        );
end;
comment on function fact.tell_everybody(integer, text, jsonb, timestamptz) is
'Queues a message to everybody who was ever called to a crisis, or is in its cell: it is set aside.';

create or replace function fact.tell_customer(
    crisis_id integer, customer_id integer, key text, kind text, more jsonb, at timestamptz
) returns integer
language sql
begin atomic
    with terms as (
        select v.timezone
        from fact.contract as c
        inner join fact.contract_version as v on v.contract_id = c.contract_id
        where c.customer_id = tell_customer.customer_id and v.replaced_at is null
        order by
            exists (
                select 1
                from fact.contract_service as k
                inner join fact.crisis_service as s on s.service_id = k.service_id
                where k.version_id = v.version_id and s.crisis_id = tell_customer.crisis_id
            ) desc,
            v.valid @> tell_customer.at desc,
            v.version_id asc
        limit 1
    ),
    told as (
        select
            fact.queue_message(
                concat_ws(
                    -- Keys are shown, addresses are not.
                    '/', c.key, tell_customer.key, u.key, left(md5(lower(a.address)), 8)
                ),
                kind,
                'customer',
                u.key,
                jsonb_build_array(jsonb_build_object('channel', 'email', 'to', a.address)),
                jsonb_build_object(
                    'crisis', c.key,
                    'incident', 'incident-' || c.incident_id,
                    'services', fact.crisis_services(c.crisis_id, u.customer_id),
                    'started', fact.utc_text(c.started),
                    'opened', fact.utc_text(c.opened_at),
                    'trigger', c.trigger,
                    'cause', null,
                    'state', fact.crisis_state(c.crisis_id),
                    'ended', fact.utc_text(g.good_since), 'workaround', g.workaround,
                    'level', null, 'round', null, 'text', null, 'by', null,
                    'late', c.late,
                    'name', u.name,
                    'language', u.language,
                    'timezone', coalesce((select t.timezone from terms as t), 'UTC'),
                    'missing', null, 'due', null, 'provider', null
                ) || more,
                false,
                at,
                c.incident_id,
                c.crisis_id
            ) as message_id
        from fact.crisis as c
        cross join lateral fact.crisis_ending(c.crisis_id) as g
        inner join fact.customer as u on u.customer_id = tell_customer.customer_id
        cross join lateral (select distinct unnest(u.recipients) as address) as a
        where c.crisis_id = tell_customer.crisis_id and btrim(a.address) <> ''
    )
    select count(*)::integer from told;
end;
comment on function fact.tell_customer(integer, integer, text, text, jsonb, timestamptz) is
'Queues a message to each address of a customer, in its language and its contract''s zone; gives how many addresses it has.';

create or replace function fact.crisis_span(
    started timestamptz, resolved_at timestamptz, set_aside_at timestamptz
) returns tstzrange
language sql immutable parallel safe
begin atomic
    select
        tstzrange(
            started,
            -- greatest() passes over what is not known, and a crisis that goes on has no end.
            case
                when coalesce(resolved_at, set_aside_at) is not null
                    then greatest(started, least(resolved_at, set_aside_at))
            end,
            '[]'
        );
end;
comment on function fact.crisis_span(timestamptz, timestamptz, timestamptz) is
'From when a crisis counts to when it was resolved, cancelled or merged; without an end while it goes on. What comes before its start gives that instant alone.';
