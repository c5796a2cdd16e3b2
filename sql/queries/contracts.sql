-- Bringing customers and contracts up to the catalogue; staged by create_wanted.

-- name: add_customers
insert into fact.customer (key, name, language, recipients)
select
    w.key,
    w.name,
    w.language,
    w.recipients
from wanted_customer as w
where
    not exists (
        select from fact.customer as c
        where c.key = w.key
    )
order by w.key
returning 'added' as action, 'customer ' || key as line;

-- name: change_customers
update fact.customer as c
set
    name = w.name,
    language = w.language,
    recipients = w.recipients
from wanted_customer as w
where
    c.key = w.key
    and (c.name, c.language, c.recipients) is distinct from (w.name, w.language, w.recipients)
returning 'changed' as action, 'customer ' || c.key as line;

-- name: add_contracts
insert into fact.contract (key, customer_id)
select distinct
    w.key,
    c.customer_id
from wanted_contract as w
inner join fact.customer as c on w.customer = c.key
where not exists (
    select from fact.contract as k
    where k.key = w.key
);

-- name: word_contracts
-- The wanted versions as rows of fact.contract_version. One that another follows ends where that
-- begins: in another zone its midnight is another instant.
create temporary table wanted_version on commit drop as
select
    k.contract_id,
    w.key,
    w.starts,
    tstzrange(
        w.starts::timestamp at time zone w.timezone,
        coalesce(
            n.starts::timestamp at time zone n.timezone, w.ends::timestamp at time zone w.timezone
        )
    ) as valid,
    w.ends,
    w.plan,
    w.timezone,
    w.target,
    w.basis,
    hours.calendar_id as hours,
    w.maintenance,
    w.unknown,
    w.interruption_max_us * interval '1 microsecond' as interruption_max,
    interruption.calendar_id as interruption_calendar,
    w.join_within_us * interval '1 microsecond' as join_within,
    w.notice_working_days,
    notice.calendar_id as notice_calendar,
    outside.calendar_id as outside,
    w.cap_time_us * interval '1 microsecond' as cap_time,
    w.cap_per,
    w.crisis_longer_than_us * interval '1 microsecond' as crisis_longer_than,
    w.crisis_customers,
    w.night_opens_us * interval '1 microsecond' as night_opens,
    w.night_closes_us * interval '1 microsecond' as night_closes,
    w.enforced,
    w.terms
from wanted_contract as w
inner join fact.contract as k on w.key = k.key
left join wanted_contract as n on w.key = n.key and w.ends = n.starts
left join fact.calendar as hours on w.hours = hours.key and hours.replaced_at is null
left join fact.calendar as interruption
    on w.interruption_calendar = interruption.key and interruption.replaced_at is null
left join fact.calendar as notice
    on w.notice_calendar = notice.key and notice.replaced_at is null
left join fact.calendar as outside on w.outside = outside.key and outside.replaced_at is null;

-- name: supersede_contract_versions
-- A current version whose wording, dates or calendars are not wanted as they are. Clauses, and what
-- people call the plan, are no wording.
update fact.contract_version as v
set replaced_at = $1
from fact.contract as k
where
    k.contract_id = v.contract_id
    and v.replaced_at is null
    and exists (
        select from wanted_version as w
        where w.contract_id = v.contract_id
    )
    and not exists (
        select from wanted_version as w
        where
            w.contract_id = v.contract_id
            and (
                w.valid, w.plan, w.timezone, w.terms - '{clauses,plan_name}'::text[],
                w.hours, w.interruption_calendar, w.notice_calendar, w.outside
            ) is not distinct from (
                v.valid, v.plan, v.timezone, v.terms - '{clauses,plan_name}'::text[],
                v.hours, v.interruption_calendar, v.notice_calendar, v.outside
            )
    )
returning
    'changed' as action,
    format(
        'contract %s from %s: superseded', k.key, (lower(v.valid) at time zone v.timezone)::date
    ) as line;

-- name: add_contract_versions
with missing as (
    select w.*
    from wanted_version as w
    where
        not exists (
            select from fact.contract_version as v
            where
                v.contract_id = w.contract_id and v.valid = w.valid and v.replaced_at is null
        )
),

added as (
    insert into fact.contract_version (
        contract_id, valid, recorded_at, plan, timezone, target, basis, hours, maintenance,
        unknown, interruption_max, interruption_calendar, join_within, notice_working_days,
        notice_calendar, outside, cap_time, cap_per, crisis_longer_than, crisis_customers,
        night_opens, night_closes, enforced, terms
    )
    select
        contract_id,
        valid,
        $1 as recorded_at,
        plan,
        timezone,
        target,
        basis,
        hours,
        maintenance,
        unknown,
        interruption_max,
        interruption_calendar,
        join_within,
        notice_working_days,
        notice_calendar,
        outside,
        cap_time,
        cap_per,
        crisis_longer_than,
        crisis_customers,
        night_opens,
        night_closes,
        enforced,
        terms
    from missing
    returning version_id, contract_id, valid
),

services_added as (
    insert into fact.contract_service (version_id, service_id, essential, position)
    select
        a.version_id,
        s.service_id,
        c.essential,
        c.position
    from added as a
    inner join missing as m using (contract_id, valid)
    inner join wanted_contract_service as c on m.key = c.contract and m.starts = c.starts
    inner join fact.service as s on c.service = s.key
)

select
    'added' as action,
    format('contract %s from %s', key, starts) as line
from missing
order by key, starts;

-- name: name_clauses
-- Where the document says a term, and what people call the plan, is no term: a version that stands
-- takes it over.
update fact.contract_version as v
set terms = w.terms
from wanted_version as w
inner join
    fact.contract_version as was
    on w.contract_id = was.contract_id and w.valid = was.valid and was.replaced_at is null
where
    v.version_id = was.version_id
    and v.terms is distinct from w.terms
returning
    'changed' as action,
    format(
        'contract %s from %s: %s',
        w.key,
        w.starts,
        case
            when was.terms -> 'clauses' is distinct from w.terms -> 'clauses' then 'clauses'
            else 'name of its plan'
        end
    ) as line;

-- name: end_contracts
-- Versions of contracts that left the catalogue and still run or are to come.
update fact.contract_version as v
set replaced_at = $1
from fact.contract as k
where
    k.contract_id = v.contract_id
    and v.replaced_at is null
    and coalesce(upper(v.valid), 'infinity') > $1
    and k.key not in (select w.key from wanted_contract as w)
returning
    'ended' as action,
    format('contract %s from %s', k.key, (lower(v.valid) at time zone v.timezone)::date) as line;

-- name: add_ended_versions
-- The same versions again, ending now.
with ended as (
    select v.*
    from fact.contract_version as v
    inner join fact.contract as k on v.contract_id = k.contract_id
    where
        v.replaced_at = $1
        and lower(v.valid) < $1
        and coalesce(upper(v.valid), 'infinity') > $1
        and not exists (
            select from wanted_contract as w
            where w.key = k.key
        )
),

added as (
    insert into fact.contract_version (
        contract_id, valid, recorded_at, plan, timezone, target, basis, hours, maintenance,
        unknown, interruption_max, interruption_calendar, join_within, notice_working_days,
        notice_calendar, outside, cap_time, cap_per, crisis_longer_than, crisis_customers,
        night_opens, night_closes, enforced, terms
    )
    select
        contract_id,
        tstzrange(lower(valid), $1) as valid,
        $1 as recorded_at,
        plan,
        timezone,
        target,
        basis,
        hours,
        maintenance,
        unknown,
        interruption_max,
        interruption_calendar,
        join_within,
        notice_working_days,
        notice_calendar,
        outside,
        cap_time,
        cap_per,
        crisis_longer_than,
        crisis_customers,
        night_opens,
        night_closes,
        enforced,
        terms
    from ended
    returning version_id, contract_id
),

services_added as (
    insert into fact.contract_service (version_id, service_id, essential, position)
    select
        a.version_id,
        s.service_id,
        s.essential,
        s.position
    from added as a
    inner join ended as e on a.contract_id = e.contract_id
    inner join fact.contract_service as s on e.version_id = s.version_id
)

select count(*) as ended
from added;

-- name: superseded_terms
-- The versions superseded at $1 while their contract stays: what they said, and what the version
-- says that takes their days, or the first of those that do.
select distinct on (v.version_id)
    k.key,
    format(
        'contract %s from %s: superseded', k.key, (lower(v.valid) at time zone v.timezone)::date
    ) as line,
    jsonb_build_object(
        'plan', v.plan,
        'timezone', v.timezone,
        'starts', (lower(v.valid) at time zone v.timezone)::date,
        'ends', coalesce(
            (
                select min((lower(n.valid) at time zone n.timezone)::date)
                from fact.contract_version as n
                where n.contract_id = v.contract_id and lower(n.valid) = upper(v.valid)
            ),
            (upper(v.valid) at time zone v.timezone)::date
        ),
        'terms', v.terms
    ) as old,
    case
        when w.key is not null
            then jsonb_build_object(
                'plan', w.plan,
                'timezone', w.timezone,
                'starts', w.starts,
                'ends', w.ends,
                'terms', w.terms
            )
    end as new,
    array(
        select distinct o.key
        from fact.calendar as o
        where
            o.calendar_id in (v.hours, v.interruption_calendar, v.notice_calendar, v.outside)
            and o.replaced_at = $1
        order by o.key
    ) as calendars
from fact.contract_version as v
inner join fact.contract as k on v.contract_id = k.contract_id
left join wanted_version as w on v.contract_id = w.contract_id and v.valid && w.valid
where
    v.replaced_at = $1
    and exists (
        select from wanted_version as other
        where other.contract_id = v.contract_id
    )
order by v.version_id asc, lower(v.valid) = lower(w.valid) desc, w.starts asc;
