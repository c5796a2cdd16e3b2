-- What people do with reports: object, answer, issue. A refusal names all that is missing.

create or replace function fact.missing_for_issue(
    report_id integer, reason text, at timestamptz
) returns text[]
language sql stable
begin atomic
    select
        case
            when s.later is not null
                then array[format('%s has taken its place', s.later)]
            else '{}'
        end
        || array(
            select
                format(
                    'objection %s of %s is not answered: %s', o.number, o.made_by, o.reason
                )
            from fact.open_objections(r.report_id) as o
        )
        || case
            when
                r.objections_until > missing_for_issue.at
                and not fact.says_something(missing_for_issue.reason)
                then array[
                    format(
                        'objections may be made until %s, and no reason not to wait is given',
                        fact.utc_text(r.objections_until)
                    )
                ]
            else '{}'
        end
    from fact.report as r
    cross join lateral (select fact.report_successor(r.report_id) as later) as s
    where r.report_id = missing_for_issue.report_id;
end;
comment on function fact.missing_for_issue(integer, text, timestamptz) is
'All that keeps a draft from being issued: empty when nothing does. The reason is why it is issued before the time for objections is over.';

create or replace function fact.locked_report(report text) returns integer
language plpgsql
as $$
declare
    found_id constant integer := fact.report_id(report);
begin
    -- One change of a report at a time.
    perform from fact.report as r where r.report_id = found_id for update;
    return found_id;
end
$$;
comment on function fact.locked_report(text) is
'The report of this key, held until the transaction ends; an error when there is none.';

create or replace function fact.object_report(
    report text, actor text, reason text, now timestamptz
) returns integer
language plpgsql
as $$
declare
    held constant integer := fact.locked_report(report);
    number integer;
begin
    perform fact.check_said('by', actor);
    perform fact.check_said('reason', reason);
    select 1 + count(*) into number from fact.report_event as e
    where e.report_id = held and e.kind = 'objected';
    insert into fact.report_event (report_id, kind, at, actor, reason, detail)
    values (
        held, 'objected', object_report.now, object_report.actor, object_report.reason,
        jsonb_build_object('number', number)
    );
    return number;
end
$$;
comment on function fact.object_report(text, text, text, timestamptz) is
'Records an objection, also to a report that was issued, and gives its number.';

create or replace function fact.answer_objection(
    report text, number integer, actor text, answer text, now timestamptz
) returns integer
language plpgsql
as $$
declare
    held constant integer := fact.locked_report(report);
    open_numbers constant integer[] := array(
        select o.number from fact.open_objections(held) as o
    );
    answered constant integer := coalesce(answer_objection.number, open_numbers[1]);
begin
    perform fact.check_said('by', actor);
    perform fact.check_said('answer', answer);
    if cardinality(open_numbers) = 0 then
        raise exception 'report %: no objection waits for an answer', report
            using hint = 'vigie report show tells what was answered';
    end if;
    if answer_objection.number is null and cardinality(open_numbers) > 1
        or answered <> all(open_numbers)
    then
        raise exception 'report %: say which objection is answered', report
            using hint = 'open: --number ' || array_to_string(open_numbers, ', --number ');
    end if;
    insert into fact.report_event (report_id, kind, at, actor, reason, detail)
    values (
        held, 'answered', answer_objection.now, answer_objection.actor, answer,
        jsonb_build_object('number', answered)
    );
    return answered;
end
$$;
comment on function fact.answer_objection(text, integer, text, text, timestamptz) is
'Records the answer to an objection, and gives its number. Number null: the only open one.';

create or replace function fact.issue_report(
    report text, actor text, reason text, now timestamptz
) returns void
language plpgsql
as $$
declare
    held constant integer := fact.locked_report(report);
    missing constant text[] := fact.missing_for_issue(held, reason, issue_report.now);
    issued record;
begin
    perform fact.check_said('by', actor);
    select e.actor, e.at into issued from fact.report_event as e
    where e.report_id = held and e.kind = 'issued';
    if found then
        raise exception 'report %: was issued by % at %',
            report, issued.actor, fact.utc_text(issued.at)
            using hint = 'a correction is a new revision: vigie report revise';
    end if;
    if cardinality(missing) > 0 then
        raise exception 'report %: cannot be issued: %', report, array_to_string(missing, '; ')
            using hint = case
                when fact.report_successor(held) is not null then 'issue that one'
                when exists (select from fact.open_objections(held))
                    then 'vigie report answer, or vigie report revise'
                else 'wait, or write a --reason to issue it early'
            end;
    end if;
    insert into fact.report_event (report_id, kind, at, actor, reason)
    values (held, 'issued', issue_report.now, issue_report.actor, issue_report.reason);
    perform fact.queue_report(held, 'issued', issue_report.now);
end
$$;
comment on function fact.issue_report(text, text, text, timestamptz) is
'Issues a draft: nothing of it changes any more, and it is queued to whom it goes to, also where its period is older than the schedule. Refused while something is missing (fact.missing_for_issue).';
