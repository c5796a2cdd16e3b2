-- Where a customer's own log and ours differ, and what our probes saw before corrections.

create or replace function fact.touches_service(
    correction fact.correction, service_id integer, span tstzrange
) returns boolean
language sql stable parallel safe
begin atomic
    select
        (correction).during && span
        and (
            (correction).service_id = touches_service.service_id
            or exists (
                select 1
                from fact.service_endpoint as se
                where
                    se.service_id = touches_service.service_id
                    and se.endpoint_id = (correction).endpoint_id
                    and se.during && span
            )
        )
        and fact.is_effective((correction).correction_id);
end;
comment on function fact.touches_service(fact.correction, integer, tstzrange) is
'True when an effective correction is of a service, or of an endpoint of it, and lies in a span.';

create or replace function fact.dispute_measured(dispute text, period tstzrange)
returns table (
    service text, up tstzmultirange, down tstzmultirange, unknown tstzmultirange
)
language sql stable parallel safe
begin atomic
    with corrected as (
        select l.service_id, l.service, range_agg(c.during * l.span) as spans
        from fact.dispute_log(dispute, period) as l
        inner join fact.correction as c on fact.touches_service(c, l.service_id, l.span)
        group by l.service_id, l.service
    )
    select c.service, c.spans - s.down - s.unknown, s.down, s.unknown
    from corrected as c
    cross join lateral fact.service_state(c.service_id, c.spans, false) as s;
end;
comment on function fact.dispute_measured(text, tstzrange) is
'One row per service of a customer''s log that has corrections in its time: what our own probes measured there, before them.';

create or replace function fact.dispute_split(dispute text, period tstzrange)
returns table (
    dispute_id integer,
    service_id integer,
    service text,
    span tstzrange,
    ours text,
    theirs text,
    agrees boolean,
    measured text
)
language sql stable parallel safe
begin atomic
    with log as materialized (
        select l.*, t.up, t.down
        from fact.dispute_log(dispute, period) as l
        cross join lateral fact.dispute_track(l.dispute_id, l.service_id, l.span) as t
    ),
    ours as (
        select
            o.*,
            o.class <> 'outside' as counts,
            coalesce(m.up, '{}') as up,
            coalesce(m.down, '{}') as down,
            coalesce(m.unknown, '{}') as unknown
        from fact.dispute_ours(dispute, period) as o
        left join fact.dispute_measured(dispute, period) as m on m.service = o.service
    ),
    -- Where a correction says otherwise than we measured, what we measured is told.
    changed as (
        select
            o.service,
            o.class,
            o.said,
            o.spans,
            case when o.counts and coalesce(o.said, '') <> 'up' then o.up else '{}' end as up,
            case when o.counts and coalesce(o.said, '') <> 'down' then o.down else '{}' end
                as down,
            case
                when o.said is not null or o.class = 'excluded' then o.unknown else '{}'
            end as unknown
        from ours as o
    ),
    told as (
        select c.service, c.class, c.said, w.measured, c.spans * w.spans as spans
        from changed as c
        cross join
            lateral (
                values
                (null, c.spans - c.up - c.down - c.unknown),
                ('up', c.up),
                ('down', c.down),
                ('unknown', c.unknown)
            ) as w (measured, spans)
    )
    select
        l.dispute_id,
        l.service_id,
        l.service,
        unnest(o.spans * w.spans),
        o.class,
        w.theirs,
        case when w.theirs <> 'unknown' then w.theirs = o.said end,
        o.measured
    from log as l
    inner join told as o on o.service = l.service
    cross join
        lateral (
            values
            ('up', l.up),
            ('down', l.down),
            ('unknown', tstzmultirange(l.span) - l.up - l.down)
        ) as w (theirs, spans);
end;
comment on function fact.dispute_split(text, tstzrange) is
'One row per service and span of a customer''s log inside the period, cut wherever one of both changes, and where a correction begins or ends to say otherwise than we measured: measured is then up, down or unknown, and otherwise null.';

create or replace function fact.dispute_difference(dispute text, period tstzrange)
returns table (
    service text,
    span tstzrange,
    ours text,
    theirs text,
    agrees boolean,
    first_line integer,
    last_line integer,
    reasons text,
    measured text,
    corrections text
)
language sql stable parallel safe
begin atomic
    select
        c.service,
        c.span,
        c.ours,
        c.theirs,
        c.agrees,
        r.first_line,
        r.last_line,
        r.reasons,
        c.measured,
        case
            when c.measured is not null
                then (
                    select string_agg(n.key, ', ' order by n.key)
                    from fact.correction as n
                    where fact.touches_service(n, c.service_id, c.span)
                )
        end
    from fact.dispute_split(dispute, period) as c
    cross join
        lateral (
            select
                min(r.line) as first_line,
                max(r.line) as last_line,
                string_agg(distinct r.reason, ', ' order by r.reason) as reasons
            from fact.dispute_result as r
            where
                c.theirs <> 'unknown'
                and r.dispute_id = c.dispute_id
                and r.service_id = c.service_id
                and r.at < upper(c.span)
                -- The one that speaks for the beginning of the span may have come before it.
                and r.at >= (
                    select max(b.at)
                    from fact.dispute_result as b
                    where
                        b.dispute_id = c.dispute_id
                        and b.service_id = c.service_id
                        and b.at <= lower(c.span)
                )
        ) as r
    order by c.service, c.span;
end;
comment on function fact.dispute_difference(text, tstzrange) is
'The rows of sla.dispute_difference, with what we measured where corrections say otherwise, and their keys.';

create or replace function sla.dispute_difference(dispute text, period tstzrange)
returns table (
    service text,
    span tstzrange,
    ours text,
    theirs text,
    agrees boolean,
    first_line integer,
    last_line integer,
    reasons text
)
language sql stable parallel safe
begin atomic
    select
        d.service,
        d.span,
        d.ours,
        d.theirs,
        d.agrees,
        d.first_line,
        d.last_line,
        d.reasons
    from fact.dispute_difference(dispute, period) as d;
end;
comment on function sla.dispute_difference(text, tstzrange) is
'One row per service and span of a customer''s log inside the period; the spans of a service partition the time from its first result to the end of its last one. ours: class of sla.timeline of the service. theirs: up, down, or unknown where the log has a hole. agrees: whether both say up, or both down, as measured and corrected (planned time may be either); null where one of both does not know, or the time does not count: outside, excluded. first_line and last_line: of the file, of the results that speak for the span, as they are ordered there; reasons: theirs, each once; null: none.';
