-- What outlives the cell, and how a crisis is set aside.

create or replace function fact.review_crisis(
    crisis_id integer,
    actor text,
    analysis text,
    plan text,
    none_needed text,
    now timestamptz
) returns void
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'review', actor);
    missing text[] := '{}';
begin
    if coalesce(fact.spelt(analysis), '') = '' then
        missing := missing || '{management analysis is empty}'::text[];
    end if;
    if coalesce(fact.spelt(plan), '') = '' and coalesce(fact.spelt(none_needed), '') = '' then
        missing := missing || '{neither an improvement plan nor why none is needed}'::text[];
    end if;
    if fact.spelt(plan) <> '' and fact.spelt(none_needed) <> '' then
        missing := missing || '{an improvement plan and why none is needed contradict}'::text[];
    end if;
    if fact.spelt(plan) <> '' and not exists (
        select 1 from fact.crisis_action as a where a.crisis_id = review_crisis.crisis_id
    ) then
        missing := missing || '{the plan has no action with owner and due date}'::text[];
    end if;
    perform fact.refuse_missing(entered.key, 'reviewed', missing);
    perform fact.add_crisis_event(
        crisis_id, 'reviewed', 'reviewed', now, actor, analysis,
        jsonb_build_object('plan', plan, 'none_needed', none_needed)
    );
end
$$;
comment on function fact.review_crisis(integer, text, text, text, text, timestamptz) is
'Records the analysis of management, with a plan whose actions are listed, or why none is needed.';

create or replace function fact.add_action(
    crisis_id integer, actor text, what text, owner text, due date, now timestamptz
) returns integer
language plpgsql
as $$
declare
    made_id integer;
begin
    perform fact.enter_crisis(crisis_id, 'action', actor);
    perform fact.check_said('what', what);
    perform fact.check_said('owner', owner);
    if due is null then
        raise exception 'due: is empty' using hint = 'write the day by which it is done';
    end if;
    -- Elsewhere it may still be that day.
    if due < ((now - interval '12 hours') at time zone 'UTC')::date then
        raise exception 'due: % is past', due using hint = 'write today, or a later day';
    end if;
    insert into fact.crisis_action (crisis_id, what, owner, due, recorded_by, recorded_at)
    values (crisis_id, what, owner, due, actor, now)
    returning action_id into made_id;
    perform fact.add_crisis_event(
        crisis_id, 'action_added', null, now, actor, what,
        jsonb_build_object('action', made_id, 'owner', owner, 'due', due)
    );
    return made_id;
end
$$;
comment on function fact.add_action(integer, text, text, text, date, timestamptz) is
'Decides an action with its owner and due date; gives its number.';

create or replace function fact.end_action(
    crisis_id integer, action_id integer, actor text, reason text, now timestamptz
) returns boolean
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'action', actor);
begin
    perform fact.check_said('reason', reason);
    if not exists (
        select 1 from fact.crisis_action as a
        where a.crisis_id = end_action.crisis_id and a.action_id = end_action.action_id
    ) then
        raise exception '%: has no action %', entered.key, action_id
            using hint = 'vigie crisis show names them';
    end if;
    insert into fact.crisis_action_done (action_id, at, actor, reason)
    values (action_id, now, actor, reason)
    on conflict do nothing;
    if not found then
        return false;
    end if;
    perform fact.add_crisis_event(
        crisis_id, 'action_done', null, now, actor, reason,
        jsonb_build_object('action', action_id)
    );
    return true;
end
$$;
comment on function fact.end_action(integer, integer, text, text, timestamptz) is
'Writes down that an action is done, or was given up, and why; false when that was done before.';

create or replace function fact.cancel_crisis(
    crisis_id integer, actor text, reason text, now timestamptz
) returns text
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'cancel', actor);
    person text := fact.member(actor);
    asked fact.crisis_event;
begin
    perform fact.check_said('reason', reason);
    perform fact.refuse_while_down(entered);
    select * into asked from fact.crisis_event as e
    where e.crisis_id = cancel_crisis.crisis_id and e.kind in ('cancel_asked', 'relapsed')
    order by e.event_id desc limit 1;
    if asked.kind is distinct from 'cancel_asked'
        or fact.crisis_failed_after(crisis_id, asked.at)
    then
        perform fact.add_crisis_event(crisis_id, 'cancel_asked', null, now, person, reason);
        return fact.crisis_state(crisis_id);
    end if;
    if not fact.is_another_member(person, asked.actor) then
        raise exception '%: % asked to cancel it at %', entered.key, asked.actor,
            fact.utc_text(asked.at) using hint = 'another person must agree';
    end if;
    perform fact.add_crisis_event(
        crisis_id, 'cancelled', 'cancelled', now, person, reason,
        jsonb_build_object('asked_by', asked.actor, 'asked_reason', asked.reason)
    );
    perform fact.tell_everybody(
        crisis_id, 'cancelled', jsonb_build_object('by', person, 'text', reason), now
    );
    return 'cancelled';
end
$$;
comment on function fact.cancel_crisis(integer, text, text, timestamptz) is
'A false alarm: one person asks, another one agrees by the same command. Gives the state after it. What was measured stays as it is.';

create or replace function fact.merge_crisis(
    crisis_id integer, into_id integer, actor text, reason text, now timestamptz
) returns void
language plpgsql
as $$
declare
    entered fact.crisis;
    target fact.crisis;
begin
    perform fact.check_said('reason', reason);
    if crisis_id = into_id then
        raise exception 'crisis-%: cannot become part of itself', crisis_id
            using hint = 'name another one';
    end if;
    -- Always in this order: two sessions that merge crosswise must not wait for each other.
    perform 1 from fact.crisis as c
    where c.crisis_id in (merge_crisis.crisis_id, merge_crisis.into_id)
    order by c.crisis_id
    for no key update;
    entered := fact.enter_crisis(crisis_id, 'merge', actor);
    target := fact.enter_crisis(into_id, 'merge', actor);
    insert into fact.crisis_service (crisis_id, service_id)
    select into_id, s.service_id from fact.crisis_service as s
    where s.crisis_id = merge_crisis.crisis_id
    on conflict do nothing;
    insert into fact.crisis_customer (crisis_id, customer_id, added_at, added_by, reason)
    select into_id, cc.customer_id, now, actor, 'affected by ' || entered.key
    from fact.crisis_customer as cc
    where cc.crisis_id = merge_crisis.crisis_id
    on conflict do nothing;
    perform fact.add_crisis_event(
        crisis_id, 'merged', 'merged', now, actor, reason,
        jsonb_build_object('into', target.key)
    );
    perform fact.add_crisis_event(
        into_id, 'absorbed', null, now, actor, reason,
        jsonb_build_object('from', entered.key)
    );
    perform fact.tell_everybody(
        crisis_id, 'merged',
        jsonb_build_object('by', actor, 'text', reason, 'into', target.key), now
    );
end
$$;
comment on function fact.merge_crisis(integer, integer, text, text, timestamptz) is
'Makes a crisis part of another one, which takes over its services and customers.';
