-- What customers report, and when that makes a crisis (LEN-11 b).

create or replace view fact.standing_anomaly with (security_invoker = true) as
select a.*
from fact.anomaly as a
where
    a.withdraws is null
    and not exists (select 1 from fact.anomaly as w where w.withdraws = a.anomaly_id);
comment on view fact.standing_anomaly is 'One row per report of an anomaly that was not withdrawn.';

create or replace function fact.customers_for_crisis(service_id integer, at timestamptz)
returns integer
language sql stable
begin atomic
    select coalesce(min(v.crisis_customers), 2)
    from fact.contract_version as v
    inner join fact.contract_service as cs on cs.version_id = v.version_id
    where
        cs.service_id = customers_for_crisis.service_id
        and v.replaced_at is null
        and v.valid @> customers_for_crisis.at;
end;
comment on function fact.customers_for_crisis(integer, timestamptz) is
'How many customers make a crisis of a service, by the strictest contract that covers it; two where none says so.';

create or replace function fact.anomaly_crisis(service_id integer, actor text, now timestamptz)
returns integer
language plpgsql
as $$
declare
    blocking record;
    opened_id integer;
begin
    select
        count(distinct a.customer_id) as customers,
        min(a.reported_at) as first_at,
        array_agg(distinct a.customer_id) as ids
    into blocking
    from fact.standing_anomaly as a
    where
        a.service_id = anomaly_crisis.service_id
        and a.blocking
        and coalesce(fact.spelt(a.workaround), '') = ''
        and a.reported_at > now - interval '24 hours'
        and a.reported_at <= now;
    if blocking.customers < fact.customers_for_crisis(service_id, now) then
        return null;
    end if;
    opened_id := fact.open_crisis_of(
        array[service_id], 'anomaly', blocking.first_at, actor,
        format('%s customers report a blocking anomaly without workaround', blocking.customers),
        now
    );
    insert into fact.crisis_customer (crisis_id, customer_id, added_at, added_by, reason)
    select opened_id, r.customer_id, now, 'vigie', 'reported an anomaly'
    from unnest(blocking.ids) as r (customer_id)
    on conflict do nothing;
    return opened_id;
end
$$;
comment on function fact.anomaly_crisis(integer, text, timestamptz) is
'Opens a crisis of a service when several customers reported it blocked, without a workaround, within 24 hours; gives it, or the one that goes on already; null: too few.';

create or replace function fact.check_covered(
    service_id integer, customer_id integer, span tstzrange
) returns void
language plpgsql stable
as $$
declare
    covered text[] := array(
        select distinct s.key
        from fact.contract as c
        inner join fact.contract_version as v on v.contract_id = c.contract_id
        inner join fact.contract_service as k on k.version_id = v.version_id
        inner join fact.service as s on s.service_id = k.service_id
        where
            c.customer_id = check_covered.customer_id
            and v.replaced_at is null
            and v.valid && check_covered.span
        order by s.key
    );
    service text := (select s.key from fact.service as s where s.service_id = check_covered.service_id);
    customer text := (select u.key from fact.customer as u where u.customer_id = check_covered.customer_id);
begin
    if not service = any(covered) then
        raise exception '%: no contract of it covers %', customer, service
            using hint = case cardinality(covered)
                when 0 then 'it has no contract in force'
                else 'its contracts cover ' || array_to_string(covered, ', ')
            end;
    end if;
end
$$;
comment on function fact.check_covered(integer, integer, tstzrange) is
'Refuses a service that no contract of a customer covers within a span; names those that they do.';

create or replace function fact.report_anomaly(
    service_id integer,
    customer_id integer,
    blocking boolean,
    workaround text,
    summary text,
    reported_at timestamptz,
    actor text,
    now timestamptz
)
returns table (anomaly text, crisis text)
language plpgsql
as $$
#variable_conflict use_column
declare
    opened_id integer;
begin
    perform fact.check_said('by', actor);
    perform fact.check_said('summary', report_anomaly.summary);
    if report_anomaly.reported_at > now then
        raise exception 'at: % lies in the future', fact.utc_text(report_anomaly.reported_at)
            using hint = 'write when it was reported';
    end if;
    perform fact.check_covered(
        report_anomaly.service_id, report_anomaly.customer_id,
        tstzrange(report_anomaly.reported_at, now, '[]')
    );
    -- Two reports at once must see each other: the second one makes the crisis.
    perform pg_advisory_xact_lock(hashtext('vigie crisis'));
    insert into fact.anomaly as a (
        service_id, customer_id, blocking, workaround, summary, reported_at, recorded_by,
        recorded_at
    )
    values (
        report_anomaly.service_id, report_anomaly.customer_id, report_anomaly.blocking,
        nullif(btrim(report_anomaly.workaround), ''), report_anomaly.summary,
        report_anomaly.reported_at, actor, now
    )
    returning a.key into anomaly;
    opened_id := fact.anomaly_crisis(report_anomaly.service_id, actor, now);
    if opened_id is not null then
        perform fact.add_crisis_event(
            opened_id, 'reported', null, now, actor, report_anomaly.summary,
            jsonb_build_object(
                'anomaly', anomaly,
                'customer', (
                    select u.key from fact.customer as u
                    where u.customer_id = report_anomaly.customer_id
                )
            )
        );
    end if;
    crisis := (select c.key from fact.crisis as c where c.crisis_id = opened_id);
    return next;
end
$$;
comment on function fact.report_anomaly(
    integer, integer, boolean, text, text, timestamptz, text, timestamptz
) is
'Records what a customer reports of a service: the key of the report, and that of the crisis that several of them make; null: none.';

create or replace function fact.withdraw_anomaly(
    anomaly_id integer, actor text, reason text, now timestamptz
) returns void
language plpgsql
as $$
declare
    found fact.anomaly;
begin
    perform fact.check_said('by', actor);
    perform fact.check_said('reason', reason);
    perform pg_advisory_xact_lock(hashtext('vigie crisis'));
    select * into found from fact.standing_anomaly as a
    where a.anomaly_id = withdraw_anomaly.anomaly_id;
    if found.anomaly_id is null then
        raise exception 'anomaly-%: was withdrawn, or never reported', anomaly_id
            using hint = 'vigie anomaly list';
    end if;
    insert into fact.anomaly (
        service_id, customer_id, blocking, summary, reported_at, recorded_by, recorded_at, withdraws
    )
    values (
        found.service_id, found.customer_id, found.blocking, reason, now, actor, now, anomaly_id
    );
end
$$;
comment on function fact.withdraw_anomaly(integer, text, text, timestamptz) is
'Takes a report back: it makes no crisis any more. One that it made goes on, until it is cancelled.';
