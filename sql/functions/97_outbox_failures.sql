-- Messages that were not sent: tried again, by another channel, and given up loudly.

create or replace function fact.backoff(attempts integer, urgent boolean, jitter double precision)
returns interval
language sql immutable parallel safe
begin atomic
    select
        case
            when backoff.urgent
                then least(interval '5 seconds' * power(2, least(attempts, 20) - 1), '40 seconds')
            else least(interval '30 seconds' * power(2, least(attempts, 20) - 1), '1 hour')
        end * (0.75 + backoff.jitter / 2);
end;
comment on function fact.backoff(integer, boolean, double precision) is
'How long to wait after so many failed attempts: doubled each time up to a limit, by a quarter more or less as jitter (0 to 1) says.';

create or replace function fact.patience(urgent boolean) returns interval
language sql immutable parallel safe
begin atomic
    select case when patience.urgent then interval '2 minutes' else interval '1 day' end;
end;
comment on function fact.patience(boolean) is
'For how long one target of a message is tried before the next one is; an urgent message: for how long all of them are, in turn.';

create or replace function fact.tried_since(message_id bigint) returns timestamptz
language sql stable
begin atomic
    select min(e.at)
    from fact.outbox as o
    inner join fact.outbox_event as e on e.message_id = o.message_id
    where
        o.message_id = tried_since.message_id
        and e.kind = 'attempted'
        and (o.urgent or (e.detail ->> 'target')::smallint = o.target)
        and e.event_id > coalesce(
            (
                select max(r.event_id) from fact.outbox_event as r
                where
                    r.message_id = tried_since.message_id
                    and r.kind in ('retried', 'bounced')
            ),
            0
        );
end;
comment on function fact.tried_since(bigint) is
'When the current target of a message was tried first, or any target of an urgent one, since a person last asked to try again or it came back.';

create or replace function fact.next_target(message_id bigint)
returns table (target smallint, attempts integer, due_at timestamptz)
language sql stable
begin atomic
    with failed as (
        select
            (e.detail ->> 'target')::smallint as target,
            count(*)::integer as attempts,
            max((e.detail ->> 'again')::timestamptz) as due_at,
            bool_or(e.kind = 'bounced' or not (e.detail ->> 'temporary')::boolean) as lasting
        from fact.outbox_event as e
        where
            e.message_id = next_target.message_id
            and e.kind in ('failed', 'bounced')
            and e.event_id > coalesce(
                (
                    select max(r.event_id) from fact.outbox_event as r
                    where r.message_id = next_target.message_id and r.kind = 'retried'
                ),
                0
            )
        group by (e.detail ->> 'target')::smallint
    )
    select
        t.target::smallint as target,
        coalesce(f.attempts, 0) as attempts,
        coalesce(f.due_at, '-infinity') as due_at
    from fact.outbox as o
    cross join generate_series(0, jsonb_array_length(o.targets) - 1) as t (target)
    left join failed as f on t.target = f.target
    where o.message_id = next_target.message_id and f.lasting is not true
    order by coalesce(f.due_at, '-infinity') asc, t.target asc
    limit 1;
end;
comment on function fact.next_target(bigint) is
'The target of an urgent message whose turn it is, how often it failed, and when its wait ends (one that was not tried yet: -infinity). No row: each has failed for good, or what it took came back.';

create or replace function fact.said_to_several(message fact.outbox) returns text
language sql immutable parallel safe
return case
    when (message).audience = 'customer' and (message).crisis_id is not null
        -- crisis-3/update/2/acme/1f3a…: without the customer and its address.
        then regexp_replace((message).key, '/[^/]+/[^/]+$', '')
end;
comment on function fact.said_to_several(fact.outbox) is
'What many customers are told at once, such as crisis-3/update/2: whoever must hear that it failed hears it once. Null: a message to one.';

create or replace function fact.queue_dead_letters(message_id bigint, now timestamptz)
returns setof bigint
language sql volatile
begin atomic
    with called as (
        select
            o.message_id,
            o.kind,
            o.recipient,
            o.error,
            o.facts,
            o.incident_id,
            o.crisis_id,
            l.level,
            p.key as person,
            fact.said_to_several(o) as said,
            r.spec #> array['people', p.key] as person_spec,
            coalesce(o.facts ->> 'name', o.recipient) as recipient_name
        from fact.outbox as o
        inner join fact.rota as r on r.replaced_at is null
        cross join
            lateral jsonb_array_elements(r.spec -> 'levels') with ordinality as l (people, level)
        cross join lateral jsonb_array_elements_text(l.people) as p (key)
        where
            o.message_id = queue_dead_letters.message_id
            and o.kind <> 'dead_letter'
            and not (o.audience = 'team' and o.recipient = p.key)
    )
    select
        fact.queue_message(
            key => format(
                'dead_letter:%s:%s:%s',
                coalesce(c.said, c.message_id::text),
                (
                    select count(*) from fact.outbox_event as e
                    where e.message_id = c.message_id and e.kind in ('dead', 'bounced')
                ),
                c.person
            ),
            kind => 'dead_letter',
            audience => 'team',
            recipient => c.person,
            targets => c.person_spec -> 'reach',
            facts => c.facts || jsonb_build_object(
                'name', c.person_spec -> 'name',
                'language', 'en',
                'text', format(
                    '%s to %s%s: %s',
                    c.kind,
                    c.recipient_name,
                    case when c.said is not null then ', and perhaps to others' end,
                    c.error
                ),
                'dead', jsonb_build_object(
                    'message', c.message_id, 'kind', c.kind, 'recipient', c.recipient,
                    'name', c.recipient_name, 'error', c.error
                )
            ),
            urgent => true,
            due_at => queue_dead_letters.now,
            incident_id => c.incident_id,
            crisis_id => c.crisis_id
        )
    from called as c
    where c.level = (select min(f.level) from called as f);
end;
comment on function fact.queue_dead_letters(bigint, timestamptz) is
'Tells the other people of the first level that a message reached nobody; where there is no other, those of the next level. Never of a message that told just that.';

create or replace function fact.fail_message(
    message_id bigint,
    worker text,
    temporary boolean,
    retry_after interval,
    why text,
    now timestamptz
)
returns text
language plpgsql
as $$
declare
    held fact.outbox;
    again timestamptz;
    gives_up timestamptz;
    turn record;
begin
    select o.* into held from fact.outbox as o
    where o.message_id = fail_message.message_id and o.leased_by = fail_message.worker
    for update;
    if not found or held.leased_until is null then
        return held.state;
    end if;
    again := fail_message.now + greatest(
        fact.backoff(held.attempts, held.urgent, random()), fail_message.retry_after
    );
    insert into fact.outbox_event (message_id, kind, at, channel, detail)
    values (
        held.message_id, 'failed', fail_message.now,
        held.targets -> held.target::integer ->> 'channel',
        jsonb_build_object(
            'target', held.target, 'why', why, 'temporary', temporary, 'again', again
        )
    );
    gives_up := fact.tried_since(held.message_id) + fact.patience(held.urgent);
    if held.state <> 'queued' then
        null; -- acknowledged meanwhile
    elsif held.urgent then
        -- Another target must not wait until this one is given up: somebody is to get up.
        select n.* into turn from fact.next_target(held.message_id) as n;
        if turn.due_at <= gives_up then
            held.due_at := greatest(turn.due_at, fail_message.now);
            held.target := turn.target;
            held.attempts := turn.attempts;
        else
            held.state := 'dead';
        end if;
    elsif temporary and again <= gives_up then
        held.due_at := again;
    elsif held.target + 1 < jsonb_array_length(held.targets) then
        held.due_at := fail_message.now;
        held.target := held.target + 1;
        held.attempts := 0;
    else
        held.state := 'dead';
    end if;
    if held.state = 'queued' and held.due_at <= fail_message.now then
        perform pg_notify('vigie_outbox', '');
    end if;
    update fact.outbox as o
    set
        due_at = held.due_at, target = held.target, attempts = held.attempts,
        state = held.state, error = why, leased_until = null
    where o.message_id = held.message_id;
    if held.state = 'dead' then
        insert into fact.outbox_event (message_id, kind, at)
        values (held.message_id, 'dead', fail_message.now);
        perform fact.queue_dead_letters(held.message_id, fail_message.now);
    end if;
    return held.state;
end
$$;
comment on function fact.fail_message(bigint, text, boolean, interval, text, timestamptz) is
'Writes down that a message was not sent, and gives its state; null: another worker has it. After a temporary failure a target waits, not shorter than retry_after. An urgent message goes to the next target at once, and round again as their waits end; a target that failed for good is left out. Another message stays with its target; where the wait would exceed fact.patience, or after a lasting failure, the next target is due at once. It is dead when no target is left whose wait ends within fact.patience; then others are told.';

create or replace function fact.retry_message(message_id bigint, person text, now timestamptz)
returns void
language plpgsql
as $$
declare
    found_row fact.outbox;
begin
    select o.* into found_row from fact.outbox as o
    where o.message_id = retry_message.message_id
    for update;
    if found_row.message_id is null then
        raise exception 'message %: there is none of this number', message_id
            using hint = 'vigie outbox list shows them';
    end if;
    if found_row.state not in ('queued', 'bounced', 'dead') then
        raise exception 'message %: is % already', message_id, found_row.state
            using hint = 'only what is queued, bounced or dead is tried again';
    end if;
    if found_row.leased_until > retry_message.now then
        raise exception 'message %: is being sent now', message_id
            using hint = format('vigie outbox show %s tells what comes of it', message_id);
    end if;
    update fact.outbox as o
    set state = 'queued', target = 0, attempts = 0, due_at = retry_message.now, leased_until = null
    where o.message_id = found_row.message_id;
    insert into fact.outbox_event (message_id, kind, at, detail)
    values (
        found_row.message_id, 'retried', retry_message.now, jsonb_build_object('by', person)
    );
    perform pg_notify('vigie_outbox', '');
end
$$;
comment on function fact.retry_message(bigint, text, timestamptz) is
'Lets a message be tried again now, from its first target on.';
