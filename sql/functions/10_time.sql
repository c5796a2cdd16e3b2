-- Lengths, cut percentages, and how far the figures reach.

create or replace function sla.version() returns text
language sql immutable parallel safe
return '1';
comment on function sla.version() is
'Version of the definitions in this schema. Raised by every change that can alter a figure.';

create or replace function sla.as_of() returns timestamptz
language sql stable parallel safe
begin atomic
    select w.rolled_up_to from fact.watermark as w;
end;
comment on function sla.as_of() is
'Up to when results are rolled up. Figures say nothing of what lies after; they never read a clock.';

create or replace function sla.seconds(spans tstzmultirange) returns numeric
language sql immutable parallel safe
begin atomic
    select trim_scale(coalesce(sum(extract(epoch from upper(part) - lower(part))), 0))
    from unnest(spans) as part;
end;
comment on function sla.seconds(tstzmultirange) is
'Total length of the spans in seconds, exact to the microsecond. Clip to a period before: an open bound has no length.';

create or replace function sla.seconds(span tstzrange) returns numeric
language sql immutable parallel safe
return case
    when isempty(span) then 0
    else trim_scale(extract(epoch from upper(span) - lower(span)))
end;
comment on function sla.seconds(tstzrange) is 'Length of the span in seconds, exact to the microsecond.';

create or replace function sla.cut_percent(part numeric, whole numeric) returns text
language sql immutable parallel safe
return case
    when whole > 0 and part = whole then '100'
    -- div() truncates exactly: a quotient rounded first could show 100 for less.
    when whole > 0 then to_char(div(part * 1000000, whole) / 10000, 'FM990.0000')
end;
comment on function sla.cut_percent(numeric, numeric) is
'The share in percent, cut (never rounded) to 4 decimals; 100 only when part equals whole. Null when whole is 0.';

create or replace function sla.raised_percent(part numeric, whole numeric) returns text
language sql immutable parallel safe
return case
    when whole > 0 then to_char(
        (div(part * 10000, whole) + case when mod(part * 10000, whole) > 0 then 1 else 0 end) / 100,
        'FM9999999990.00'
    )
end;
comment on function sla.raised_percent(numeric, numeric) is
'The share in percent, raised (never rounded down) to 2 decimals: for budget used. Null when whole is 0.';

create or replace function fact.checked(period tstzrange) returns tstzrange
language plpgsql immutable parallel safe
as $$
begin
    if period is null or isempty(period) or lower_inf(period) or upper_inf(period)
        or not isfinite(lower(period)) or not isfinite(upper(period))
    then
        raise exception 'period %: its end must lie after its start, both finite', period
            using hint = 'Write a half-open span such as ''[2026-05-01,2026-06-01)''.';
    end if;
    return tstzrange(lower(period), upper(period));
end
$$;
comment on function fact.checked(tstzrange) is 'The period, half-open; an error when it is empty or unbounded.';

create or replace function fact.finite(instant timestamptz) returns timestamptz
language plpgsql immutable parallel safe
as $$
begin
    if not isfinite(instant) then
        raise exception 'instant %: it must be finite', instant
            using hint = 'Write an instant such as ''2026-05-01T09:00:00+02:00''.';
    end if;
    return instant;
end
$$;
comment on function fact.finite(timestamptz) is 'The instant; an error when it is infinite. Null stays null.';
