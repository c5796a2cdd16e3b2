-- The state of this very moment, by the same rules as every figure.
--
-- Figures end at the watermark, a minute or two ago. Who must be called after ten minutes cannot
-- wait for it: the watcher rolls up the endpoints of the services that fail, and reads up to now.

create or replace function fact.live_class(services integer[], span tstzrange)
returns table (
    service_id integer,
    contract_id integer,
    essential boolean,
    unplanned tstzmultirange,
    planned tstzmultirange,
    is_good boolean
)
language sql stable
begin atomic
    with state as materialized (
        select
            s.service_id,
            t.down - o.excluded - t.excluded as down,
            o.excluded + t.excluded as excluded,
            tstzmultirange(span) - t.down - t.unknown - t.excluded as up
        from unnest(services) as s (service_id)
        cross join lateral fact.service_state(s.service_id, tstzmultirange(span)) as t
        cross join lateral fact.corrections_of(s.service_id, null, span) as o
    ),
    seen as (
        select
            s.*,
            -- Nothing was down after it had been up; what is unknown since changes nothing.
            isempty(s.down) or coalesce(upper(s.up) > upper(s.down), false) as is_good
        from state as s
    ),
    buyer as (
        select distinct c.contract_id, c.key
        from fact.contract_version as v
        inner join fact.contract_service as cs on cs.version_id = v.version_id
        inner join fact.contract as c on c.contract_id = v.contract_id
        where v.replaced_at is null and v.valid && span and cs.service_id = any(services)
    ),
    piece as materialized (
        select
            b.contract_id,
            p.*,
            r.reading,
            case
                when 'cap' = any(v.enforced) then fact.beyond_cap(p.version_id, p.span, r.reading)
                else '{}'
            end as beyond
        from buyer as b
        cross join
            lateral (
                select
                    (null, null, null, null, null, null, upper(span), null)::fact.reading as reading
            ) as r
        cross join lateral fact.contract_piece(b.key, span, r.reading) as p
        inner join fact.contract_version as v on v.version_id = p.version_id
    ),
    covered as materialized (
        select
            s.service_id,
            p.contract_id,
            cs.essential,
            s.down * p.elapsed as down,
            fact.excusing_windows(p.version_id, s.service_id, p.span, p.beyond, p.reading)
                as windows
        from piece as p
        inner join fact.contract_service as cs on cs.version_id = p.version_id
        inner join seen as s on s.service_id = cs.service_id
    ),
    -- Nobody was promised anything of it: every window that was not withdrawn excuses it.
    unsold as (
        select
            s.service_id,
            s.down - coalesce(range_agg(fact.actual_window(m.maintenance_id)), '{}') as unplanned,
            s.down * coalesce(range_agg(fact.actual_window(m.maintenance_id)), '{}') as planned
        from seen as s
        left join fact.maintenance_scope as ms on ms.service_id = s.service_id
        left join
            fact.maintenance as m
            on
                m.maintenance_id = ms.maintenance_id
                and tstzrange(m.starts, m.ends) && span
                and not exists (
                    select 1 from fact.maintenance_event as e
                    where e.maintenance_id = m.maintenance_id and e.action = 'withdrawn'
                )
        where s.service_id not in (select c.service_id from covered as c)
        group by s.service_id, s.down
    ),
    classed as (
        select
            c.service_id,
            c.contract_id,
            bool_or(c.essential) as essential,
            range_agg(c.down - c.windows) as unplanned,
            range_agg(c.down * c.windows) as planned
        from covered as c
        group by c.service_id, c.contract_id
        union all
        select u.service_id, null, false, u.unplanned, u.planned from unsold as u
    )
    select c.service_id, c.contract_id, c.essential, c.unplanned, c.planned, s.is_good
    from classed as c
    inner join seen as s on s.service_id = c.service_id;
end;
comment on function fact.live_class(integer[], tstzrange) is
'One row per service and contract that covers it (null: none does): what was unplanned and planned up to the end of the span, by the rules of sla.timeline but not held back by the watermark. The caller has rolled up the endpoints. is_good: up again after it was last down; unknown since then changes nothing.';

create or replace function fact.live_run(services integer[], span tstzrange)
returns table (
    service_ids integer[],
    runs tstzmultirange,
    is_good boolean,
    longer_than interval,
    customers integer
)
language sql stable
begin atomic
    with class as materialized (
        select c.*, v.join_within, v.crisis_longer_than, v.crisis_customers
        from fact.live_class(services, span) as c
        left join
            lateral (
                select v.*
                from fact.contract_version as v
                where
                    v.contract_id = c.contract_id and v.replaced_at is null and v.valid && span
                order by v.valid desc
                limit 1
            ) as v
            on true
    ),
    by_service as (
        select
            c.service_id,
            range_agg(c.unplanned) as unplanned,
            range_agg(c.planned) - range_agg(c.unplanned) as planned,
            max(coalesce(c.join_within, '0')) as join_within,
            bool_and(c.is_good) as is_good
        from class as c
        group by c.service_id
    ),
    promised as (
        select c.*, 'solution' as scope from class as c where c.essential
        union all
        select c.*, c.service_id::text from class as c where c.contract_id is not null
    ),
    scope_run as (
        select o.contract_id, o.scope, o.longer_than, o.customers, r.run
        from (
            select
                p.contract_id,
                p.scope,
                range_agg(p.unplanned) as unplanned,
                range_agg(p.planned) - range_agg(p.unplanned) as planned,
                max(p.join_within) as join_within,
                max(p.crisis_longer_than) as longer_than,
                max(p.crisis_customers) as customers
            from promised as p
            where p.crisis_longer_than is not null
            group by p.contract_id, p.scope
        ) as o
        cross join lateral fact.joined(o.unplanned, o.planned, o.join_within) as r (run)
    ),
    of_contract as (
        select
            array_agg(p.service_id order by p.service_id) as service_ids,
            r.run,
            r.longer_than,
            r.customers
        from scope_run as r
        inner join promised as p
            on p.contract_id = r.contract_id and p.scope = r.scope and p.unplanned && r.run
        group by r.contract_id, r.scope, r.run, r.longer_than, r.customers
    )
    select
        array[s.service_id],
        coalesce(
            (select range_agg(r) from fact.joined(s.unplanned, s.planned, s.join_within) as r), '{}'
        ),
        s.is_good,
        null::interval,
        null::integer
    from by_service as s
    union all
    -- Many customers have the same terms and the same outage: it is looked at once.
    select d.service_ids, d.run::tstzmultirange, null, d.longer_than, d.customers
    from (select distinct o.* from of_contract as o) as d;
end;
comment on function fact.live_run(integer[], tstzrange) is
'What fails now: one row per service, with its runs of unplanned time for anybody (longer_than null); and one per different outage of the contracts'' scopes, a service or all essential ones, with the services in it and the crisis terms that it is held against.';
