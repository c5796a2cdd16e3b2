-- Every instant of a period in exactly one class.

create or replace function fact.excusing_windows(
    version_id integer,
    service_id integer,
    span tstzrange,
    beyond tstzmultirange,
    reading fact.reading
) returns tstzmultirange
language sql stable parallel safe
return case
    when isempty(beyond) then fact.valid_windows(version_id, service_id, span, reading)
    else
        fact.valid_windows(version_id, service_id, span, reading)
        - beyond
        + fact.windows_of_kind(version_id, service_id, span, 'security', reading)
end;
comment on function fact.excusing_windows(
    integer, integer, tstzrange, tstzmultirange, fact.reading
) is
'What excuses downtime of a service inside a span: its valid windows without what lies beyond an enforced cap, which ends no security measure.';

create or replace function fact.classed_service(
    contract text,
    scope text,
    period tstzrange,
    reading fact.reading
)
returns table (
    version_id integer,
    service text,
    essential boolean,
    unplanned tstzmultirange,
    planned tstzmultirange,
    excluded tstzmultirange,
    unknown tstzmultirange,
    exposed tstzmultirange,
    certain tstzmultirange,
    possible tstzmultirange,
    due_s numeric,
    covered_s numeric
)
language sql stable parallel safe
begin atomic
    with piece as materialized (
        select
            p.version_id,
            p.span,
            p.elapsed,
            coalesce((reading).maintenance, v.maintenance) as maintenance,
            case
                when 'cap' = any(coalesce((reading).enforced, v.enforced))
                    then fact.beyond_cap(p.version_id, p.span, reading)
                else '{}'
            end as beyond
        from fact.contract_piece(contract, period, reading) as p
        inner join fact.contract_version as v on v.version_id = p.version_id
    ),
    covered as (
        select p.*, cs.service_id, s.key, cs.essential
        from piece as p
        inner join fact.contract_service as cs on cs.version_id = p.version_id
        inner join fact.service as s on s.service_id = cs.service_id
        where
            scope is null
            or case when scope = 'solution' then cs.essential else s.key = scope end
    ),
    announced as materialized (
        select c.version_id, c.service_id, m.maintenance_id, m.kind
        from covered as c
        inner join fact.maintenance_scope as ms on ms.service_id = c.service_id
        inner join fact.maintenance as m
            on m.maintenance_id = ms.maintenance_id and tstzrange(m.starts, m.ends) && c.span
        where c.maintenance <> 'none'
    ),
    -- Materialized: each window is judged once, and not for each service again.
    asked_for as materialized (
        select distinct a.version_id, a.maintenance_id, a.kind from announced as a
    ),
    excusing as materialized (
        select
            a.version_id,
            a.maintenance_id,
            fact.actual_window(a.maintenance_id)::tstzmultirange
            -- The cap ends no security measure.
            - case when a.kind = 'security' then '{}' else p.beyond end as spans
        from asked_for as a
        inner join piece as p on p.version_id = a.version_id
        where
            fact.why_invalid(
                fact.judging_version(a.version_id, a.maintenance_id), a.maintenance_id, reading
            ) is null
    ),
    -- Its windows are asked for six times below, and each time would be computed anew.
    excused as materialized (
        select
            c.*,
            w.windows * c.elapsed as windows,
            o.excluded * c.elapsed as excluded
        from covered as c
        cross join
            lateral (
                select coalesce(range_agg(x.spans), '{}') as windows
                from announced as a
                inner join excusing as x
                    on x.version_id = a.version_id and x.maintenance_id = a.maintenance_id
                where a.version_id = c.version_id and a.service_id = c.service_id
            ) as w
        cross join lateral fact.corrections_of(
            case when coalesce((reading).corrected, true) then c.service_id end, null, c.span
        ) as o
    ),
    measured as (
        select
            e.*,
            t.down,
            t.unknown,
            t.certain_down,
            t.possible_down,
            t.due_s,
            t.covered_s,
            case when e.maintenance = 'window' then e.windows else t.down * e.windows end
            - e.excluded - t.excluded as planned,
            e.excluded + t.excluded as out_of_figure
        from excused as e
        cross join
            lateral fact.claimed_state(
                e.service_id,
                e.elapsed,
                coalesce((reading).corrected, true),
                (reading).claim
            ) as t
    )
    select
        m.version_id,
        m.key,
        m.essential,
        m.down - m.windows - m.out_of_figure,
        m.planned,
        m.out_of_figure,
        m.unknown - m.planned - m.out_of_figure,
        m.unknown - m.windows - m.out_of_figure,
        m.certain_down - m.windows - m.out_of_figure,
        m.possible_down - m.windows - m.out_of_figure,
        m.due_s,
        m.covered_s
    from measured as m;
end;
comment on function fact.classed_service(text, text, tstzrange, fact.reading) is
'What fact.service_class gives, planned anew at each call.';

create or replace function fact.service_class(
    contract text,
    scope text,
    period tstzrange,
    reading fact.reading
)
returns table (
    version_id integer,
    service text,
    essential boolean,
    unplanned tstzmultirange,
    planned tstzmultirange,
    excluded tstzmultirange,
    unknown tstzmultirange,
    exposed tstzmultirange,
    certain tstzmultirange,
    possible tstzmultirange,
    due_s numeric,
    covered_s numeric
)
language plpgsql stable parallel safe rows 10
set plan_cache_mode = force_generic_plan
-- In plpgsql because that plans it once in a session. As SQL it is written into every query that
-- asks for it and planned anew, for longer than it runs.
as $$
begin
    return query
    select c.* from fact.classed_service(contract, scope, period, reading) as c;
end
$$;
comment on function fact.service_class(text, text, tstzrange, fact.reading) is
'One row per contract version and service of the scope: its classes, each service by itself, so that one service''s window never excuses another''s outage. exposed is the unknown time that no window would excuse; certain and possible are the bounds of unplanned. scope null: every service. reading: the contract read otherwise than agreed.';

create or replace function fact.scope_class(
    contract text,
    scope text,
    period tstzrange,
    reading fact.reading
)
returns table (
    version_id integer,
    agreed tstzmultirange,
    future tstzmultirange,
    up tstzmultirange,
    unplanned tstzmultirange,
    planned tstzmultirange,
    excluded tstzmultirange,
    unknown tstzmultirange,
    exposed tstzmultirange,
    certain tstzmultirange,
    possible tstzmultirange,
    due_s numeric,
    covered_s numeric
)
language sql stable parallel safe
begin atomic
    with joined as (
        select
            c.version_id,
            range_agg(c.unplanned) as unplanned,
            range_agg(c.planned) as planned,
            range_agg(c.excluded) as excluded,
            range_agg(c.unknown) as unknown,
            range_agg(c.exposed) as exposed,
            range_agg(c.certain) as certain,
            range_agg(c.possible) as possible,
            sum(c.due_s) as due_s,
            sum(c.covered_s) as covered_s
        from
            fact.service_class(
                contract, fact.known_scope(contract, scope), period, reading
            ) as c
        group by c.version_id
    )
    select
        j.version_id,
        p.agreed,
        p.agreed - p.elapsed,
        p.elapsed - j.unplanned - j.planned - j.excluded - j.unknown,
        j.unplanned,
        j.planned - j.unplanned,
        j.excluded - j.unplanned - j.planned,
        j.unknown - j.unplanned - j.planned - j.excluded,
        j.exposed,
        j.certain,
        j.possible,
        j.due_s,
        j.covered_s
    from joined as j
    inner join fact.contract_piece(contract, period, reading) as p
        on p.version_id = j.version_id;
end;
comment on function fact.scope_class(text, text, tstzrange, fact.reading) is
'One row per contract version: the classes of the scope, its services combined at each instant by unplanned > planned > excluded > unknown > up. future is agreed time that is not over yet.';

create or replace function fact.timeline(contract text, scope text, period tstzrange)
returns table (span tstzrange, class text)
language sql stable parallel safe
begin atomic
    with piece as (
        select c.*
        from fact.scope_class(contract, scope, fact.checked(period), null::fact.reading) as c
    ),
    classed as (
        select 'unplanned' as class, range_agg(p.unplanned) as spans from piece as p
        union all
        select 'planned', range_agg(p.planned) from piece as p
        union all
        select 'excluded', range_agg(p.excluded) from piece as p
        union all
        select 'unknown', range_agg(p.unknown + p.future) from piece as p
        union all
        select 'up', range_agg(p.up) from piece as p
        union all
        select
            'outside', tstzmultirange(fact.checked(period)) - coalesce(range_agg(p.agreed), '{}')
        from piece as p
    )
    select part, c.class
    from classed as c
    cross join lateral unnest(c.spans) as part
    order by part;
end;
comment on function fact.timeline(text, text, tstzrange) is
'The rows of sla.timeline, with the rights of whoever asks.';

create or replace function sla.timeline(contract text, scope text, period tstzrange)
returns table (span tstzrange, class text)
language sql stable parallel safe
begin atomic
    select t.* from fact.timeline(contract, scope, period) as t;
end;
comment on function sla.timeline(text, text, tstzrange) is
'One row per span of the period, each of exactly one class: outside, excluded, planned, unplanned, unknown, up. The spans partition the period. What is not over yet, as of the roll-up, is unknown. scope is solution (the essential services) or a service key.';
