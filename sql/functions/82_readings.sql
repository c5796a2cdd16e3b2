-- The same period under each reading that a contract's text may allow.

create or replace function sla.readings(contract text, scope text, period tstzrange)
returns table (
    reading text,
    agreed boolean,
    maintenance text,
    unknown text,
    corrected boolean,
    committed_s numeric,
    unplanned_s numeric,
    budget_used_s numeric,
    budget_s numeric,
    percent text,
    verdict text
)
language sql stable parallel safe
begin atomic
    with terms as (
        select v.maintenance, v.unknown
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
        order by v.valid desc
        limit 1
    ),
    choice as (
        select 1 as place, 'as agreed' as reading, t.maintenance, t.unknown, true as corrected
        from terms as t
        union all
        select 2, 'without corrections', t.maintenance, t.unknown, false from terms as t
        union all
        select 3, 'maintenance: ' || m.word, m.word, t.unknown, true
        from terms as t
        cross join unnest(array['downtime', 'window', 'up', 'none']) as m (word)
        union all
        select 4, 'unknown: ' || u.word, t.maintenance, u.word, true
        from terms as t
        cross join unnest(array['neither', 'up', 'down']) as u (word)
    )
    select
        c.reading,
        c.maintenance = t.maintenance and c.unknown = t.unknown and c.corrected,
        c.maintenance,
        c.unknown,
        c.corrected,
        a.committed_s,
        a.unplanned_s,
        a.budget_used_s,
        a.budget_s,
        a.percent,
        a.verdict
    from choice as c
    cross join terms as t
    cross join
        lateral fact.availability(
            contract, scope, period, c.corrected, c.maintenance, c.unknown
        ) as a
    order by c.place, c.reading;
end;
comment on function sla.readings(text, text, tstzrange) is
'One row per reading of the contract: as agreed, without corrections, under each maintenance convention (none: no window excuses anything) and each policy for unknown time. agreed: the row is what the contract says. Seconds, the cut percentage and the verdict as in sla.availability.';
