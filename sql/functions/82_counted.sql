-- What fact.measured counts, as spans, for several scopes and shorter periods at once.

create or replace function fact.counted_time(
    contract text, asked text, period tstzrange, reading fact.reading
)
returns table (
    version_id integer,
    scope text,
    counted_up tstzmultirange,
    counted_down tstzmultirange,
    worst_down tstzmultirange,
    future tstzmultirange,
    unplanned tstzmultirange,
    planned tstzmultirange,
    exposed tstzmultirange,
    unmeasured tstzmultirange
)
language sql stable parallel safe
begin atomic
    with class as materialized (
        select c.* from fact.service_class(contract, asked, period, reading) as c
    ),
    scoped as (
        select
            c.version_id,
            'solution' as scope,
            range_agg(c.unplanned) as unplanned,
            range_agg(c.planned) as planned,
            range_agg(c.excluded) as excluded,
            range_agg(c.unknown) as unknown,
            range_agg(c.exposed) as exposed
        from class as c
        where c.essential
        group by c.version_id
        union all
        select
            c.version_id, c.service, c.unplanned, c.planned, c.excluded, c.unknown, c.exposed
        from class as c
    ),
    -- As fact.scope_class combines them.
    classed as (
        select
            s.version_id,
            s.scope,
            coalesce((reading).maintenance, v.maintenance) as maintenance,
            coalesce((reading).unknown, v.unknown) as policy,
            p.agreed - p.elapsed as future,
            p.elapsed - s.unplanned - s.planned - s.excluded - s.unknown as up,
            s.unplanned,
            s.planned - s.unplanned as planned,
            s.unknown - s.unplanned - s.planned - s.excluded as unknown,
            s.exposed
        from scoped as s
        inner join fact.contract_version as v on v.version_id = s.version_id
        inner join fact.contract_piece(contract, period, reading) as p
            on p.version_id = s.version_id
    )
    select
        c.version_id,
        c.scope,
        c.up
        + case when c.maintenance = 'up' then c.planned else '{}' end
        + case when c.policy = 'up' then c.unknown else '{}' end,
        c.unplanned + case when c.policy = 'down' then c.unknown * c.exposed else '{}' end,
        case
            when c.policy = 'neither' then c.unplanned + c.exposed
            when c.policy = 'down' then c.unplanned + c.unknown * c.exposed
            else c.unplanned
        end,
        c.future,
        c.unplanned,
        c.planned,
        c.exposed,
        c.unknown - case
            when c.policy = 'neither' then '{}'
            when c.policy = 'down' then c.exposed
            else c.unknown
        end
    from classed as c;
end;
comment on function fact.counted_time(text, text, tstzrange, fact.reading) is
'One row per contract version and scope, the solution and every service that was asked for (null: all): when fact.measured counts it as up, as down, as down at worst, and what is still to come; its classes, and the unknown time that is counted as neither. Shorter periods are cut from it: the months of a chart, the budgets of a year.';
