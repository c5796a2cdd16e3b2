-- What people find out about a message afterwards: it arrived, or it came back.

create or replace function fact.mark_message(
    message_id bigint, state text, person text, reason text, now timestamptz
) returns text
language plpgsql
as $$
declare
    held fact.outbox;
    next smallint;
begin
    select o.* into held from fact.outbox as o
    where o.message_id = mark_message.message_id
    for update;
    if held.message_id is null then
        raise exception 'message %: there is none of this number', message_id
            using hint = 'vigie outbox list shows them';
    end if;
    if held.state not in ('sent', 'delivered') or held.state = mark_message.state then
        raise exception 'message %: is %', message_id, held.state
            using hint = 'only what was sent arrives or comes back';
    end if;
    insert into fact.outbox_event (message_id, kind, at, channel, detail)
    values (
        held.message_id,
        mark_message.state,
        mark_message.now,
        held.targets -> held.target::integer ->> 'channel',
        jsonb_build_object('by', person, 'why', reason, 'target', held.target)
    );
    next := case
        when held.urgent then (select n.target from fact.next_target(held.message_id) as n)
        when held.target + 1 < jsonb_array_length(held.targets) then held.target + 1
    end;
    if mark_message.state = 'bounced' and next is not null then
        held.state := 'queued';
        held.target := next;
        held.attempts := 0;
        perform pg_notify('vigie_outbox', '');
    else
        held.state := mark_message.state;
    end if;
    update fact.outbox as o
    set
        state = held.state,
        target = held.target,
        attempts = held.attempts,
        due_at = mark_message.now,
        error = case when mark_message.state = 'bounced' then reason end
    where o.message_id = held.message_id;
    if held.state = 'bounced' then
        perform fact.queue_dead_letters(held.message_id, mark_message.now);
    end if;
    return held.state;
end
$$;
comment on function fact.mark_message(bigint, text, text, text, timestamptz) is
'Writes down that a message that was sent arrived (delivered) or came back (bounced), as a person found out, and gives its state: one that came back is queued for its next target; without one, others are told.';
