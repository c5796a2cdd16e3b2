-- How much maintenance there may be (LEN-05: at most 6 h per quarter), and what was used of it.
--
-- Used is what LEN-04 counts: measured inaccessibility inside valid planned windows, of any of the
-- contract's services, overlaps once. Where the plan enforces the cap, a window ends at the moment
-- at which its month, quarter or year has used the cap up, as it would at its announced end: what
-- is down later in that period is unplanned. Security measures neither use the cap nor end by it.

create or replace function fact.cap_period(version_id integer, instant timestamptz)
returns tstzrange
language sql stable parallel safe
begin atomic
    select sla.period(c.key, v.cap_per, fact.local_day(c.key, instant))
    from fact.contract_version as v
    inner join fact.contract as c on c.contract_id = v.contract_id
    where v.version_id = cap_period.version_id and v.cap_per is not null;
end;
comment on function fact.cap_period(integer, timestamptz) is
'The local month, quarter or year whose cap an instant falls under; null without a cap.';

create or replace function fact.maintenance_use(
    contract_id integer, period tstzrange, reading fact.reading
) returns tstzmultirange
language sql stable parallel safe
begin atomic
    -- Materialized here and below: what is asked for twice would be computed twice.
    with window_of as materialized (
        select
            cs.service_id,
            fact.windows_of_kind(
                v.version_id, cs.service_id, v.valid * period, 'planned', reading
            )
            * tstzmultirange(tstzrange(null, fact.as_of(reading))) as windows
        from fact.contract_version as v
        inner join fact.contract_service as cs on cs.version_id = v.version_id
        where
            v.contract_id = maintenance_use.contract_id
            and v.replaced_at is null
            and v.valid && period
    )
    select coalesce(range_agg(s.down), '{}')
    from window_of as w
    cross join
        lateral fact.claimed_state(w.service_id, w.windows, true, (reading).claim) as s
    where not isempty(w.windows);
end;
comment on function fact.maintenance_use(integer, tstzrange, fact.reading) is
'When a service of the contract was down inside a planned window that is valid by itself: the measured use of maintenance in a period. Each service by its own windows, then their union.';

create or replace function fact.used_up_at(used tstzmultirange, cap_s numeric)
returns timestamptz
language sql immutable parallel safe
begin atomic
    with summed as (
        select
            part,
            sla.seconds(part) as part_s,
            sum(sla.seconds(part)) over (order by part) as through_s
        from unnest(used) as part
    )
    select
        lower(s.part) + ((cap_s - (s.through_s - s.part_s)) * 1000000)::bigint
        * interval '1 microsecond'
    from summed as s
    where s.through_s > cap_s
    order by s.part
    limit 1;
end;
comment on function fact.used_up_at(tstzmultirange, numeric) is
'The instant from which the spans are more than the cap, seconds; null when they never are.';

create or replace function fact.beyond_cap(
    version_id integer, span tstzrange, reading fact.reading
) returns tstzmultirange
language sql stable parallel safe
begin atomic
    with period as materialized (
        select distinct v.contract_id, v.cap_time, fact.cap_period(v.version_id, day) as span
        from fact.contract_version as v
        cross join
            lateral (
                select upper(span) - interval '1 microsecond'
                union all
                select generate_series(
                    lower(span), upper(span) - interval '1 microsecond', interval '28 days'
                )
            ) as d (day)
        where v.version_id = beyond_cap.version_id and v.cap_time is not null
    ),
    ended as materialized (
        select
            p.span,
            fact.used_up_at(
                fact.maintenance_use(p.contract_id, p.span, reading),
                extract(epoch from p.cap_time)
            ) as used_up
        from period as p
    )
    select
        coalesce(range_agg(tstzrange(e.used_up, upper(e.span))), '{}')
        * tstzmultirange(beyond_cap.span)
    from ended as e
    where e.used_up is not null;
end;
comment on function fact.beyond_cap(integer, tstzrange, fact.reading) is
'The part of a span in which the cap of its month, quarter or year is used up.';
