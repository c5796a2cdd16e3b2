-- What the cell does while it goes on: who is in it, its plan, what customers hear.

create or replace function fact.role_problems(crisis_id integer, roles jsonb) returns text[]
language sql stable
begin atomic
    with asked as (
        select r.key as role, r.value as person from jsonb_each_text(roles) as r
    ),
    after as (
        select a.role, a.person from asked as a
        union all
        select r.role, r.person
        from fact.crisis_roles(crisis_id) as r
        where not roles ? r.role
    ),
    problem as (
        select
            1 as place,
            a.role,
            case
                when not a.role = any(fact.mandatory_roles())
                    then
                        format(
                            'there is no role %s (write one of %s)',
                            a.role,
                            array_to_string(fact.mandatory_roles(), ', ')
                        )
                when fact.rota_now() is null
                    then 'no rota is in force (write reports/rota.yaml and vigie apply)'
                when fact.rota_now() -> 'people' -> a.person is null
                    then format('the rota has no %s', a.person)
                when not (fact.rota_now() -> 'people' -> a.person -> 'roles') ? a.role
                    then format('%s has not the role %s in the rota', a.person, a.role)
            end as said
        from asked as a
        union all
        select
            2,
            min(f.role),
            format(
                '%s would have %s roles (%s), one is allowed',
                f.person,
                count(*),
                string_agg(f.role, ', ' order by f.role)
            )
        from after as f
        cross join fact.crisis_terms() as t
        where not t.several_roles
        group by f.person
        having count(*) > 1
    )
    select coalesce(array_agg(distinct p.said), '{}')
    from problem as p
    where p.said is not null;
end;
comment on function fact.role_problems(integer, jsonb) is
'Why these people cannot have these roles of a cell: unknown, not theirs by the rota, or two at once where it allows one.';

create or replace function fact.staff_crisis(
    crisis_id integer, actor text, roles jsonb, now timestamptz
) returns text
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'staff', actor);
    staffer text := fact.member(actor);
    -- As people say them: Alice Martin is the rota's alice.
    given jsonb := (
        select jsonb_object_agg(r.key, coalesce(fact.person_of(r.value), r.value))
        from jsonb_each_text(roles) as r
    );
    problems text[] := fact.role_problems(crisis_id, given);
    one record;
begin
    if cardinality(problems) > 0 then
        raise exception '%: %', entered.key, array_to_string(problems, '; ')
            using hint = 'write role=person, as the rota has them';
    end if;
    for one in
        select r.key as role, r.value as person from jsonb_each_text(given) as r
        where not exists (
            select 1 from fact.crisis_roles(staff_crisis.crisis_id) as f
            where f.role = r.key and f.person = r.value
        )
        order by array_position(fact.mandatory_roles(), r.key)
    loop
        perform fact.add_crisis_event(
            crisis_id, 'filled', null, now, staffer, null,
            jsonb_build_object('role', one.role, 'person', one.person)
        );
    end loop;
    if fact.crisis_state(crisis_id) = 'open'
        and cardinality(fact.missing_for(crisis_id, 'staffed', now)) = 0
    then
        -- The last time that the list is computed: from here on people extend it.
        perform fact.add_affected(crisis_id, now);
        perform fact.add_crisis_event(crisis_id, 'staffed', 'staffed', now, staffer);
    end if;
    return fact.crisis_state(crisis_id);
end
$$;
comment on function fact.staff_crisis(integer, text, jsonb, timestamptz) is
'Gives roles to people, {"incident_manager": "alice"}, and the state after it: staffed once all five are filled.';

create or replace function fact.plan_crisis(
    crisis_id integer, actor text, said text, now timestamptz
) returns text
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'plan', actor);
    state text := fact.crisis_state(crisis_id);
begin
    perform fact.check_said('plan', said);
    perform fact.add_crisis_event(
        entered.crisis_id, 'planned',
        case when state = 'staffed' then 'mitigating' else state end, now, actor, said
    );
    return fact.crisis_state(crisis_id);
end
$$;
comment on function fact.plan_crisis(integer, text, text, timestamptz) is
'Writes the communication plan (LEN-12), with which the cell goes to work; gives the state after it.';

create or replace function fact.crisis_workaround(
    crisis_id integer, actor text, said text, now timestamptz
) returns void
language plpgsql
as $$
begin
    perform fact.enter_crisis(crisis_id, 'workaround', actor);
    perform fact.check_said('workaround', said);
    perform fact.add_crisis_event(crisis_id, 'workaround', 'monitoring', now, actor, said);
end
$$;
comment on function fact.crisis_workaround(integer, text, text, timestamptz) is
'Notes a workaround: the crisis is watched more calmly. It is no fix.';

create or replace function fact.customers_without_address(crisis_id integer) returns text[]
language sql stable
begin atomic
    select coalesce(array_agg(u.key order by u.key), '{}')
    from fact.crisis_customer as cc
    inner join fact.customer as u on u.customer_id = cc.customer_id
    where
        cc.crisis_id = customers_without_address.crisis_id
        and btrim(array_to_string(u.recipients, '')) = '';
end;
comment on function fact.customers_without_address(integer) is
'The affected customers that no message can be sent to.';

create or replace function fact.crisis_update(
    crisis_id integer, actor text, text text, next_due timestamptz, now timestamptz
)
returns table (number integer, messages integer, unreachable text[])
language plpgsql
as $$
#variable_conflict use_column
declare
    entered fact.crisis := fact.enter_crisis(crisis_update.crisis_id, 'update', actor);
    standing fact.crisis_standing;
    before text;
    due timestamptz;
begin
    perform fact.check_said('text', crisis_update.text);
    if next_due <= now then
        raise exception '%: the next update would be due at %, which is past',
            entered.key, fact.utc_text(next_due) using hint = 'write a later time';
    end if;
    if next_due > now + interval '24 hours' then
        raise exception '%: the next update would be due at % only',
            entered.key, fact.utc_text(next_due) using hint = 'write a time within 24 hours';
    end if;
    unreachable := fact.customers_without_address(crisis_update.crisis_id);
    select * into standing from fact.crisis_standing as s
    where s.crisis_id = crisis_update.crisis_id;
    select e.reason into before from fact.crisis_event as e
    where e.crisis_id = crisis_update.crisis_id and e.kind in ('updated', 'relapsed', 'resolved')
    order by e.event_id desc limit 1;
    if fact.spelt(before) = fact.spelt(crisis_update.text) then
        number := standing.updates;
        messages := 0;
        return next;
        return;
    end if;
    number := standing.updates + 1;
    perform fact.add_crisis_event(
        crisis_update.crisis_id, 'updated', null, now, actor, crisis_update.text,
        jsonb_build_object('number', number, 'next_due', next_due, 'unreachable', unreachable)
    );
    select * into standing from fact.crisis_standing as s
    where s.crisis_id = crisis_update.crisis_id;
    due := fact.update_due(standing);
    select coalesce(sum(fact.tell_customer(
        cc.crisis_id, cc.customer_id, format('update/%s', crisis_update.number),
        case when crisis_update.number = 1 then 'customer_opened' else 'customer_update' end,
        jsonb_build_object('text', crisis_update.text, 'due', fact.utc_text(due)), now
    )), 0) into messages
    from fact.crisis_customer as cc where cc.crisis_id = crisis_update.crisis_id;
    return next;
end
$$;
comment on function fact.crisis_update(integer, text, text, timestamptz, timestamptz) is
'Tells every affected customer: the number of the update, how many messages were queued, and which customers have no address. The words of the last update again are no further one. next_due null: the next is due on cadence.';

create or replace function fact.affect_customer(
    crisis_id integer, customer_id integer, actor text, reason text, now timestamptz
) returns boolean
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'affect', actor);
    customer text := (
        select u.key from fact.customer as u where u.customer_id = affect_customer.customer_id
    );
begin
    perform fact.check_said('reason', reason);
    insert into fact.crisis_customer (crisis_id, customer_id, added_at, added_by, reason)
    values (crisis_id, customer_id, now, actor, reason)
    on conflict do nothing;
    if not found then
        return false;
    end if;
    perform fact.add_crisis_event(
        crisis_id, 'affected', null, now, actor, reason, jsonb_build_object('customer', customer)
    );
    if fact.crisis_rank(fact.crisis_state(crisis_id)) >= 5 then
        perform fact.tell_resolution(entered.crisis_id, customer_id, now);
    end if;
    return true;
end
$$;
comment on function fact.affect_customer(integer, integer, text, text, timestamptz) is
'Puts a customer on the list of a crisis; false when it is there. After the resolution it is told of that at once.';
