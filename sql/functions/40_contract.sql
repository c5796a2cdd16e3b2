-- Contracts, their versions, and the local periods they are measured in.

create or replace function fact.contract_id(contract text) returns integer
language plpgsql stable parallel safe
as $$
declare
    found_id integer;
begin
    select c.contract_id into found_id from fact.contract as c where c.key = contract;
    if found_id is null then
        raise exception 'contract "%": there is none of this key', contract
            using hint = 'Contracts: ' || coalesce(
                (select string_agg(c.key, ', ' order by c.key) from fact.contract as c), 'none'
            );
    end if;
    return found_id;
end
$$;
comment on function fact.contract_id(text) is 'The contract of this key; an error when there is none.';

create or replace function fact.zones(contract text)
returns table (timezone text, days daterange, span tstzrange)
language sql stable parallel safe
begin atomic
    with version as (
        -- Of two that begin on one day the later one.
        select distinct on ((lower(v.valid) at time zone v.timezone)::date)
            v.timezone,
            (lower(v.valid) at time zone v.timezone)::date as first_day
        from fact.contract_version as v
        where v.contract_id = fact.contract_id(contract) and v.replaced_at is null
        order by (lower(v.valid) at time zone v.timezone)::date asc, lower(v.valid) desc
    ),
    follower as (
        select
            v.*,
            lag(v.timezone) over (order by v.first_day) as before
        from version as v
    ),
    moved as (
        select
            f.*,
            -- Never after a later one, whatever it jumps over.
            min(f.first_day::timestamp at time zone f.timezone) over (
                order by f.first_day rows between current row and unbounded following
            ) as begins
        from follower as f
        where f.timezone is distinct from f.before
    )
    select
        m.timezone,
        daterange(
            case when m.before is not null then m.first_day end, lead(m.first_day) over n
        ),
        tstzrange(case when m.before is not null then m.begins end, lead(m.begins) over n)
    from moved as m
    window n as (order by m.first_day);
end;
comment on function fact.zones(text) is
'The zones of a contract one after the other, with the local days and the instants that each reaches over: the first one from ever, the last one for ever. A version that is in another zone begins at its own midnight; until then the day before it lasts.';

create or replace function fact.timezone(contract text, day date) returns text
language sql stable parallel safe
begin atomic
    select z.timezone from fact.zones(contract) as z
    where z.days @> day;
end;
comment on function fact.timezone(text, date) is 'Zone of the contract on a local day.';

create or replace function fact.day_begins(contract text, day date) returns timestamptz
language sql stable parallel safe
begin atomic
    select least(day::timestamp at time zone z.timezone, upper(z.span))
    from fact.zones(contract) as z
    where z.days @> day;
end;
comment on function fact.day_begins(text, date) is
'When a local day of the contract begins, which is when the day before it ends. A move over the date line may skip a day: that one is empty.';

create or replace function fact.local_day(contract text, at timestamptz) returns date
language sql stable parallel safe
begin atomic
    select
        least(
            -- Where midnight comes twice, the day begins with the second one.
            d.day - (local_day.at < d.day::timestamp at time zone z.timezone)::integer,
            upper(z.days) - 1
        )
    from fact.zones(contract) as z
    cross join lateral (select (local_day.at at time zone z.timezone)::date as day) as d
    where z.span @> local_day.at;
end;
comment on function fact.local_day(text, timestamptz) is
'The local day of the contract that holds the instant.';

create or replace function fact.local_days(contract text, span tstzrange)
returns table (day date, span tstzrange)
language sql stable parallel safe
begin atomic
    with dated as (
        select
            d.day::date as day,
            least(d.day at time zone z.timezone, upper(z.span)) as begins
        from
            -- One more: where the last one ends.
            generate_series(
                fact.local_day(contract, lower(local_days.span))::timestamp,
                fact.local_day(contract, upper(local_days.span) - interval '1 microsecond')
                + interval '1 day',
                interval '1 day'
            ) as d (day)
        inner join fact.zones(contract) as z on z.days @> d.day::date
    ),
    followed as (
        select
            d.day,
            d.begins,
            lead(d.begins) over (order by d.day) as ends
        from dated as d
    )
    select f.day, tstzrange(f.begins, f.ends)
    from followed as f
    where f.begins < f.ends;
end;
comment on function fact.local_days(text, tstzrange) is
'The local days of the contract that a span touches, each with the whole of its instants.';

create or replace function fact.calendar_days(kind text, day date) returns daterange
language plpgsql immutable parallel safe
as $$
declare
    starts timestamp;
    ends timestamp;
begin
    if kind is null or day is null then
        raise exception 'period: its kind or its day is missing'
            using hint = 'Ask for sla.period(''acme'', ''month'', ''2026-05-01'').';
    end if;
    case kind
        when 'day' then
            starts := day;
            ends := day + 1;
        when 'month', 'year' then
            starts := date_trunc(kind, day::timestamp);
            ends := starts + ('1 ' || kind)::interval;
        when 'quarter' then
            starts := date_trunc('quarter', day::timestamp);
            ends := starts + interval '3 months';
        when 'year_to_date' then
            starts := date_trunc('year', day::timestamp);
            ends := day + 1;
        when 'rolling_12_months' then
            ends := date_trunc('month', day::timestamp) + interval '1 month';
            starts := ends - interval '12 months';
        else
            raise exception 'period kind "%": there is none of this name', kind
                using hint = 'Kinds: day, month, quarter, year, year_to_date, rolling_12_months.';
    end case;
    return daterange(starts::date, ends::date);
end
$$;
comment on function fact.calendar_days(text, date) is
'The days of the day, month, quarter or year that holds the date; of the year to that day; or of the 12 months that end with its month.';

create or replace function sla.period(contract text, kind text, day date) returns tstzrange
language sql stable parallel safe
begin atomic
    select
        tstzrange(
            fact.day_begins(contract, lower(d.days)), fact.day_begins(contract, upper(d.days))
        )
    from fact.calendar_days(kind, day) as d (days);
end;
comment on function sla.period(text, text, date) is
'The local day, month, quarter or year that holds the date, year_to_date (to the end of the day) or rolling_12_months (that end with its month), as instants. Half-open: 2026-03 of Europe/Paris lasts 743 h. Each begins at midnight in the zone that the contract is in there, and ends where the next one begins, also where the contract moves to another zone.';

create or replace function fact.known_scope(contract text, scope text) returns text
language plpgsql stable parallel safe
as $$
begin
    if scope is distinct from 'solution' and not exists (
        select 1
        from fact.contract_version as v
        inner join fact.contract_service as cs on cs.version_id = v.version_id
        inner join fact.service as s on s.service_id = cs.service_id
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and s.key = scope
    ) then
        raise exception 'scope "%": contract "%" does not cover it', scope, contract
            using hint = 'Scopes: solution, ' || coalesce((
                select string_agg(distinct s.key, ', ' order by s.key)
                from fact.contract_version as v
                inner join fact.contract_service as cs on cs.version_id = v.version_id
                inner join fact.service as s on s.service_id = cs.service_id
                where v.contract_id = fact.contract_id(contract) and v.replaced_at is null
            ), 'no services');
    end if;
    return scope;
end
$$;
comment on function fact.known_scope(text, text) is
'The scope; an error when it is neither solution nor a service that the contract covers.';

create or replace function fact.as_of(reading fact.reading) returns timestamptz
language sql stable parallel safe
return coalesce((reading).as_of, sla.as_of());
comment on function fact.as_of(fact.reading) is
'Up to when the figures are read: the watermark, unless the reading says otherwise.';

create or replace function fact.contract_piece(
    contract text, period tstzrange, reading fact.reading
)
returns table (
    version_id integer, span tstzrange, agreed tstzmultirange, elapsed tstzmultirange
)
language sql stable parallel safe
begin atomic
    with piece as (
        select
            v.version_id,
            v.valid * period as span,
            fact.read_as(v.hours, reading) as hours
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && period
    ),
    agreed as (
        select
            p.version_id,
            p.span,
            case
                when p.hours is null then tstzmultirange(p.span)
                else fact.open_hours(p.hours, p.span)
            end as agreed
        from piece as p
    )
    select
        a.version_id,
        a.span,
        a.agreed,
        a.agreed * tstzmultirange(tstzrange(null, fact.as_of(reading)))
    from agreed as a;
end;
comment on function fact.contract_piece(text, tstzrange, fact.reading) is
'One row per contract version in the period: its span, the agreed service hours in it, and the part of those that is over (as of the roll-up).';
