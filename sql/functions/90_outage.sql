-- Outages: maximal runs of unplanned, in their whole length.

create or replace function fact.joined(spans tstzmultirange, planned tstzmultirange, gap interval)
returns setof tstzrange
language sql immutable parallel safe
begin atomic
    with part as (
        select
            p.span,
            coalesce(
                lower(p.span) - lag(upper(p.span)) over (order by p.span) > gap
                -- A planned span inside splits an outage.
                or planned && tstzrange(lag(upper(p.span)) over (order by p.span), lower(p.span)),
                true
            ) as is_first
        from unnest(spans) as p (span)
    ),
    numbered as (
        select p.span, count(*) filter (where p.is_first) over (order by p.span) as run
        from part as p
    )
    select range_merge(range_agg(n.span)) from numbered as n group by n.run;
end;
comment on function fact.joined(tstzmultirange, tstzmultirange, interval) is
'The runs of some spans, those with at most a gap between them being one unless planned time lies in it.';

create or replace function fact.outage_reach(
    contract text, scope text, period tstzrange, doubtful tstzmultirange, reading fact.reading
) returns tstzrange
language sql stable parallel safe
begin atomic
    with recursive terms as (
        select
            coalesce(max(v.join_within), interval '0') as gap,
            min(lower(v.valid)) as starts,
            fact.as_of(reading) as ends
        from fact.contract_version as v
        where v.contract_id = fact.contract_id(contract) and v.replaced_at is null
    ),
    -- A day more, then two, four …, while what may be an outage reaches the edge.
    back (edge, step, doubtful) as (
        select lower(period), interval '1 day', outage_reach.doubtful
        union all
        select lower(w.span), b.step * 2, further.doubtful
        from back as b
        cross join terms as t
        cross join
            lateral (
                select tstzrange(greatest(b.edge - b.step, t.starts), b.edge) as span
                where
                    -- A period that is good all over may be shorter than what the plan joins.
                    coalesce(
                        lower(b.doubtful), case when b.edge = lower(period) then upper(period) end
                    ) <= b.edge + t.gap
                    -- Not beyond the contract: its calendars need not know those years.
                    and b.edge > t.starts
            ) as w
        cross join
            lateral (
                select coalesce(range_agg(c.unplanned + c.possible), '{}') as doubtful
                from fact.scope_class(contract, scope, w.span, reading) as c
            ) as further
    ),
    forth (edge, step, doubtful) as (
        select upper(period), interval '1 day', outage_reach.doubtful
        union all
        select upper(w.span), f.step * 2, further.doubtful
        from forth as f
        cross join terms as t
        cross join
            lateral (
                select tstzrange(f.edge, least(f.edge + f.step, t.ends)) as span
                where
                    coalesce(
                        upper(f.doubtful), case when f.edge = upper(period) then lower(period) end
                    ) >= f.edge - t.gap
                    and f.edge < t.ends
            ) as w
        cross join
            lateral (
                select coalesce(range_agg(c.unplanned + c.possible), '{}') as doubtful
                from fact.scope_class(contract, scope, w.span, reading) as c
            ) as further
    )
    select
        tstzrange((select min(b.edge) from back as b), (select max(f.edge) from forth as f));
end;
comment on function fact.outage_reach(
    text, text, tstzrange, tstzmultirange, fact.reading
) is
'A span that holds the period and, whole, every outage that touches it, with the unknown time and the other bounds around it. doubtful: what may be an outage in the period itself.';

create or replace function fact.outage_class(
    contract text, scope text, period tstzrange, reading fact.reading
)
returns table (
    version_id integer,
    service text,
    unplanned tstzmultirange,
    planned tstzmultirange,
    excluded tstzmultirange,
    unknown tstzmultirange,
    exposed tstzmultirange,
    certain tstzmultirange,
    possible tstzmultirange
)
language sql stable parallel safe rows 10
begin atomic
    with own as materialized (
        select c.*
        from fact.service_class(contract, fact.known_scope(contract, scope), period, reading) as c
    ),
    reach as materialized (
        select
            fact.outage_reach(
                contract,
                scope,
                period,
                coalesce(range_agg(o.unplanned + o.possible), '{}'),
                reading
            ) as span
        from own as o
    ),
    -- Seldom does an outage cross an edge; what the period has is not computed twice.
    wide as (
        select o.*
        from own as o
        cross join reach as r
        where r.span = period
        union all
        select c.*
        from reach as r
        cross join lateral fact.service_class(contract, scope, r.span, reading) as c
        where r.span <> period
    )
    select
        w.version_id,
        w.service,
        w.unplanned,
        w.planned,
        w.excluded,
        w.unknown,
        w.exposed,
        w.certain,
        w.possible
    from wide as w;
end;
comment on function fact.outage_class(text, text, tstzrange, fact.reading) is
'The rows of fact.service_class, not only of the period but as far as the outages that touch it reach.';

create or replace function fact.outage_cause(services text[], span tstzrange) returns text
language sql stable parallel safe
begin atomic
    with failed as (
        select e.key, r.reason, r.status, r.at
        from fact.service as s
        inner join fact.service_endpoint as se
            on se.service_id = s.service_id and se.during && span
        inner join fact.endpoint as e on e.endpoint_id = se.endpoint_id
        inner join
            (
                select endpoint_id, at, outcome, reason, status from fact.result
                union all
                select endpoint_id, at, outcome, reason, status from fact.evidence
            ) as r
            on r.endpoint_id = e.endpoint_id
        where
            s.key = any(services) and r.outcome = 'down' and r.at >= lower(span)
            and r.at < upper(span)
            -- Moved, it failed for another service.
            and se.during @> r.at
        order by r.at, e.key
        limit 1
    )
    select
        concat_ws(
            ' ', f.key || ':', coalesce(f.reason, 'down'),
            case when f.reason = 'status' then f.status end
        )
    from failed as f;
end;
comment on function fact.outage_cause(text[], tstzrange) is
'The first failed result of the services in the span: endpoint and reason. Null when the results are gone.';

create or replace function fact.hit_customers(services text[], span tstzrange) returns bigint
language sql stable parallel safe
begin atomic
    select count(distinct c.customer_id)
    from fact.contract as c
    inner join fact.contract_version as v on v.contract_id = c.contract_id
    inner join fact.contract_service as cs on cs.version_id = v.version_id
    inner join fact.service as s on s.service_id = cs.service_id
    where v.replaced_at is null and v.valid && span and s.key = any(services);
end;
comment on function fact.hit_customers(text[], tstzrange) is
'How many customers had a contract that covered one of the services during the span.';

create or replace function fact.interruption_s(calendar_id integer, span tstzrange)
returns numeric
language sql stable parallel safe
return case
    when calendar_id is null then sla.seconds(span)
    else sla.seconds(fact.open_hours(calendar_id, span))
end;
comment on function fact.interruption_s(integer, tstzrange) is
'What an interruption counts, in seconds: its working time by a calendar, its elapsed time without one.';

create or replace function fact.outage(
    contract text, scope text, period tstzrange, reading fact.reading
)
returns table (
    services text[],
    started timestamptz,
    ended timestamptz,
    elapsed_s numeric,
    clipped_s numeric,
    working_s numeric,
    certain_s numeric,
    possible_s numeric,
    open boolean,
    crisis boolean,
    cause text
)
language sql stable parallel safe
begin atomic
    with terms as (
        select
            v.join_within,
            v.crisis_longer_than,
            v.crisis_customers,
            fact.read_as(v.interruption_calendar, reading) as calendar_id
        from fact.contract_version as v
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && period
        order by v.valid desc
        limit 1
    ),
    wide as materialized (
        select c.*
        from fact.outage_class(contract, scope, fact.checked(period), reading) as c
    ),
    scope_wide as (
        select
            coalesce(range_agg(w.unplanned), '{}') as unplanned,
            coalesce(range_agg(w.planned), '{}') - coalesce(range_agg(w.unplanned), '{}')
                as planned,
            coalesce(range_agg(w.unplanned), '{}')
            + (
                coalesce(range_agg(w.unknown), '{}')
                - coalesce(range_agg(w.planned), '{}')
                - coalesce(range_agg(w.excluded), '{}')
            ) as never_good,
            coalesce(range_agg(w.certain), '{}') as certain,
            coalesce(range_agg(w.possible), '{}') as possible
        from wide as w
    ),
    run as (
        select
            span,
            -- The bounds end where the neighbouring outages begin.
            tstzrange(lag(upper(span)) over by_time, lead(lower(span)) over by_time) as room
        from scope_wide as s
        cross join terms as t
        cross join lateral fact.joined(s.unplanned, s.planned, t.join_within) as span
        window by_time as (order by span)
    ),
    listed as (
        select
            r.span,
            r.room,
            array(
                select distinct w.service from wide as w
                where w.unplanned && r.span order by w.service
            ) as services
        from run as r
        where r.span && period
    ),
    bounded as (
        select
            l.*,
            greatest(
                (
                    select lower(p.span)
                    from unnest(s.possible + l.span::tstzmultirange) as p (span)
                    where p.span @> l.span
                ),
                -- It was good when the unknown or failed time before it ended.
                (
                    select max(upper(p.span)) from unnest(s.never_good) as p (span)
                    where upper(p.span) <= lower(l.span)
                ),
                lower(l.room)
            ) as last_good,
            least(
                (
                    select upper(p.span)
                    from unnest(s.possible + l.span::tstzmultirange) as p (span)
                    where p.span @> l.span
                ),
                (
                    select min(upper(p.span)) from unnest(s.never_good) as p (span)
                    where upper(p.span) >= upper(l.span)
                ),
                upper(l.room)
            ) as first_good
        from listed as l
        cross join scope_wide as s
    )
    select
        l.services,
        lower(l.span),
        upper(l.span),
        sla.seconds(l.span),
        sla.seconds(l.span * period),
        fact.interruption_s(t.calendar_id, l.span),
        sla.seconds(s.certain * tstzmultirange(l.span)),
        sla.seconds(tstzrange(l.last_good, l.first_good)),
        upper(l.span) >= fact.as_of(reading),
        coalesce(
            sla.seconds(l.span) > extract(epoch from t.crisis_longer_than)
            and fact.hit_customers(l.services, l.span) >= t.crisis_customers,
            false
        ),
        fact.outage_cause(l.services, l.span)
    from bounded as l
    cross join terms as t
    cross join scope_wide as s
    order by l.span;
end;
comment on function fact.outage(text, text, tstzrange, fact.reading) is
'The rows of sla.outage, under another reading of the contract.';

create or replace function sla.outage(contract text, scope text, period tstzrange)
returns table (
    services text[],
    started timestamptz,
    ended timestamptz,
    elapsed_s numeric,
    clipped_s numeric,
    working_s numeric,
    certain_s numeric,
    possible_s numeric,
    open boolean,
    crisis boolean,
    cause text
)
language sql stable parallel safe
begin atomic
    select o.* from fact.outage(contract, scope, period, null::fact.reading) as o;
end;
comment on function sla.outage(text, text, tstzrange) is
'One row per outage that touches the period: a maximal run of unplanned, runs separated by at most the plan''s join_within being one, split by planned time. started, ended and elapsed_s are those of the whole outage, clipped_s the part inside the period. working_s is the outage inside the interruption calendar (elapsed when the plan names none). certain_s and possible_s bound elapsed_s: first failed to last failed result, last good to first good, unknown time around it included, up to the neighbouring outages. open: not over as of the roll-up. crisis: longer than the plan''s limit, and its services hit enough customers (with others of its incident an outage may hit more: sla.crisis has what was called). cause: the first failed result.';
