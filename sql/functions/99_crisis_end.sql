-- How a crisis ends: resolved, customers informed, reported, dissolved, reviewed; or set aside.

create or replace function fact.tell_resolution(
    crisis_id integer, customer_id integer, now timestamptz
) returns integer
language sql
begin atomic
    select
        fact.tell_customer(
            tell_resolution.crisis_id,
            tell_resolution.customer_id,
            format('resolved/%s', count(*)),
            'customer_resolved',
            jsonb_build_object(
                'text', (array_agg(e.reason order by e.event_id desc))[1],
                'ended', fact.utc_text(
                    (array_agg(e.detail ->> 'good_since' order by e.event_id desc))[1]::timestamptz
                )
            ),
            tell_resolution.now
        )
    from fact.crisis_event as e
    where e.crisis_id = tell_resolution.crisis_id and e.kind = 'resolved';
end;
comment on function fact.tell_resolution(integer, integer, timestamptz) is
'Queues the notice of the last resolution to a customer; gives how many addresses it has.';

create or replace function fact.resolve_crisis(
    crisis_id integer, actor text, said text, now timestamptz
)
returns table (messages integer, unreachable text[])
language plpgsql
as $$
#variable_conflict use_column
declare
    entered fact.crisis := fact.enter_crisis(resolve_crisis.crisis_id, 'resolve', actor);
begin
    perform fact.check_said('text', said);
    perform fact.refuse_missing(
        entered.key, 'resolved', fact.missing_for(entered.crisis_id, 'resolved', now, actor)
    );
    perform fact.add_crisis_event(
        entered.crisis_id, 'resolved', 'resolved', now, actor, said, jsonb_build_object(
            'good_since', (
                select case when h.measured then h.good_since else now end
                from fact.crisis_health as h
                where h.crisis_id = entered.crisis_id
            )
        )
    );
    unreachable := fact.customers_without_address(entered.crisis_id);
    select coalesce(sum(fact.tell_resolution(cc.crisis_id, cc.customer_id, now)), 0)
    into messages
    from fact.crisis_customer as cc where cc.crisis_id = entered.crisis_id;
    perform fact.note_informed(entered.crisis_id, now);
    return next;
end
$$;
comment on function fact.resolve_crisis(integer, text, text, timestamptz) is
'The incident manager confirms the full fix, and every affected customer is told: how many messages were queued, and which customers have no address.';

create or replace function fact.note_informed(crisis_id integer, now timestamptz) returns boolean
language plpgsql
as $$
begin
    if fact.crisis_state(crisis_id) <> 'resolved'
        or cardinality(fact.missing_informed(crisis_id)) > 0
    then
        return false;
    end if;
    perform fact.add_crisis_event(crisis_id, 'informed', 'reporting', now, 'vigie');
    return true;
end
$$;
comment on function fact.note_informed(integer, timestamptz) is
'A resolved crisis goes on to its report once every affected customer was told or waived. Its row is locked before.';

create or replace function fact.waive_customer(
    crisis_id integer, customer_id integer, actor text, reason text, now timestamptz
) returns boolean
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'waive', actor);
    customer text;
begin
    perform fact.check_said('reason', reason);
    select u.key into customer
    from fact.crisis_customer as cc
    inner join fact.customer as u on u.customer_id = cc.customer_id
    where cc.crisis_id = waive_customer.crisis_id and cc.customer_id = waive_customer.customer_id;
    if customer is null then
        raise exception '%: does not affect this customer', entered.key
            using hint = 'vigie crisis show names those that it affects';
    end if;
    if exists (
        select 1 from fact.resolution_told(waive_customer.crisis_id) as t
        where t.customer_id = waive_customer.customer_id and t.told and t.how <> 'waived'
    ) then
        raise exception '%: % was told of the resolution by a message', entered.key, customer
            using hint = 'nothing is left to waive';
    end if;
    if exists (
        select 1 from fact.crisis_event as e
        where
            e.crisis_id = waive_customer.crisis_id
            and e.kind = 'waived'
            and e.detail ->> 'customer' = customer
            and e.event_id > fact.last_relapse(e.crisis_id)
    ) then
        return false;
    end if;
    perform fact.add_crisis_event(
        crisis_id, 'waived', null, now, actor, reason, jsonb_build_object('customer', customer)
    );
    perform fact.note_informed(crisis_id, now);
    return true;
end
$$;
comment on function fact.waive_customer(integer, integer, text, text, timestamptz) is
'Documents why a customer need not be told of the resolution by a message; false when that was done before.';

create or replace function fact.write_report(
    crisis_id integer, section text, said text, actor text, now timestamptz
) returns void
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'report', actor);
begin
    if not section = any(fact.report_sections()) then
        raise exception '%: a report has no section %', entered.key, section
            using hint = 'write one of ' || array_to_string(fact.report_sections(), ', ');
    end if;
    perform fact.check_said(section, said);
    perform fact.add_crisis_event(
        crisis_id, 'report_section', null, now, coalesce(fact.person_of(actor), actor), null,
        jsonb_build_object('section', section, 'text', said)
    );
end
$$;
comment on function fact.write_report(integer, text, text, text, timestamptz) is
'Writes a section of the incident report anew; an approval of the text before counts no more.';

create or replace function fact.approve_report(
    crisis_id integer, actor text, reason text, now timestamptz
) returns void
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'approve', actor);
    person text := fact.member(actor);
    missing text[] := fact.missing_sections(crisis_id);
begin
    if exists (
        select 1 from fact.crisis_report(approve_report.crisis_id) as r
        where not fact.is_another_member(person, r.author)
    ) then
        missing := missing || format('%s wrote a part of it, another person must approve', person);
    end if;
    if cardinality(missing) > 0 then
        raise exception '%: the report cannot be approved: %',
            entered.key, array_to_string(missing, '; ')
            using hint = format('vigie crisis show %s tells what to do next', entered.key);
    end if;
    perform fact.add_crisis_event(crisis_id, 'report_approved', null, now, person, reason);
end
$$;
comment on function fact.approve_report(integer, text, text, timestamptz) is
'Approves the report as it is written; none of its authors can.';

create or replace function fact.dissolve_crisis(
    crisis_id integer, actor text, reason text, now timestamptz
) returns void
language plpgsql
as $$
declare
    entered fact.crisis := fact.enter_crisis(crisis_id, 'dissolve', actor);
begin
    perform fact.note_informed(crisis_id, now);
    perform fact.refuse_missing(
        entered.key, 'dissolved', fact.missing_for(crisis_id, 'dissolved', now)
    );
    perform fact.add_crisis_event(crisis_id, 'dissolved', 'dissolved', now, actor, reason);
    perform fact.tell_cell(
        crisis_id, 'dissolved/' || (
            select count(*) from fact.crisis_event as e
            where e.crisis_id = dissolve_crisis.crisis_id and e.kind = 'dissolved'
        ), 'dissolved', jsonb_build_object('by', actor, 'text', reason), false, now
    );
end
$$;
comment on function fact.dissolve_crisis(integer, text, text, timestamptz) is
'Ends the cell: fixed, customers informed, reported (LEN-13). The review by management follows.';
