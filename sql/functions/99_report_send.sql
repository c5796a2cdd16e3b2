-- Reports by the clock: which are due, to whom they go, and what came of it.

create or replace function fact.by_the_clock_since(contract_id integer) returns timestamptz
language sql stable
begin atomic
    select greatest(s.since, min(v.recorded_at))
    from fact.report_schedule as s
    left join fact.contract_version as v on v.contract_id = by_the_clock_since.contract_id
    group by s.since;
end;
comment on function fact.by_the_clock_since(integer) is
'What was due before is history: when reports of a contract began to be made by the clock.';

create or replace function fact.reports_due(now timestamptz, most integer)
returns table (contract text, kind text, day date, period text)
language sql stable
begin atomic
    -- Step by step: what is dear is asked for what is left only.
    with began as materialized (
        select
            c.contract_id,
            c.key,
            fact.by_the_clock_since(c.contract_id) as since
        from fact.contract as c
    ),
    agreed as materialized (
        select
            b.contract_id,
            b.key,
            b.since,
            v.basis,
            v.timezone,
            v.valid * tstzrange(b.since - interval '60 days', reports_due.now) as valid
        from began as b
        inner join fact.contract_version as v on v.contract_id = b.contract_id
        where
            v.replaced_at is null
            and v.valid && tstzrange(b.since - interval '60 days', reports_due.now)
    ),
    asked as materialized (
        select distinct on (a.contract_id, k.kind, m.day)
            a.contract_id,
            a.key,
            a.since,
            a.valid,
            k.kind,
            m.day::date as day,
            case k.kind
                when 'month' then to_char(m.day, 'YYYY-MM')
                when 'quarter' then to_char(m.day, 'YYYY"-Q"Q')
                else to_char(m.day, 'YYYY')
            end as period
        from agreed as a
        cross join lateral (values ('month'), (a.basis)) as k (kind)
        cross join
            lateral generate_series(
                date_trunc(
                    k.kind,
                    greatest(lower(a.valid), reports_due.now - interval '14 months')
                    at time zone a.timezone
                ),
                coalesce(upper(a.valid), reports_due.now) at time zone a.timezone,
                -- PostgreSQL knows no interval of a quarter.
                case k.kind
                    when 'quarter' then interval '3 months' else ('1 ' || k.kind)::interval
                end
            ) as m (day)
        -- One that is not over in any zone of the world is not asked for dearly.
        where upper(fact.calendar_days(k.kind, m.day::date)) <= reports_due.now + interval '1 day'
        order by a.contract_id asc, k.kind asc, m.day asc, lower(a.valid) desc
    ),
    unkept as materialized (
        select a.* from asked as a
        where
            not exists (
                select 1 from fact.report as r
                where
                    r.contract_id = a.contract_id
                    and r.scope = 'solution'
                    and r.period = a.period
            )
    ),
    missing as materialized (
        select a.*, p.span
        from unkept as a
        cross join lateral sla.period(a.key, a.kind, a.day) as p (span)
        where
            upper(p.span) <= least(sla.as_of(), reports_due.now)
            and p.span && a.valid
            and upper(p.span) > a.since - interval '60 days'
    )
    select
        m.key,
        m.kind,
        m.day,
        m.period
    from missing as m
    cross join lateral fact.report_due(m.contract_id, m.span) as d (due)
    where d.due <= reports_due.now and d.due > m.since
    order by d.due, m.key, m.kind, m.day
    limit most;
end;
comment on function fact.reports_due(timestamptz, integer) is
'The reports that the clock wants and that nobody has kept yet, of months and of the periods that carry the verdict, the longest due ones first.';

create or replace function fact.report_places(report_id integer)
returns table (place text, targets jsonb)
language sql stable
begin atomic
    with agreed as (
        select
            u.recipients,
            v.terms #> '{terms,reports,to}' as written,
            fact.rota_now() -> 'mail' as mail
        from fact.report as r
        inner join fact.contract as c on c.contract_id = r.contract_id
        inner join fact.customer as u on u.customer_id = c.customer_id
        inner join fact.contract_version as v on v.version_id = r.contract_version
        where
            r.report_id = report_places.report_id
            and fact.is_automatic(v.terms)
    ),
    place as (
        select
            k.channel,
            t.entry ->> k.channel as place,
            a.mail
        from agreed as a
        cross join lateral jsonb_array_elements(a.written) as t (entry)
        inner join (values ('email'), ('folder'), ('s3')) as k (channel)
            on t.entry ->> k.channel is not null
        union all
        select
            'email' as channel,
            t.email as place,
            a.mail
        from agreed as a
        cross join lateral unnest(a.recipients) as t (email)
        where a.written is null
    )
    select
        p.place,
        jsonb_build_array(jsonb_build_object('channel', p.channel, 'to', p.place)) as targets
    from place as p
    -- Without a server there is no mail; with one, what fails is told.
    where p.channel <> 'email' or jsonb_typeof(p.mail) = 'object';
end;
comment on function fact.report_places(integer) is
'Where a report goes to: the places that its terms name, else the addresses of the customer. No row: nowhere, no server for mail is known, or its terms leave it to people.';

create or replace function fact.reviewed_until(report_id integer, sent_at timestamptz default null)
returns timestamptz
language sql stable
begin atomic
    select
        greatest(
            r.objections_until,
            fact.objections_until(
                r.contract_id,
                r.span,
                coalesce(
                    reviewed_until.sent_at,
                    (
                        select max(e.at) from fact.report_event as e
                        where
                            e.report_id = r.report_id
                            and e.kind = 'queued'
                            and e.detail ->> 'stage' = 'draft'
                    )
                )
            )
        )
    from fact.report as r
    where r.report_id = reviewed_until.report_id;
end;
comment on function fact.reviewed_until(integer, timestamptz) is
'Until when the customer may object to a draft: as it says, or so long after it was sent to him (at an instant; null: when it was) where that is later.';

create or replace function fact.queue_report(report_id integer, stage text, now timestamptz)
returns integer
language sql volatile
begin atomic
    with told as (
        select
            r.report_id,
            r.key,
            u.key as customer,
            jsonb_build_object(
                'report', r.key,
                'period', r.period,
                'contract', c.key,
                'language', u.language,
                'timezone', v.timezone,
                'name', u.name,
                'started', fact.utc_text(r.made_at),
                'due', fact.utc_text(
                    fact.reviewed_until(
                        r.report_id,
                        case queue_report.stage when 'draft' then queue_report.now end
                    )
                ),
                'replaces', (
                    select e.key from fact.report as e
                    where
                        e.contract_id = r.contract_id
                        and e.scope = r.scope
                        and e.period = r.period
                        and e.revision < r.revision
                    order by e.revision desc
                    limit 1
                ),
                'reason', r.reason,
                'stored', (
                    select min(p.place)
                    from fact.report_places(r.report_id) as p
                    where p.targets #>> '{0,channel}' = 's3'
                )
            ) as facts
        from fact.report as r
        inner join fact.contract as c on c.contract_id = r.contract_id
        inner join fact.customer as u on u.customer_id = c.customer_id
        inner join fact.contract_version as v on v.version_id = r.contract_version
        where r.report_id = queue_report.report_id
    ),
    sent as materialized (
        select
            fact.queue_message(
                key => format('report/%s/%s/%s', t.key, queue_report.stage, p.place),
                kind => case queue_report.stage
                    when 'draft' then 'customer_draft' else 'customer_report'
                end,
                audience => 'customer',
                recipient => t.customer,
                targets => p.targets,
                facts => t.facts,
                due_at => queue_report.now
            ) as message_id
        from told as t
        cross join lateral fact.report_places(t.report_id) as p
    ),
    noted as (
        insert into fact.report_event (report_id, kind, at, actor, detail)
        select
            queue_report.report_id,
            'queued' as kind,
            queue_report.now as at,
            'vigie' as actor,
            jsonb_build_object(
                'stage', queue_report.stage, 'messages', jsonb_agg(s.message_id)
            ) as detail
        from sent as s
        having count(*) > 0
        returning event_id
    )
    select count(*)::integer from noted;
end;
comment on function fact.queue_report(integer, text, timestamptz) is
'Queues a draft, or an issued report, to everybody that it goes to, in the transaction of the caller. 0: there is nobody.';

create or replace function fact.note_sendings(now timestamptz) returns void
language sql volatile
begin atomic
    with queued as (
        select distinct on (e.report_id)
            e.report_id,
            e.event_id,
            e.detail
        from fact.report_event as e
        where e.kind = 'queued'
        order by e.report_id asc, e.event_id desc
    ),
    waiting as (
        select
            q.*,
            (
                select (array_agg(l.kind order by l.event_id desc))[1]
                from fact.report_event as l
                where
                    l.report_id = q.report_id
                    and l.event_id > q.event_id
                    and l.kind in ('circulated', 'sent', 'failed')
            ) as noted
        from queued as q
    ),
    outcome as (
        select
            w.report_id,
            w.detail,
            w.noted,
            case
                when bool_and(o.state in ('sent', 'delivered', 'acknowledged'))
                    then case w.detail ->> 'stage' when 'draft' then 'circulated' else 'sent' end
                when bool_or(o.state in ('dead', 'bounced')) then 'failed'
            end as kind,
            jsonb_agg(o.message_id) filter (where o.state in ('dead', 'bounced')) as failed
        from waiting as w
        inner join
            fact.outbox as o
            on w.detail -> 'messages' @> to_jsonb(o.message_id)
        where w.noted is null or w.noted = 'failed'
        group by w.report_id, w.detail, w.noted
    )
    insert into fact.report_event (report_id, kind, at, actor, detail)
    select
        t.report_id,
        t.kind,
        note_sendings.now as at,
        'vigie' as actor,
        jsonb_strip_nulls(jsonb_build_object('messages', t.failed)) as detail
    from outcome as t
    where t.kind is not null and t.kind is distinct from t.noted;
end;
comment on function fact.note_sendings(timestamptz) is
'Writes down which drafts and reports have reached everybody, and which could not reach somebody.';

create or replace function fact.turn_reports(now timestamptz)
returns table (report text, done text)
language plpgsql
as $$
declare
    held record;
begin
    perform fact.note_sendings(turn_reports.now);
    for held in
        select
            r.report_id,
            r.key,
            r.due_at,
            fact.report_state(r.report_id) as state,
            fact.reviewed_until(r.report_id) as reviewed_until,
            exists (select from fact.report_places(r.report_id)) as goes_out,
            array(
                select e.detail ->> 'stage' from fact.report_event as e
                where e.report_id = r.report_id and e.kind = 'queued'
            ) as queued,
            exists (
                select from fact.report_event as e
                where e.report_id = r.report_id and e.kind = 'circulated'
            ) as circulated
        from fact.report as r
        where
            r.due_at is not null
            and r.due_at > fact.by_the_clock_since(r.contract_id)
            and not exists (
                select from fact.report_event as e
                where e.report_id = r.report_id and e.kind = 'sent'
            )
        order by r.report_id
    loop
        done := null;
        if held.state in ('draft', 'objected') and 'draft' <> all(held.queued)
            and held.due_at <= turn_reports.now
            and fact.queue_report(held.report_id, 'draft', turn_reports.now) > 0
        then
            done := 'circulated';
        elsif held.state = 'draft' and held.reviewed_until <= turn_reports.now
            and (held.circulated or not held.goes_out)
        then
            -- Somebody may object, or issue it, at this very moment: the others go on.
            begin
                perform fact.issue_report(held.key, 'vigie', null, turn_reports.now);
                done := 'issued';
            exception
                when raise_exception then
                    raise warning '%', sqlerrm;
            end;
        elsif held.state = 'issued' and 'issued' <> all(held.queued)
            and fact.queue_report(held.report_id, 'issued', turn_reports.now) > 0
        then
            done := 'queued';
        end if;
        if done is not null then
            report := held.key;
            return next;
        end if;
    end loop;
end
$$;
comment on function fact.turn_reports(timestamptz) is
'Leads kept reports on by the clock: a draft that is due goes to the customer, is issued once it got there, the time for objections is over and none is open, and so goes to the customer again. Where nobody is sent anything the time alone counts. What was issued while there was nobody to send it to goes out once there is.';
