-- The same promise under each reading that a contract's text allows. Which ambiguities are open
-- was found when the contract was applied, by what `vigie contract lint` finds: a contract that
-- says more, or accepts the reading taken, leaves fewer.

create or replace function fact.left_open(contract text, period tstzrange)
returns table (code text, term text, clause text, calendar text, others text[])
language sql stable parallel safe
begin atomic
    with latest as (
        select v.terms
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
        order by v.valid desc
        limit 1
    )
    select o.code, o.term, o.clause, o.calendar, o.others
    from latest as l
    cross join
        lateral jsonb_to_recordset(coalesce(l.terms -> 'open', '[]')) as o (
            code text, term text, clause text, calendar text, others text[]
        );
end;
comment on function fact.left_open(text, tstzrange) is
'One row per ambiguity that the contract''s version in force at the end of the period leaves open: its code, term and clause, and the calendars that the named one may mean (always: elapsed time).';

create or replace function fact.convention_readings(contract text, period tstzrange)
returns table (
    place integer, topic text, reading text, agreed boolean, as_read fact.reading
)
language sql stable parallel safe
begin atomic
    with terms as (
        select v.maintenance, v.unknown
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
        order by v.valid desc
        limit 1
    )
    select
        10 + c.number,
        'corrections',
        c.word,
        c.corrected,
        (c.corrected, null, null, null, null, null, null, null)::fact.reading
    from
        (
            values
            (1, 'as agreed', true),
            (2, 'without corrections', false)
        ) as c (number, word, corrected)
    union all
    select
        20 + m.number,
        'maintenance',
        m.word,
        m.word = t.maintenance,
        (true, m.word, null, null, null, null, null, null)::fact.reading
    from terms as t
    cross join
        unnest(array['downtime', 'window', 'up', 'none']) with ordinality as m (word, number)
    union all
    select
        30 + u.number,
        'unknown',
        u.word,
        u.word = t.unknown,
        (true, null, u.word, null, null, null, null, null)::fact.reading
    from terms as t
    cross join unnest(array['neither', 'up', 'down']) with ordinality as u (word, number);
end;
comment on function fact.convention_readings(text, tstzrange) is
'One row per convention that a contract has to choose, whatever its text: with or without corrections, what maintenance takes out, what counts as unknown.';

create or replace function fact.calendar_readings(contract text, period tstzrange)
returns table (
    place integer,
    topic text,
    ambiguity text,
    clause text,
    indicator text,
    reading text,
    agreed boolean,
    as_read fact.reading
)
language sql stable parallel safe
begin atomic
    with named as (
        select
            v.interruption_max is not null as has_limit,
            interruption.key as interruption,
            array_remove(
                array[
                    hours.key,
                    notice.key,
                    case when 'outside' = any(v.enforced) then outside.key end
                ],
                null
            ) as counting
        from fact.contract_version as v
        left join fact.calendar as interruption
            on interruption.calendar_id = v.interruption_calendar
        left join fact.calendar as hours on hours.calendar_id = v.hours
        left join fact.calendar as notice on notice.calendar_id = v.notice_calendar
        left join fact.calendar as outside on outside.calendar_id = v.outside
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
        order by v.valid desc
        limit 1
    ),
    meant as (
        select
            case when o.code = 'AMB-2' then 'hours' else 'zone' end as topic,
            o.code,
            o.clause,
            o.calendar,
            m.other,
            m.number
        from fact.left_open(contract, period) as o
        cross join
            -- The first is the calendar itself, as agreed.
            lateral unnest(o.calendar || o.others) with ordinality as m (other, number)
        where
            o.code in ('AMB-2', 'AMB-3')
            and (
                m.other = 'always'
                or m.other in (
                    select c.key from fact.calendar as c
                    where c.replaced_at is null
                )
            )
    ),
    told as (
        select m.*, i.indicator, i.number as part
        from meant as m
        cross join named as n
        cross join
            lateral (
                values
                ('longest interruption', n.has_limit and m.calendar = n.interruption, 0),
                ('availability', m.code = 'AMB-3' and m.calendar = any(n.counting), 1)
            ) as i (indicator, holds, number)
        where i.holds
    )
    select
        (case when t.topic = 'hours' then 50 else 60 end + 5 * t.part + t.number)::integer,
        t.topic,
        t.code,
        t.clause,
        t.indicator,
        case when t.other = 'always' then 'elapsed time' else t.other end,
        t.other = t.calendar,
        (
            true,
            null,
            null,
            null,
            null,
            case when t.other <> t.calendar then jsonb_build_object(t.calendar, t.other) end,
            null,
            null
        )::fact.reading
    from told as t;
end;
comment on function fact.calendar_readings(text, tstzrange) is
'One row per calendar that the hours (AMB-2) or the zone (AMB-3) of a contract may mean, for each indicator that it counts for.';

create or replace function fact.maintenance_readings(contract text, period tstzrange)
returns table (
    place integer,
    topic text,
    ambiguity text,
    clause text,
    reading text,
    agreed boolean,
    as_read fact.reading
)
language sql stable parallel safe
begin atomic
    with terms as (
        select v.enforced, v.notice_working_days as days
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
        order by v.valid desc
        limit 1
    ),
    rule as (
        select
            min(o.clause) as clause,
            array_agg(replace(o.term, 'maintenance.', '')) as names
        from fact.left_open(contract, period) as o
        where o.code = 'AMB-6'
    )
    select
        70 + e.number,
        'enforcement',
        'AMB-6',
        r.clause,
        e.words,
        e.enforced <@ t.enforced and t.enforced <@ e.enforced,
        (true, null, null, e.enforced, null, null, null, null)::fact.reading
    from terms as t
    cross join rule as r
    cross join
        (
            values
            (1, 'flagged only', '{}'::text[]),
            (2, 'cap enforced', '{cap}'),
            (3, 'hours enforced', '{outside}'),
            (4, 'both enforced', '{cap,outside}')
        ) as e (number, words, enforced)
    where e.enforced <@ r.names
    union all
    select
        80 + n.number,
        'notice',
        'AMB-7',
        o.clause,
        format(n.words, t.days * n.each_day),
        n.counted is null,
        (true, null, null, null, n.counted, null, null, null)::fact.reading
    from terms as t
    inner join fact.left_open(contract, period) as o on o.code = 'AMB-7'
    cross join
        (
            values
            (1, null, 1, '%s whole working days'),
            (2, 'hours', 24, '%s h on working days'),
            (3, 'working_time', 24, '%s h of working time')
        ) as n (number, counted, each_day, words);
end;
comment on function fact.maintenance_readings(text, tstzrange) is
'One row per reading of the rules of maintenance: flagged or enforced (AMB-6), and how working days of notice are counted (AMB-7).';

create or replace function fact.period_readings(contract text, period tstzrange)
returns table (
    place integer, clause text, reading text, agreed boolean, during tstzrange
)
language sql stable parallel safe
begin atomic
    with latest as (
        select
            v.basis,
            fact.local_day(contract, upper(period) - interval '1 microsecond') as last_day
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
        order by v.valid desc
        limit 1
    )
    select
        (40 + k.number)::integer,
        o.clause,
        replace(k.kind, '_', ' '),
        k.kind = l.basis,
        sla.period(contract, k.kind, l.last_day)
    from latest as l
    inner join fact.left_open(contract, period) as o on o.code = 'AMB-1'
    cross join
        unnest(
            array['month', 'quarter', 'year_to_date', 'rolling_12_months', 'year']
        ) with ordinality as k (kind, number);
end;
comment on function fact.period_readings(text, tstzrange) is
'One row per period that the target may be judged by (AMB-1): the one that holds the last local day of the period asked for, or ends with it.';

create or replace function sla.readings(contract text, scope text, period tstzrange)
returns table (
    topic text,
    ambiguity text,
    clause text,
    indicator text,
    reading text,
    agreed boolean,
    during tstzrange,
    committed_s numeric,
    unplanned_s numeric,
    budget_used_s numeric,
    budget_s numeric,
    percent text,
    working_s numeric,
    limit_s numeric,
    verdict text
)
language sql stable parallel safe
begin atomic
    with choice as (
        select
            c.place,
            c.topic,
            null as ambiguity,
            null as clause,
            'availability' as indicator,
            c.reading,
            c.agreed,
            period as during,
            c.as_read
        from fact.convention_readings(contract, period) as c
        union all
        select
            p.place,
            'period',
            'AMB-1',
            p.clause,
            'availability',
            p.reading,
            p.agreed,
            p.during,
            (true, null, null, null, null, null, null, null)::fact.reading
        from fact.period_readings(contract, period) as p
        union all
        select
            c.place,
            c.topic,
            c.ambiguity,
            c.clause,
            c.indicator,
            c.reading,
            c.agreed,
            period,
            c.as_read
        from fact.calendar_readings(contract, period) as c
        union all
        select
            m.place,
            m.topic,
            m.ambiguity,
            m.clause,
            'availability',
            m.reading,
            m.agreed,
            period,
            m.as_read
        from fact.maintenance_readings(contract, period) as m
    ),
    figure as (
        select
            c.*,
            a.committed_s,
            a.unplanned_s,
            a.budget_used_s,
            a.budget_s,
            a.percent,
            null::numeric as working_s,
            null::numeric as limit_s,
            a.verdict
        from choice as c
        cross join lateral fact.availability(contract, scope, c.during, c.as_read) as a
        where c.indicator = 'availability'
        union all
        select c.*, null, null, null, null, null, l.working_s, l.limit_s, l.verdict
        from choice as c
        cross join lateral fact.longest_interruption(contract, scope, c.during, c.as_read) as l
        where c.indicator = 'longest interruption'
    )
    select
        f.topic,
        f.ambiguity,
        f.clause,
        f.indicator,
        f.reading,
        f.agreed,
        f.during,
        f.committed_s,
        f.unplanned_s,
        f.budget_used_s,
        f.budget_s,
        f.percent,
        f.working_s,
        f.limit_s,
        f.verdict
    from figure as f
    order by f.place;
end;
comment on function sla.readings(text, text, tstzrange) is
'One row per reading of the contract, in groups by topic. Always: corrections (with, without), maintenance (what a valid window takes out; none: nothing) and unknown. Only while the contract leaves it open, by the code that vigie contract lint gives it: period (AMB-1, which one is judged), hours (AMB-2) and zone (AMB-3) of a calendar, enforcement of the cap and the allowed hours of maintenance (AMB-6), notice (AMB-7). clause: where the text is open; null: not known. indicator: availability, or longest interruption. agreed: the row is what the contract says. during: the period of the row, which is another than the one asked for only under period. Of an availability, seconds, the cut percentage and the verdict as in sla.availability, null else; of a longest interruption, working_s (elapsed where the reading says so), limit_s and the verdict as in sla.longest_interruption, null else.';
