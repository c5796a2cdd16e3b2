-- How a crisis stands, in one row.

create or replace function fact.crisis_now(crisis_id integer, now timestamptz)
returns table (
    key text,
    incident text,
    trigger text,
    state text,
    since timestamptz,
    started timestamptz,
    opened_at timestamptz,
    opened_by text,
    reason text,
    late boolean,
    services text[],
    acknowledged_by text,
    acknowledged_at timestamptz,
    paged jsonb,
    roles jsonb,
    plan text,
    workaround text,
    down_since timestamptz,
    good_since timestamptz,
    lasted_s numeric,
    updates integer,
    updated_at timestamptz,
    update_due timestamptz,
    next_state text,
    missing text[],
    report_approved_by text,
    cancel_asked_by text
)
language sql stable
begin atomic
    select
        s.key,
        'incident-' || s.incident_id,
        s.trigger,
        s.state,
        (
            select min(e.at) from fact.crisis_event as e
            where
                e.crisis_id = s.crisis_id
                and e.event_id > coalesce((
                    select max(b.event_id) from fact.crisis_event as b
                    where b.crisis_id = s.crisis_id and b.state <> s.state
                ), 0)
        ),
        s.started,
        s.opened_at,
        s.opened_by,
        s.reason,
        s.late,
        array(
            select v.key from fact.crisis_service as cs
            inner join fact.service as v on v.service_id = cs.service_id
            where cs.crisis_id = s.crisis_id
            order by v.key
        ),
        (
            select e.actor from fact.crisis_event as e
            where
                e.crisis_id = s.crisis_id
                and e.kind = 'acknowledged'
                and e.event_id > fact.last_call(e.crisis_id)
            order by e.event_id
            limit 1
        ),
        s.acknowledged_at,
        last.paged,
        (
            select
                jsonb_object_agg(
                    m.role,
                    case
                        when r.person is not null
                            then jsonb_build_object(
                                'person', r.person,
                                'name', fact.name_of(r.person),
                                'since', fact.utc_text(r.at)
                            )
                    end
                )
            from unnest(fact.mandatory_roles()) as m (role)
            left join fact.crisis_roles(s.crisis_id) as r on r.role = m.role
        ),
        last.plan,
        last.workaround,
        case when w.rank <= 6 then h.down_since end,
        w.good_since,
        case
            when h.measured and w.rank is not null
                then
                    -- Between the instants as they are printed, so that anybody can compute it.
                    sla.seconds(
                        tstzrange(
                            date_trunc('second', s.started),
                            date_trunc('second', greatest(s.started, coalesce(w.good_since, now)))
                        )
                    )
        end,
        s.updates::integer,
        s.updated_at,
        fact.update_due(s),
        n.aim,
        coalesce(fact.missing_for(s.crisis_id, n.aim, now), '{}'),
        fact.report_approver(s.crisis_id),
        case when w.rank <= 4 then last.cancel_asked_by end
    from fact.crisis_standing as s
    inner join fact.crisis_health as h on h.crisis_id = s.crisis_id
    cross join
        lateral (
            select
                r.rank,
                -- What fails once it is over belongs to another one.
                case
                    when not h.measured then null
                    when r.rank >= 7 then s.resolved_good
                    when r.rank <= 6 then h.good_since
                end as good_since
            from (select fact.crisis_rank(s.state) as rank) as r
        ) as w
    cross join
        lateral (
            select
                (
                    array_agg(e.detail order by e.event_id desc) filter (where e.kind = 'paged')
                )[1] as paged,
                (
                    array_agg(e.reason order by e.event_id desc) filter (where e.kind = 'planned')
                )[1] as plan,
                (
                    array_agg(e.reason order by e.event_id desc) filter (
                        where e.kind = 'workaround'
                    )
                )[1] as workaround,
                (
                    array_agg(
                        case when e.kind = 'cancel_asked' then e.actor end order by e.event_id desc
                    )
                    filter (
                        where e.kind = 'relapsed'
                        or e.kind = 'cancel_asked'
                        and not fact.crisis_failed_after(e.crisis_id, e.at)
                    )
                )[1] as cancel_asked_by
            from fact.crisis_event as e
            where e.crisis_id = s.crisis_id
        ) as last
    cross join
        lateral (
            select
                case s.state
                    when 'open' then 'staffed'
                    when 'staffed' then 'mitigating'
                    when 'mitigating' then 'resolved'
                    when 'monitoring' then 'resolved'
                    when 'resolved' then 'reporting'
                    when 'reporting' then 'dissolved'
                    when 'dissolved' then 'reviewed'
                end as aim
        ) as n
    where s.crisis_id = crisis_now.crisis_id;
end;
comment on function fact.crisis_now(integer, timestamptz) is
'One row: state of a crisis and since when, who answered, who is in the cell, what customers heard and when they must hear next, and all that is missing for its next state.';
