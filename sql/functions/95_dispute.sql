-- A customer's own log, and what ours says in its time.

create or replace function fact.dispute_id(dispute text) returns integer
language plpgsql stable parallel safe
as $$
declare
    found_id integer;
begin
    select d.dispute_id into found_id from fact.dispute as d where d.key = dispute;
    if found_id is null then
        raise exception 'dispute "%": there is none of this key', dispute
            using hint = 'Disputes: ' || coalesce(
                (select string_agg(d.key, ', ' order by d.key) from fact.dispute as d), 'none'
            );
    end if;
    return found_id;
end
$$;
comment on function fact.dispute_id(text) is 'The dispute of this key; an error when there is none.';

create or replace function sla.dispute_track(dispute text, service text, period tstzrange)
returns table (up tstzmultirange, down tstzmultirange)
language sql stable parallel safe
begin atomic
    select t.up, t.down
    from fact.service as s
    cross join
        lateral fact.dispute_track(
            fact.dispute_id(dispute), s.service_id, fact.checked(period)
        ) as t
    where s.key = dispute_track.service;
end;
comment on function sla.dispute_track(text, text, tstzrange) is
'One row: when the customer''s log says that a service was up, and down, inside the period. A result holds until the next one when that comes within 1.5 intervals of the log, else for one interval; nothing else is extrapolated. No row for a service that does not exist.';

create or replace function fact.dispute_log(dispute text, period tstzrange)
returns table (
    dispute_id integer, contract text, service_id integer, service text, span tstzrange
)
language sql stable parallel safe
begin atomic
    select
        d.dispute_id,
        c.key as contract,
        s.service_id,
        s.key as service,
        tstzrange(min(r.at), max(r.at) + d.every) * fact.checked(period)
    from fact.dispute as d
    inner join fact.contract as c on c.contract_id = d.contract_id
    inner join fact.dispute_result as r on r.dispute_id = d.dispute_id
    inner join fact.service as s on s.service_id = r.service_id
    where d.dispute_id = fact.dispute_id(dispute)
    group by d.dispute_id, c.key, d.every, s.service_id
    having tstzrange(min(r.at), max(r.at) + d.every) && fact.checked(period);
end;
comment on function fact.dispute_log(text, tstzrange) is
'One row per service of a customer''s log: the part of the period between its first result and the end of its last one.';

create or replace function fact.dispute_ours(dispute text, period tstzrange)
returns table (service text, class text, said text, spans tstzmultirange)
language sql stable parallel safe
begin atomic
    with log as (
        select
            l.*,
            l.service_id in (
                select cs.service_id
                from fact.contract_version as v
                inner join fact.contract_service as cs on cs.version_id = v.version_id
                where v.contract_id = fact.contract_id(l.contract) and v.replaced_at is null
            ) as covered
        from fact.dispute_log(dispute, period) as l
    ),
    classed as (
        select l.service_id, l.service, t.class, range_agg(t.span) as spans
        from log as l
        cross join lateral sla.timeline(l.contract, l.service, l.span) as t
        where l.covered
        group by l.service_id, l.service, t.class
        union all
        -- The contract was worded anew, without it.
        select l.service_id, l.service, 'outside', tstzmultirange(l.span)
        from log as l
        where not l.covered
    ),
    -- Planned may be up or down: what was measured tells.
    measured as (
        select c.service, c.spans * s.down as down, c.spans * s.unknown as unknown, c.spans
        from classed as c
        cross join
            lateral fact.service_state(c.service_id, c.spans, true) as s
        where c.class = 'planned'
    )
    select
        c.service,
        c.class,
        case c.class when 'up' then 'up' when 'unplanned' then 'down' end,
        c.spans
    from classed as c
    where c.class <> 'planned'
    union all
    select m.service, 'planned', w.said, w.spans
    from measured as m
    cross join
        lateral (
            values
            ('down', m.down),
            ('up', m.spans - m.down - m.unknown),
            (null, m.unknown)
        ) as w (said, spans);
end;
comment on function fact.dispute_ours(text, tstzrange) is
'One row per service of a customer''s log, class of sla.timeline and state that we measured: when it was so, inside the time of the log. said: up or down; null where there is nothing to compare, because the time is unknown, excluded or outside.';
