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

create or replace function fact.timezone(contract text, day date) returns text
language sql stable parallel safe
begin atomic
    select v.timezone
    from fact.contract_version as v
    where v.contract_id = fact.contract_id(contract) and v.replaced_at is null
    -- The version in force on the day, else the nearest one.
    order by
        v.valid @> (day::timestamp at time zone v.timezone) desc,
        abs(extract(epoch from lower(v.valid) - (day::timestamp at time zone v.timezone)))
    limit 1;
end;
comment on function fact.timezone(text, date) is 'Zone of the contract on a day.';

create or replace function fact.local_period(kind text, day date, timezone text) returns tstzrange
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
    return tstzrange(starts at time zone timezone, ends at time zone timezone);
end
$$;
comment on function fact.local_period(text, date, text) is
'The calendar day, month, quarter or year of a zone that holds the date; the year to the end of that day; or the 12 months that end with its month.';

create or replace function sla.period(contract text, kind text, day date) returns tstzrange
language sql stable parallel safe
return fact.local_period(kind, day, fact.timezone(contract, day));
comment on function sla.period(text, text, date) is
'The local day, month, quarter or year that holds the date, year_to_date (to the end of the day) or rolling_12_months (that end with its month), as instants. Half-open: 2026-03 of Europe/Paris lasts 743 h.';

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
        a.version_id, a.span, a.agreed, a.agreed * tstzmultirange(tstzrange(null, fact.as_of(reading)))
    from agreed as a;
end;
comment on function fact.contract_piece(text, tstzrange, fact.reading) is
'One row per contract version in the period: its span, the agreed service hours in it, and the part of those that is over (as of the roll-up).';
