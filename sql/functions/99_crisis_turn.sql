-- What happens in a crisis by the clock, once a second.

create or replace function fact.regulatory_step()
returns table (clock text, step text, within interval)
language sql immutable parallel safe
begin atomic
    select s.*
    from (
        values
        ('nis2', 'early warning', interval '24 hours'),
        ('nis2', 'incident notification', interval '72 hours'),
        ('nis2', 'final report', interval '1 month'),
        -- 4 hours after it is known to be a major one, which a crisis is, and 24 at the latest.
        ('dora', 'initial notification', interval '4 hours'),
        ('dora', 'initial notification, last moment', interval '24 hours'),
        ('dora', 'intermediate report', interval '72 hours'),
        ('dora', 'final report', interval '1 month')
    ) as s (clock, step, within);
end;
comment on function fact.regulatory_step() is
'What NIS2 (article 23) and DORA (article 19) want to be sent to an authority, counted from the opening of the crisis.';

create or replace function fact.crisis_reminder(at timestamptz)
returns table (crisis_id integer, about text, said text, due timestamptz, owner text)
language sql stable
begin atomic
    with standing as (
        select s.*, fact.crisis_rank(s.state) as rank
        from fact.crisis_standing as s
        where fact.crisis_rank(s.state) is not null
    ),
    wanted as (
        -- Once a day, until it is done.
        select
            s.crisis_id,
            'report/' || to_char(at at time zone 'UTC', 'YYYY-MM-DD') as about,
            'The incident report is not written and approved.' as said,
            s.resolved_at + interval '5 days' as due,
            null as owner
        from standing as s
        where s.rank in (5, 6) and s.resolved_at + interval '5 days' <= at
        union all
        select
            s.crisis_id,
            'review/' || to_char(at at time zone 'UTC', 'YYYY-MM-DD'),
            'Management has not reviewed this crisis.',
            s.dissolved_at + interval '5 days',
            null
        from standing as s
        where s.rank = 7 and s.dissolved_at + interval '5 days' <= at
        union all
        select
            a.crisis_id,
            format('action/%s/%s', a.action_id, to_char(at at time zone 'UTC', 'YYYY-MM-DD')),
            format('Action %s of %s was due %s: %s', a.action_id, a.owner, a.due, a.what),
            (a.due + 1)::timestamp at time zone 'UTC',
            a.owner
        from fact.crisis_action as a
        inner join standing as s on s.crisis_id = a.crisis_id
        where
            (a.due + 1)::timestamp at time zone 'UTC' <= at
            and not exists (
                select 1 from fact.crisis_action_done as d where d.action_id = a.action_id
            )
        union all
        -- At half of the time.
        select
            s.crisis_id,
            format('%s/%s', r.clock, r.step),
            format('%s: %s', upper(r.clock), r.step),
            s.opened_at + r.within,
            null
        from standing as s
        cross join fact.crisis_terms() as t
        inner join fact.regulatory_step() as r on r.clock = any(t.clocks)
        where s.opened_at + r.within / 2 <= at
    )
    select w.*
    from wanted as w
    where
        not exists (
            select 1 from fact.crisis_event as e
            where
                e.crisis_id = w.crisis_id
                and e.kind = 'reminded'
                and e.detail ->> 'about' = w.about
        );
end;
comment on function fact.crisis_reminder(timestamptz) is
'One row per reminder that is due and was not sent: of a report or a review that is late, an action past due, a regulatory clock.';

create or replace function fact.crisis_due(at timestamptz)
returns table (crisis_id integer, what text)
language sql stable
begin atomic
    with standing as (
        select s as row, s.*, fact.crisis_rank(s.state) as rank
        from fact.crisis_standing as s
        where fact.crisis_rank(s.state) <= 7
    )
    select s.crisis_id, 'page'
    from standing as s
    cross join fact.crisis_terms() as t
    where
        (s.rank = 1 or s.rank = 3 and fact.last_call(s.crisis_id) > 0)
        and t.levels > 0 and s.acknowledged_at is null and s.fills = 0
        and coalesce(s.paged_at + t.acknowledge_within <= at, true)
    union all
    select s.crisis_id, 'join'
    from standing as s
    inner join fact.incident_service as i on i.incident_id = s.incident_id
    where
        s.rank <= 4
        and not exists (
            select 1 from fact.crisis_service as c
            where c.crisis_id = s.crisis_id and c.service_id = i.service_id
        )
    group by s.crisis_id
    union all
    select s.crisis_id, 'good'
    from standing as s
    inner join fact.crisis_health as h on h.crisis_id = s.crisis_id
    where
        s.rank in (3, 4) and h.measured and h.down_since is null
        and s.turn is distinct from 'good_again'
    union all
    select s.crisis_id, 'relapse'
    from standing as s
    inner join fact.crisis_health as h on h.crisis_id = s.crisis_id
    cross join fact.crisis_terms() as t
    where
        -- Before anybody works on it only what had been good has relapsed.
        s.rank = 1
        and h.relapsed_at > s.opened_at
        and not exists (
            select 1 from fact.crisis_event as e
            where
                e.crisis_id = s.crisis_id
                and e.kind = 'relapsed'
                and (e.detail ->> 'down_since')::timestamptz >= h.relapsed_at
        )
        -- While it is watched, whenever it fails again; afterwards only soon.
        or s.rank = 4 and s.turn = 'good_again' and h.failed_at >= s.turned_good
        or s.rank = 4 and s.turn = 'workaround' and h.failed_at > s.turned_at
        or s.rank between 5 and 7
        and h.failed_at >= s.resolved_good
        and h.failed_at <= s.resolved_good + t.relapse_within
    union all
    select s.crisis_id, 'informed'
    from standing as s
    where s.rank = 5 and cardinality(fact.missing_informed(s.crisis_id)) = 0
    union all
    select s.crisis_id, 'overdue'
    from standing as s
    cross join lateral fact.update_due(s.row) as u (due)
    where
        u.due <= at
        and (
            s.alarmed_at is null
            or s.alarmed_at < u.due
            or s.alarmed_at + interval '10 minutes' <= at
        )
    union all
    select r.crisis_id, 'remind'
    from fact.crisis_reminder(at) as r
    group by r.crisis_id;
end;
comment on function fact.crisis_due(timestamptz) is
'One row per thing that the clock, the probes or the outbox make happen in a crisis now.';

create or replace function fact.crisis_turn(now timestamptz) returns integer
language plpgsql
as $$
declare
    mine integer[] := '{}';
    one record;
    done integer := 0;
begin
    select coalesce(array_agg(distinct d.crisis_id), '{}') into mine
    from fact.crisis_due(now) as d;
    if cardinality(mine) = 0 then
        return 0;
    end if;
    -- Whoever holds one now is waited for until the next turn: nobody waits in a circle.
    mine := array(
        select c.crisis_id from fact.crisis as c where c.crisis_id = any(mine)
        order by c.crisis_id
        for no key update skip locked
    );
    for one in
        select d.crisis_id, d.what from fact.crisis_due(now) as d
        where d.crisis_id = any(mine)
        order by d.crisis_id
    loop
        begin
            perform fact.crisis_step(one.crisis_id, one.what, now);
            done := done + 1;
        exception when others then
            -- The other crises must not wait for this one.
            raise warning 'crisis-%, %: %', one.crisis_id, one.what, sqlerrm;
        end;
    end loop;
    return done;
end
$$;
comment on function fact.crisis_turn(timestamptz) is
'Does what is due in every crisis: calls the next level, takes in services, notes that it is good again or failed again, that all are informed, alarms and reminders. The number of things done; calling it again at the same instant does nothing.';
