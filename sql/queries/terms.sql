-- The terms of a contract's period: zones, versions, and what each part gives.

-- name: report_zones
-- The zones that a contract ($1) was moved to, each with its first local day; the first zone has
-- none. No row: it never moved.
select
    z.timezone,
    lower(z.days) as first_day
from fact.zones($1) as z
where (select count(*) from fact.zones($1)) > 1
order by z.days;

-- name: report_terms
-- The contract's ($1) versions in the period ($2), the one in force at its end first.
select
    v.version_id,
    c.key,
    u.name as customer,
    u.language,
    v.plan,
    coalesce(v.terms ->> 'plan_name', '') as plan_name,
    v.timezone,
    (lower(v.valid) at time zone v.timezone)::date as version_from,
    fact.local_day($1, upper(v.valid)) as version_until,
    v.basis,
    v.maintenance,
    v.unknown,
    agreed.key as hours,
    working.key as interruption_calendar,
    extract(epoch from v.join_within) as join_within_s,
    v.notice_working_days,
    notice.key as notice_calendar,
    extract(epoch from v.crisis_longer_than) as crisis_longer_than_s,
    v.crisis_customers,
    no_work.key as outside,
    coalesce(week.days, '{}') as outside_days,
    coalesce(week.hours, '{}') as outside_times,
    to_char((time '00:00' + v.night_opens)::interval, 'HH24:MI') as night_opens,
    to_char((time '00:00' + v.night_closes)::interval, 'HH24:MI') as night_closes,
    coalesce(no_work.timezone, v.timezone) as outside_timezone,
    trim_scale(extract(epoch from v.cap_time)) as cap_s,
    v.cap_per,
    v.enforced,
    concat_ws(
        ', ', v.terms #>> '{words,document,title}', v.terms #>> '{words,document,version}'
    ) as document,
    array(
        select said.key from jsonb_each_text(v.terms -> 'clauses') as said
        order by said.key
    ) as clause_terms,
    array(
        select named.value from jsonb_each_text(v.terms -> 'clauses') as named
        order by named.key
    ) as clause_names,
    (
        select bool_or(m.terms @> '{"demonstration": true}')
        from fact.contract_version as m
        where
            m.contract_id = c.contract_id
            and m.replaced_at is null
            and m.valid && $2::tstzrange
    ) as demonstration
from fact.contract as c
inner join fact.contract_version as v on c.contract_id = v.contract_id
inner join fact.customer as u on c.customer_id = u.customer_id
left join fact.calendar as agreed on v.hours = agreed.calendar_id
left join fact.calendar as working on v.interruption_calendar = working.calendar_id
left join fact.calendar as notice on v.notice_calendar = notice.calendar_id
left join fact.calendar as no_work on v.outside = no_work.calendar_id
-- Its weekly hours, weekdays of the same hours together: 12345 and 08:00-18:00.
cross join
    lateral (
        select
            array_agg(same.days order by same.days) as days,
            array_agg(same.hours order by same.days) as hours
        from (
            select
                string_agg(one.weekday::text, '' order by one.weekday) as days,
                one.hours
            from (
                select
                    h.weekday,
                    string_agg(
                        to_char(h.opens, 'HH24:MI') || '-' || to_char(h.closes, 'HH24:MI'),
                        ', ' order by h.opens
                    ) as hours
                from fact.calendar_hours as h
                where h.calendar_id = v.outside
                group by h.weekday
            ) as one
            group by one.hours
        ) as same
    ) as week
where c.key = $1 and v.replaced_at is null and v.valid && $2::tstzrange
order by v.valid desc;

-- name: report_split
-- What each version of the contract ($1) gives of a scope ($2) in the period ($3). The sums of them
-- all are in each row.
select
    v.version_id,
    lower(p.span) as starts,
    upper(p.span) as ends,
    (lower(p.span) at time zone v.timezone)::date as first_day,
    ((upper(p.span) - interval '1 microsecond') at time zone v.timezone)::date as last_day,
    array(
        select s.key
        from fact.contract_service as cs
        inner join fact.service as s on cs.service_id = s.service_id
        where cs.version_id = v.version_id and cs.essential
        order by cs.position
    ) as services,
    trim_scale(m.target * 100)::text as target,
    m.counted_up_s + m.counted_down_s as committed_s,
    m.counted_down_s as down_s,
    m.future_s,
    trim_scale((1 - m.target) * (m.counted_up_s + m.counted_down_s + m.future_s)) as budget_s,
    sum(m.counted_down_s) over () as all_down_s,
    sum(case when m.target is null then m.counted_down_s else 0 end) over () as unjudged_s
from fact.measured($1, $2, $3, null::fact.reading) as m
inner join fact.contract_version as v on m.version_id = v.version_id
cross join lateral (select v.valid * $3::tstzrange as span) as p
order by v.valid;
